/** The licences of all that is in the site, from the packages of which esbuild took something. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

const root = join(__dirname, "..");

type Package = { name: string; version: string; licence: string; text: string };

/** The folder of the package that a file belongs to; none for a file of the course, or for one that esbuild disabled. */
const packageOf = (file: string): string[] =>
  /^[^(:]*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.slice(0, 1) ?? [];

function read(folder: string): Package {
  const { name, version, license, licence, licenses } = JSON.parse(
    readFileSync(join(root, folder, "package.json"), "utf8"),
  );
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const text = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim()).join("\n\n");
  // Old packages and misspelt ones have it elsewhere.
  const named = license?.type ?? license ?? licence ?? licenses?.[0]?.type;
  if (!named) throw new Error(`Cannot list the licences: ${name} names none in its package.json`);
  return { name, version, licence: named, text };
}

/** Returns the licences as one text: a list of the packages, then each licence's words once, under who uses it. */
export function licences(metafiles: Metafile[]): string {
  const used = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? packageOf(file) : [])),
    ),
  );
  const packages = [...new Set(used)].map(read).sort((a, b) => a.name.localeCompare(b.name, "en"));
  const byText = new Map<string, Package[]>();
  for (const one of packages) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  const title = ({ name, version, licence }: Package) => `${name} ${version}: ${licence}`;
  const sections = [...byText].map(([text, users]) =>
    [
      ...users.map(title),
      "",
      text || "(The package has no licence file; the name above is from its package.json.)",
    ].join("\n"),
  );
  const rule = `\n\n${"-".repeat(80)}\n\n`;
  return `Software in this site that is not the course's own\n\n${packages.map(title).join("\n")}${rule}${sections.join(rule)}\n`;
}

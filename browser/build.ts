/** `npm run browser`: builds the browser edition, a static site, into `dist/browser/`. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { bundlePages } from "./bundle";
import { writeContents } from "./contents";
import { bundleKernel } from "./kernel/bundle";
import { licences } from "./licences";
import { applications, pages } from "./pages";

const root = join(__dirname, "..");
const site = join(__dirname, "site");
const packages = join(__dirname, "node_modules");
const text = (...path: string[]) => readFileSync(join(...path), "utf8");
const versionOf = (folder: string) => (JSON.parse(text(folder, "package.json")) as { version: string }).version;

/** All files below a folder, as paths from it, in order; folders of which `isWanted` says no are not entered. */
export function filesBelow(folder: string, isWanted = (_name: string) => true): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    if (!isWanted(entry.name)) return [];
    return filesBelow(join(folder, entry.name), isWanted).map((path) => `${entry.name}/${path}`);
  });
}

const extensions = [...new Set(Object.values(applications).flatMap((application) => application.extensions))];

/** Identifies what the site is built from: a site with another digest is old. */
export function sourceDigest(): string {
  const hash = createHash("sha1");
  const folders = ["browser", "kernel", "lib", "grader", "notebooks", "exercises"];
  const files = folders.flatMap((folder) =>
    filesBelow(join(root, folder), (name) => name !== "node_modules").map((path) => join(folder, path)),
  );
  for (const file of [...files, "package-lock.json"]) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** The settings of Jupyter's extensions and of the course, as JupyterLite reads them: one list. */
function schemas(): object[] {
  const ofPackages = extensions.flatMap((name) => {
    const folder = join(packages, name, "schema");
    if (!existsSync(folder)) return [];
    const version = versionOf(join(packages, name));
    return filesBelow(folder)
      .filter((file) => file.endsWith(".json") && !file.includes("package.json"))
      .map((file) => ({
        id: `${name}:${file.replace(/\.json$/, "")}`,
        raw: "{}",
        schema: JSON.parse(text(folder, file)),
        settings: {},
        version,
      }));
  });
  const ofCourse = { id: "unroll:course", raw: "{}", schema: JSON.parse(text(site, "course.json")), settings: {} };
  return [...ofPackages, { ...ofCourse, version: versionOf(root) }];
}

/** The themes: each is a style sheet that the page loads when it is chosen. */
async function writeThemes(folder: string): Promise<void> {
  for (const name of extensions.filter((extension) => extension.includes("/theme-")))
    await build({
      entryPoints: [join(packages, name, "style/theme.css")],
      outfile: join(folder, "build/themes", name, "index.css"),
      bundle: true,
      minify: true,
      logLevel: "error",
    });
}

type Workers = { cells: string; types: string };

/** What a page tells Jupyter; `{base}` is where the site lies, which the page itself finds out. */
const settings = (page: string, workers: Workers) => ({
  appName: "unroll",
  appVersion: versionOf(root),
  typescriptVersion: versionOf(join(root, "node_modules/typescript")),
  baseUrl: "{base}",
  appUrl: pages[page] === "lab" ? "{base}lab" : `{base}${page}`,
  notebookPage: pages[page] === "lab" ? "" : page,
  treeUrl: "{base}tree",
  fullStaticUrl: "{base}build",
  settingsUrl: "{base}build/schemas",
  themesUrl: "build/themes",
  translationsApiUrl: "{base}api/translations",
  contentsAllJsonFile: "all.json",
  defaultKernelName: "unroll",
  settingsOverrides: JSON.stringify({
    // All cells are in the page: charts keep their size, and the browser's own search finds what is further down.
    "@jupyterlab/notebook-extension:tracker": { windowingMode: "defer" },
    // Seconds. What was written just before the window is closed is there again.
    "@jupyterlab/docmanager-extension:plugin": { autosaveInterval: 10 },
  }),
  cellWorker: `build/${workers.cells}`,
  typeWorker: `build/${workers.types}`,
});

/** Writes the service worker, which keeps all that is in the folder. */
export function writeServiceWorker(folder: string): void {
  const hash = (path: string) =>
    createHash("sha1")
      .update(readFileSync(join(folder, path)))
      .digest("hex")
      .slice(0, 12);
  const paths = filesBelow(folder).filter((path) => path !== "service-worker.js"); // The browser keeps that one itself.
  const files = Object.fromEntries(paths.map((path) => [path, hash(path)]));
  writeFileSync(
    join(folder, "service-worker.js"),
    `const FILES = ${JSON.stringify(files)};\n${text(site, "service-worker.js")}`,
  );
}

function writePages(
  folder: string,
  bundles: Awaited<ReturnType<typeof bundlePages>>["bundles"],
  workers: Workers,
): void {
  for (const [page, application] of Object.entries(pages)) {
    const { script, style } = bundles[application];
    const parts: Record<string, string> = { page, script, style, settings: JSON.stringify(settings(page, workers)) };
    mkdirSync(join(folder, page));
    writeFileSync(
      join(folder, page, "index.html"),
      text(site, "page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]),
    );
  }
  copyFileSync(join(site, "index.html"), join(folder, "index.html"));
}

function writeJson(value: unknown, ...path: string[]): void {
  mkdirSync(join(...path, ".."), { recursive: true });
  writeFileSync(join(...path), JSON.stringify(value));
}

/**
 * Builds the site into `folder`, which appears when all of it is there: a build that is cut short leaves what was.
 * @param say is told each step, in a sentence.
 */
export async function buildSite(folder: string, say: (step: string) => void): Promise<void> {
  const begun = `${folder}.${process.pid}`; // Of its own: two builds at a time do not meet.
  rmSync(begun, { recursive: true, force: true });
  mkdirSync(begun, { recursive: true });
  say("Bundling Jupyter's front ends ...");
  const { bundles, metafile } = await bundlePages(begun);
  say("Bundling the kernel, the library and mathjs ...");
  const { metafile: kernelMetafile, ...workers } = await bundleKernel(join(begun, "build"));
  say("Writing the notebooks and pages ...");
  await writeThemes(begun);
  writeJson(schemas(), begun, "build/schemas/all.json");
  writeJson([], begun, "build/schemas/all_federated.json");
  writeJson(
    { data: { en: { displayName: "English", nativeName: "English" } }, message: "" },
    begun,
    "api/translations/all.json",
  );
  writeJson({ data: {}, message: "" }, begun, "api/translations/en.json");
  writeContents(begun);
  mkdirSync(join(begun, "static"));
  for (const logo of filesBelow(join(root, "kernel/setup/logo")))
    copyFileSync(join(root, "kernel/setup/logo", logo), join(begun, "static", logo));
  copyFileSync(join(site, "logo-busy.svg"), join(begun, "static/logo-busy.svg"));
  writeFileSync(join(begun, "LICENSES.txt"), licences([metafile, kernelMetafile]));
  writeFileSync(join(begun, "digest.txt"), sourceDigest());
  writePages(begun, bundles, workers);
  writeServiceWorker(begun);
  rmSync(folder, { recursive: true, force: true });
  renameSync(begun, folder);
}

if (require.main === module) {
  const folder = resolve(root, "dist/browser");
  const start = performance.now();
  buildSite(folder, console.log).then(
    () => {
      const sizes = filesBelow(folder).map((path) => statSync(join(folder, path)).size);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`Built ${folder}: ${sizes.length} files, ${(total / 1e6).toFixed(1)} MB, in ${seconds} s`);
      console.log(
        "Put this folder on any static host (https, or localhost), or look at it by `npm start -- --browser`.",
      );
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}

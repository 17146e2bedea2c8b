/** Bundles the kernel's two workers and what they need. Runs in Node. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import ts from "typescript";
import { resolution } from "../../kernel/compiler/types";
import type { Declarations } from "./declarations";

const root = join(__dirname, "../..");
const typescriptFolder = join(root, "node_modules/typescript/lib");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** TypeScript's declarations of JavaScript, the files of lib.es2023 and all that they refer to. */
function javascriptTexts(name = "es2023", texts: Record<string, string> = {}): Record<string, string> {
  const path = `/typescript/lib.${name}.d.ts`;
  if (path in texts) return texts;
  texts[path] = readFileSync(join(typescriptFolder, `lib.${name}.d.ts`), "utf8");
  for (const [, reference] of texts[path].matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>$/gm))
    javascriptTexts(reference, texts);
  return texts;
}

/** The folder of the package that a file below node_modules belongs to. */
const packageOf = (path: string): string => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] as string;

/** What a package.json says of where its declarations are. */
function description(folder: string): string {
  const { name, version, type, types, typings, exports } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return JSON.stringify({ name, version, type, types, typings, exports });
}

/**
 * The declarations of what cells import, by TypeScript itself: it makes those of the course from its sources, and finds
 * those of packages, with the packages that they need in turn (without them much of mathjs would be `any`).
 */
function importedTexts(): Record<string, string> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const doors = ["lib/index.ts", "grader/check.ts", "node_modules/tslab/dist/public.d.ts"];
  const program = ts.createProgram(
    doors.map((door) => join(root, door)),
    { ...options, ...resolution, noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true },
  );
  const texts: Record<string, string> = {};
  const add = (path: string, text: string) => {
    texts[`/course/${relative(root, path).replaceAll("\\", "/")}`] = text;
  };
  program.emit(undefined, add);
  for (const { fileName, text } of program.getSourceFiles()) {
    if (!fileName.includes("/node_modules/") || /node_modules\/(@types|undici-types|typescript)\//.test(fileName))
      continue;
    const folder = packageOf(fileName);
    add(fileName, text);
    add(join(folder, "package.json"), description(folder));
  }
  return texts;
}

function declarations(): Declarations {
  return {
    texts: { ...javascriptTexts(), ...importedTexts() },
    ambient: {
      always: read("kernel/compiler/ambient/always.d.ts"),
      insteadOfNode: read("kernel/compiler/ambient/instead-of-node.d.ts"),
    },
  };
}

const shared = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  logLevel: "error",
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
} satisfies BuildOptions;

/** The file that was made of an entry. */
function outputOf({ outputs }: Metafile, entry: string): string {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(entry));
  if (!found) throw new Error(`Cannot find what was made of ${entry}`);
  return basename(found[0]);
}

/**
 * Writes the workers into a folder, with the modules that cells import as chunks of their own.
 * @returns the names of the two workers in it, and what esbuild says of what went into them.
 */
export async function bundleKernel(folder: string): Promise<{ cells: string; types: string; metafile: Metafile }> {
  mkdirSync(folder, { recursive: true });
  // esbuild works in a process of its own, beside TypeScript here.
  const cellsBuilt = build({ ...shared, outdir: folder, splitting: true, entryPoints: [join(__dirname, "cells.ts")] });
  const text = JSON.stringify(declarations());
  const declarationsFile = `types-${createHash("sha1").update(text).digest("hex").slice(0, 8)}.json`;
  writeFileSync(join(folder, declarationsFile), text);
  const language = await build({
    ...shared,
    outdir: folder,
    entryPoints: [join(__dirname, "language.ts")],
    define: { declarationsFile: JSON.stringify(declarationsFile) },
    // TypeScript asks for them only where it finds itself in Node.
    external: ["fs", "path", "os", "inspector", "perf_hooks", "crypto", "source-map-support"],
  });
  const cells = await cellsBuilt;
  const outputs = { ...cells.metafile.outputs, ...language.metafile.outputs };
  const inputs = { ...cells.metafile.inputs, ...language.metafile.inputs };
  return {
    cells: outputOf(cells.metafile, "cells.ts"),
    types: outputOf(language.metafile, "language.ts"),
    metafile: { inputs, outputs },
  };
}

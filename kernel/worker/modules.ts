/** The modules that cells import: found from the notebook's folder, local files read again when they have changed. */
import { statSync } from "node:fs";
import { createRequire, isBuiltin, type Module } from "node:module";
import { join, sep } from "node:path";
import { compileFunction, constants } from "node:vm";
import { kernelFolder } from "../folders";
import { namespaceOf } from "./namespace";

const kernelRequire = createRequire(__filename);
const ownFolder = kernelFolder + sep;

/** What Node says when a package can only be imported, or a file only looks like CommonJS. */
const wantsImport = new Set([
  "ERR_REQUIRE_ESM",
  "ERR_REQUIRE_ASYNC_MODULE",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_REQUIRE_CYCLE_MODULE",
]);

const stampOf = (path: string): string => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "gone";
  }
};

/**
 * Makes the loader of a notebook's imports.
 * @param folder the notebook's folder.
 * @param own modules that the kernel itself provides, by name.
 */
export function moduleLoader(folder: string, own: Record<string, unknown>) {
  const notebookRequire = createRequire(join(folder, "cell.ts"));
  const dynamicImport = (from: string): ((name: string) => Promise<unknown>) =>
    compileFunction("return import(name)", ["name"], {
      filename: from,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as never;

  /** Local files that have been loaded, with their state at that time. */
  const stamps = new Map<string, string>();
  const isLocal = (path: string) => !path.includes(`${sep}node_modules${sep}`) && !path.startsWith(ownFolder);
  const noteLoaded = () => {
    for (const path of Object.keys(require.cache))
      if (isLocal(path) && !stamps.has(path)) stamps.set(path, stampOf(path));
  };

  /** Forgets the local files that have changed, and the local files that import them. */
  function forgetChanged(): void {
    const stale = new Set([...stamps].filter(([path, stamp]) => stampOf(path) !== stamp).map(([path]) => path));
    if (stale.size === 0) return;
    for (let before = 0; before !== stale.size; ) {
      before = stale.size;
      for (const module of Object.values(require.cache) as Module[])
        if (stamps.has(module.filename) && module.children.some((child) => stale.has(child.filename)))
          stale.add(module.filename);
    }
    for (const path of stale) {
      delete require.cache[path];
      stamps.delete(path);
    }
  }

  /** An interrupt during an import leaves modules of which only the first half has run. */
  function forgetHalfLoaded(): void {
    for (const module of Object.values(require.cache) as Module[])
      if (!module.loaded && !module.filename.startsWith(ownFolder)) delete require.cache[module.filename];
  }

  const isMissing = (error: unknown, name: string) =>
    (error as { code?: string }).code === "MODULE_NOT_FOUND" && String((error as Error).message).includes(`'${name}'`);

  async function load(name: string): Promise<unknown> {
    if (Object.hasOwn(own, name)) return own[name];
    forgetHalfLoaded();
    forgetChanged();
    const places: [NodeJS.Require, string][] = [[notebookRequire, join(folder, "cell.mjs")]];
    if (!name.startsWith(".") && !isBuiltin(name)) places.push([kernelRequire, __filename]);
    for (const [require, from] of places) {
      try {
        return namespaceOf(require(name));
      } catch (error) {
        if (wantsImport.has((error as { code?: string }).code ?? "") || /import statement outside/.test(String(error)))
          return dynamicImport(from)(name);
        if (!isMissing(error, name)) throw error;
      } finally {
        noteLoaded();
      }
    }
    throw new Error(`Cannot find '${name}': no such file or package as seen from ${folder}`);
  }
  return { load, require: notebookRequire };
}

/**
 * Loads TypeScript's 9 MB with V8's code cache, which holds what was compiled when it last ran: start and first check
 * take 0.7 of the time. Import it before anything that imports "typescript".
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { cacheFolder } from "../folders";

const path = require.resolve("typescript");
const { version } = require("typescript/package.json") as { version: string };
const kept = join(cacheFolder, `typescript-${version}-${process.version}-${process.arch}.code`);

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

if (!require.cache[path]) {
  const cachedData = read(kept);
  const script = new Script(Module.wrap(readFileSync(path, "utf8")), { filename: path, cachedData });
  const module = new Module(path);
  module.filename = path;
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  module.loaded = true;
  require.cache[path] = module;
  const isStale = !cachedData || script.cachedDataRejected;
  // Made once cells have run: the cache then holds the functions that they need.
  if (isStale) setTimeout(() => keep(script), 500).unref();
}

function keep(script: Script): void {
  try {
    mkdirSync(cacheFolder, { recursive: true });
    // A reader must never see half a file: written beside, then renamed.
    writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {} // A folder that cannot be written costs time, nothing else.
}

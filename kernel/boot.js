/**
 * Loads TypeScript files by `require`: compiled on read, kept by content, so that a second start compiles nothing.
 * Plain JavaScript, since it loads the rest. `node kernel/boot.js CONNECTION_FILE` starts the kernel;
 * with the name of a role, one of its parts: the thread that compiles, the process that runs cells, its watch.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { Module } = require("node:module");
const { join } = require("node:path");

const { cacheFolder } = require("./folders");

/** JavaScript of every TypeScript file that was loaded, by path; its source map is the inline comment at its end. */
const compiled = new Map();

/** @param {string} source @param {string} path */
function transpile(source, path) {
  const ts = require("typescript");
  const { outputText } = ts.transpileModule(source, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      esModuleInterop: true,
      inlineSourceMap: true,
    },
  });
  return outputText;
}

/** @param {string} path */
function javascriptOf(path) {
  const source = readFileSync(path, "utf8");
  const key = createHash("sha1").update(path).update("\0").update(source).digest("hex");
  const kept = join(cacheFolder, `${key}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const js = transpile(source, path);
    try {
      mkdirSync(cacheFolder, { recursive: true });
      // A reader must never see half a file: written beside, then renamed.
      writeFileSync(`${kept}.${process.pid}`, js);
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {} // A folder that cannot be written costs time, not the result.
    return js;
  }
}

Module._extensions[".ts"] = (module, path) => {
  const js = javascriptOf(path);
  compiled.set(path, js);
  module._compile(js, path);
};

module.exports = { compiled };

const roles = { compiler: "./compiler/thread", watch: "./worker/watch", worker: "./worker/main" };
if (process.argv[1] === __filename) require(roles[process.argv[2]] ?? "./front/main");

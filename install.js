// biome-ignore-all lint/style/useNodejsImportProtocol: an old Node does not know it, and must get as far as its sentence
// Installs the packages that are missing, before `npm start`, `npm test` and the other commands: those of the folder
// that is named first, or of this one. Its options go to `npm ci`. Plain JavaScript without packages: it runs when there
// are none yet, and on an old Node, so that a student with one reads a sentence and not a syntax error.
const { spawnSync } = require("child_process");
const { readFileSync } = require("fs");
const { join } = require("path");

/** Says why this Node cannot run the course, or gives undefined. */
function whyNot(version, wanted) {
  const have = version.split(".").map(Number);
  const want = wanted
    .replace(/[^\d.]/g, "")
    .split(".")
    .map(Number);
  const late = have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]);
  if (late) return undefined;
  return `Cannot run unroll on Node ${version}: it needs Node ${want.join(".")} or later, from https://nodejs.org`;
}

function read(...path) {
  return JSON.parse(readFileSync(join(__dirname, ...path), "utf8"));
}

/** Lists the packages of the lock file that npm's own record in node_modules does not have in the same version. */
function missing(lock, options, folder = "") {
  let installed = {};
  try {
    installed = read(folder, "node_modules", ".package-lock.json").packages;
  } catch {
    // No record: nothing is installed, or an installation was cut short (npm writes the record last).
  }
  const wanted = Object.keys(lock.packages).filter(
    // A package that is `optional` is meant for another platform, or this one can do without it.
    (path) => path && !lock.packages[path].optional && !(lock.packages[path].dev && options.includes("--omit=dev")),
  );
  return wanted.filter((path) => !installed[path] || installed[path].version !== lock.packages[path].version);
}

function install(folder, options) {
  const reason = whyNot(process.versions.node, read("package.json").engines.node);
  if (reason) return reason;
  const absent = missing(read(folder, "package-lock.json"), options, folder);
  if (absent.length === 0) return undefined;

  console.log(`Installing ${absent.length} packages, this once. It takes up to a minute ...`);
  // npm tells its scripts where it is; asking for it by name would need a shell on Windows.
  const npm = process.env.npm_execpath || "";
  const [command, first] = npm.endsWith("npm-cli.js") ? [process.execPath, [npm]] : ["npm", []];
  // No package needs its install script: zeromq brings its binaries.
  const quick = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const { status, error } = spawnSync(command, [...first, "ci", ...options, ...quick], {
    cwd: join(__dirname, folder),
    stdio: "inherit",
    shell: process.platform === "win32" && command === "npm",
  });
  if (status === 0) return undefined;
  if (error) return `Cannot install the packages: npm could not be started (${error.message})`;
  return (
    "Cannot install the packages: npm's reason is above. If it speaks of the network (ENOTFOUND, EAI_AGAIN, ECONNREFUSED,\n" +
    "ETIMEDOUT), connect this machine to the internet and give the same command again: this is needed only once."
  );
}

if (require.main === module) {
  const words = process.argv.slice(2);
  const folder = words[0] && !words[0].startsWith("-") ? words.shift() : "";
  const reason = install(folder, words);
  if (reason) {
    console.error(reason);
    process.exitCode = 1;
  }
}

module.exports = { whyNot, missing };

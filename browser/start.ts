/** `npm start` in the browser edition: builds the site where it is missing or old, serves it and opens the browser. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSite, sourceDigest } from "./build";
import { serve } from "./serve";

/** A browser keeps what students do by the port of the address: it must be the same each time. */
const usualPort = 8898;

/** The command that opens an address: the one that BROWSER names, as Jupyter takes it, or the system's. */
export function browserCommand(address: string, environment = process.env, platform = process.platform): string[] {
  const named = environment.BROWSER?.split(" ").filter(Boolean);
  if (named?.length)
    return named.includes("%s") ? named.map((word) => word.replace("%s", address)) : [...named, address];
  if (platform === "win32") return ["cmd", "/c", "start", "", address];
  return [platform === "darwin" ? "open" : "xdg-open", address];
}

function open(address: string): void {
  const [program, ...words] = browserCommand(address);
  // Where there is no browser to open, the address that was printed is enough.
  spawn(program, words, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: String(usualPort) },
      "no-browser": { type: "boolean", default: false },
    },
  });
  const folder = join(__dirname, "../dist/browser");
  const builtFrom = join(folder, "digest.txt");
  if (!existsSync(builtFrom) || readFileSync(builtFrom, "utf8") !== sourceDigest()) {
    console.log("Building the browser edition. It takes up to half a minute, this once and after a change ...");
    await buildSite(folder, console.log);
  }
  const address = `http://localhost:${values.port}/`;
  await serve(folder, Number(values.port)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Error(
      `Cannot serve the course at ${address}: something else does already. Is the course open in another terminal?\n` +
        "Another port is taken with `npm start -- --browser --port N`, but what you did is kept under the port where you did it.",
    );
  });
  console.log(`The course is at ${address} (Ctrl-C here stops it).`);
  console.log("What you do is kept in your browser, not on your disk: hand in an exercise to have it as a file.");
  if (!values["no-browser"]) open(address);
}

if (require.main === module)
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });

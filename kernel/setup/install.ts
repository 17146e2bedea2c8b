/** `npm run kernel:install` and `npm run kernel:uninstall`: the kernel in a person's own Jupyter, VS Code or JupyterHub. */
import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { writeSpecInto } from "./spec";

const usage = "wanted nothing, --user, or --prefix FOLDER";

/** Where Jupyter looks for a user's own kernels. Source: Jupyter's documentation, "Common Directories and File Locations". */
function userData(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (environment.JUPYTER_DATA_DIR) return environment.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(environment.APPDATA ?? homedir(), "jupyter");
  return join(environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

/**
 * Gives the folder of the kernelspec for the options of the command.
 * @throws {Error} for options that it does not know.
 */
export function specFolder(options: string[], environment = process.env, platform = process.platform): string {
  const [option, prefix, ...more] = options;
  if (option === undefined || (option === "--user" && prefix === undefined))
    return join(userData(environment, platform), "kernels", "unroll");
  if (option === "--prefix" && prefix && !more.length)
    return join(resolve(prefix), "share", "jupyter", "kernels", "unroll");
  throw new Error(`Cannot read the options ${options.join(" ")}: ${usage}`);
}

function main([command, ...options]: string[]): void {
  const folder = specFolder(options);
  if (command === "install") {
    writeSpecInto(folder, join(__dirname, "../.."));
    console.log(
      `Installed the kernel "TypeScript (unroll)" in ${folder}\nIt runs from here: ${join(__dirname, "../..")}`,
    );
  } else if (!existsSync(join(folder, "kernel.json"))) {
    throw new Error(`Cannot uninstall the kernel: there is none in ${folder}`);
  } else {
    rmSync(folder, { recursive: true });
    console.log(`Removed ${folder}`);
  }
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

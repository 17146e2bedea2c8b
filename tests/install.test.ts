import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { specFolder } from "../kernel/setup/install";

const prefix = mkdtempSync(join(tmpdir(), "unroll-prefix-"));
after(() => rmSync(prefix, { recursive: true }));
const npm = (...words: string[]) => spawnSync("npm", ["run", "-s", ...words], { encoding: "utf8" });

describe("the kernel in a person's own Jupyter", () => {
  test("is written where --prefix says, and removed from there", () => {
    const folder = join(prefix, "share/jupyter/kernels/unroll");
    const { stdout, status } = npm("kernel:install", "--", "--prefix", prefix);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(folder));
    const { argv, display_name } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
    assert.ok(existsSync(argv[1]) && display_name === "TypeScript (unroll)");
    assert.ok(existsSync(join(folder, "logo-64x64.png")) && existsSync(join(folder, "plotly.js")));
    assert.equal(npm("kernel:uninstall", "--", "--prefix", prefix).status, 0);
    assert.equal(existsSync(folder), false);
    const again = npm("kernel:uninstall", "--", "--prefix", prefix);
    assert.deepEqual([again.status, again.stderr], [1, `Cannot uninstall the kernel: there is none in ${folder}\n`]);
  });

  test("goes to the user's kernels on each system", () => {
    assert.equal(specFolder(["--user"], { XDG_DATA_HOME: "/x" }, "linux"), "/x/jupyter/kernels/unroll");
    assert.equal(specFolder([], { JUPYTER_DATA_DIR: "/j" }, "darwin"), "/j/kernels/unroll");
    assert.match(specFolder([], {}, "darwin"), /Library\/Jupyter\/kernels\/unroll$/);
    assert.throws(
      () => specFolder(["--nowhere"]),
      /Cannot read the options --nowhere: wanted nothing, --user, or --prefix/,
    );
  });
});

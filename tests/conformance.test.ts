import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { withKernel, writeKernelSpec } from "../kernel/setup/spec";
import { pythonWith, root, skipWithout } from "./course";

const python = pythonWith("jupyter_kernel_test");
const skip = skipWithout({ "Python with jupyter_kernel_test": python });

test("the kernel passes the twelve tests of jupyter_kernel_test, and skips none", { skip, timeout: 120_000 }, () => {
  writeKernelSpec(root);
  const options = { encoding: "utf8", env: withKernel(root), timeout: 100_000 } as const;
  const { stderr, error } = spawnSync(python ?? "python3", [join(__dirname, "conformance.py")], options);
  assert.ifError(error);
  assert.match(stderr, /^Ran 12 tests in .*\n\nOK\n$/m, stderr);
});

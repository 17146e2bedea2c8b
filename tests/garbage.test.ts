/** Training allocates once: what steps leave behind would be collected, and a collection stops the loop. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const steps = (cell: string, real: string) => `
  const lib = require("./lib");
  const cell = lib.defineCell(lib.${cell}, { inputSize: 20, hiddenSize: 24, outputSize: 20 });
  const x = Int32Array.from({ length: 60 }, (_, i) => (i * 7) % 20);
  const net = lib.unroll(cell, x, { B: 4, Real: ${real} });
  const run = (count) => {
    for (let k = 0; k < count; k++) {
      lib.forward(net);
      lib.bptt(net, x, lib.softmaxCrossEntropy);
    }
  };
  run(1000); // until the code is compiled
  gc();
  console.log("begin");
  run(1000);
  console.log("end");`;

for (const cell of ["vanilla", "gru", "lstm"])
  for (const real of ["Float64Array", "Float32Array"])
    test(`1000 steps of ${cell} in ${real} leave nothing that is collected`, () => {
      const flags = ["--trace-gc", "--expose-gc", "--require", "ts-node/register", "--eval", steps(cell, real)];
      const output = execFileSync(process.execPath, flags, { cwd: join(__dirname, ".."), encoding: "utf8" });
      const during = output.slice(output.indexOf("begin"), output.indexOf("end"));
      assert.ok(during.startsWith("begin"), output);
      assert.doesNotMatch(during, /Scavenge|Mark-Compact/);
    });

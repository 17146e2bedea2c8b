/** The promises about speed that a reader would notice if they were broken; `npm run bench:kernel` has the figures. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { Session } from "../kernel/session";
import { Client } from "./jupyter-client";

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

test("a kernel answers within 0.4 s of its start, in the median of 10", async () => {
  const times: number[] = [];
  for (let k = 0; k < 10; k++) {
    const client = await Client.start();
    const { at } = await client.wait((m) => m.type === "kernel_info_reply");
    times.push(at - client.startedAt);
    await client.kill();
  }
  assert.ok(median(times) < 400, times.map((ms) => ms.toFixed(0)).join(" "));
});

test("a loop of additions at top level takes at most 5 times the same loop in a function", async () => {
  const session = new Session({ folder: tmpdir() });
  await session.execute("declare global { var took: () => number }");
  const timeOf = async (cell: string) => {
    const times: number[] = [];
    for (let k = 0; k < 5; k++) {
      const timer = "{ const began = performance.now(); globalThis.took = () => performance.now() - began }";
      assert.equal((await session.execute(`${timer}\n${cell}`)).status, "ok");
      const took = await session.evaluate("globalThis.took()");
      times.push(took.status === "ok" ? (took.value as number) : Number.NaN);
    }
    return median(times);
  };
  const inFunction = await timeOf("(() => { let s = 0; for (let i = 0; i < 1e7; i++) s += i; return s })()");
  const atTop = await timeOf("let s = 0; for (let i = 0; i < 1e7; i++) s += i; s");
  assert.ok(atTop < 5 * inFunction, `${atTop.toFixed(1)} ms against ${inFunction.toFixed(1)} ms`);
  await session.close();
});

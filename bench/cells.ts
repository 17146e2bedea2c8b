/**
 * `npm run bench`: forward and backward of Example 1, GRU and LSTM with softmax cross-entropy (65 classes), beside loops
 * written by hand, mathjs, TensorFlow.js, NumPy and PyTorch. Every contender has a process of its own; rounds are
 * interleaved; printed are the median of the rounds and their spread, in ms. One thread each.
 *
 * mathjs stands beside Example 1 with one sequence only, where it takes 100 ms and more.
 * TensorFlow.js is only there after `npm install --prefix bench`; NumPy and PyTorch are Debian's python3-numpy,
 * python3-torch and libopenblas0-pthread. Who is not there is left out, and that is said.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { cases } from "./contender";

const rounds = Math.max(5, Number(process.argv[2] ?? 5));
const typescript = (name: string) => ["node", "--require", "ts-node/register", join(__dirname, "contender.ts"), name];
const python = (rival: string, type: string) => ["/usr/bin/python3", join(__dirname, "rivals.py"), rival, type];
const commands: Record<string, string[]> = {
  "unroll Float64": typescript("unroll Float64"),
  "unroll Float32": typescript("unroll Float32"),
  "PyTorch Float64": python("torch", "float64"),
  "PyTorch Float32": python("torch", "float32"),
  "NumPy Float64": python("numpy", "float64"),
  "NumPy Float32": python("numpy", "float32"),
  handwritten: typescript("handwritten"),
  mathjs: typescript("mathjs"),
  "TensorFlow.js cpu": typescript("TensorFlow.js cpu"),
  "TensorFlow.js wasm": typescript("TensorFlow.js wasm"),
};

type Answer = { ms?: number | null; ready?: string; missing?: string };
type Contender = { name: string; ask: (line: string) => Promise<Answer>; end: () => void };

async function open(name: string, [program, ...args]: string[]): Promise<Contender | undefined> {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, args, {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const failed = new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const line = await Promise.race([lines.next(), failed]);
    return line && !line.done ? JSON.parse(line.value) : { missing: `${name} does not start` };
  };
  const first = await next();
  if (first.missing) {
    console.log(`Left out: ${first.missing}`);
    child.kill();
    return;
  }
  console.log(first.ready);
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`);
    return next();
  };
  return { name, ask, end: () => child.stdin.end() };
}

async function main(): Promise<void> {
  const contenders: Contender[] = [];
  for (const [name, command] of Object.entries(commands)) {
    const contender = await open(name, command);
    if (contender) contenders.push(contender);
  }
  for (const each of cases) {
    const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++)
      for (const { name, ask } of contenders) {
        const { ms } = await ask(JSON.stringify(each));
        if (typeof ms === "number") times.get(name)?.push(ms);
      }
    console.log(`\n${each.cell} H=${each.H} T=${each.T} B=${each.B}`);
    const middle = (name: string) => times.get(name)?.sort((p, q) => p - q)[rounds >> 1];
    for (const { name } of contenders) {
      const all = times.get(name) ?? [];
      const median = middle(name);
      if (median === undefined) continue;
      const like = middle(/Float32|TensorFlow/.test(name) ? "unroll Float32" : "unroll Float64") ?? Number.NaN;
      const spread = `${all[0].toFixed(2)} to ${(all.at(-1) as number).toFixed(2)}`;
      console.log(
        `  ${name.padEnd(20)}${median.toFixed(2).padStart(9)} ms  (${spread})`.padEnd(60) +
          `${(median / like).toFixed(2).padStart(8)} of ours`,
      );
    }
  }
  for (const { end } of contenders) end();
}

main();

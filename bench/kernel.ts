/**
 * `npm run bench:kernel`: our kernel beside its peers, in one run, interleaved; medians, in ms, and the ratio to ours.
 * A peer that is not on this machine is left out, and that is said. Judge by the ratios.
 */
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../tests/jupyter-client";

const root = join(__dirname, "..");
const rounds = Number(process.argv[2] ?? 5);

type Code = {
  trivial: (k: number) => string;
  loop: string;
  inFunction: string;
  mathjs?: string;
  complete: (k: number) => string;
};
type Peer = { name: string; command: (file: string) => string[]; missing?: string; code: Code };

const typescript: Code = {
  trivial: (k) => `${k} + 1`,
  loop: "let s = 0; for (let i = 0; i < 1e7; i++) s += i; s",
  inFunction: "function sum() { let s = 0; for (let i = 0; i < 1e7; i++) s += i; return s }\nsum()",
  mathjs: `import * as math from "mathjs"`,
  complete: (k) => `const n${k} = ${k}; Math.sq`,
};
const python: Code = {
  trivial: typescript.trivial,
  loop: "s = 0\nfor i in range(10_000_000): s += i\ns",
  inFunction: "def sum_():\n    s = 0\n    for i in range(10_000_000): s += i\n    return s\nsum_()",
  complete: (k) => `n${k} = ${k}; [].app`,
};

const runs = (program: string, ...words: string[]) => spawnSync(program, words, { stdio: "ignore" }).status === 0;
const pythonWith = (module: string) => ["python3", "/usr/bin/python3"].find((p) => runs(p, "-c", `import ${module}`));
const ipykernel = pythonWith("ipykernel");
const deno = [join(__dirname, "node_modules/.bin/deno"), "deno"].find((program) => runs(program, "--version"));

const peers: Peer[] = [
  { name: "unroll", command: (file) => [process.execPath, join(root, "kernel/boot.js"), file], code: typescript },
  {
    name: "tslab",
    command: (file) => [
      process.execPath,
      join(root, "node_modules/tslab/bin/tslab"),
      "kernel",
      `--config-path=${file}`,
    ],
    code: typescript,
  },
  {
    name: "deno",
    command: (file) => [deno ?? "", "jupyter", "--kernel", "--conn", file],
    missing: deno ? undefined : "there is no deno on PATH or in bench/node_modules",
    code: { ...typescript, mathjs: undefined },
  },
  {
    name: "ipykernel",
    command: (file) => [ipykernel ?? "", "-m", "ipykernel_launcher", "-f", file],
    missing: ipykernel ? undefined : "no Python with ipykernel",
    code: python,
  },
];

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** From the request to idle, ms. Another kernel may show a result otherwise than we do; they all become idle. */
async function timeOf(client: Client, type: string, content: object): Promise<number> {
  const start = performance.now();
  const id = client.send(type, content);
  const reply = await client.wait((m) => m.channel === "shell" && m.parent.msg_id === id, 60_000);
  if (type === "execute_request" && reply.content.status !== "ok")
    throw new Error(`Cannot time a cell that fails: ${JSON.stringify(content)} gave ${JSON.stringify(reply.content)}`);
  await client.wait((m) => m.parent.msg_id === id && m.content.execution_state === "idle", 60_000);
  return performance.now() - start;
}
const cell = (client: Client, code: string) =>
  timeOf(client, "execute_request", { code, silent: false, store_history: true, stop_on_error: true });

/** The folder finds the packages of the course, and asks for what its package.json asks for. */
const startPeer = ({ command }: Peer): Promise<Client> =>
  Client.start(command, (folder) => {
    for (const name of ["node_modules", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  });

/** One fresh kernel: what a reader waits for at the start. */
async function coldRound(peer: Peer): Promise<Record<string, number>> {
  const client = await startPeer(peer);
  const { at: first } = await client.wait((m) => m.channel === "shell" && m.type === "kernel_info_reply");
  await cell(client, peer.code.trivial(0));
  const result = performance.now();
  await client.kill();
  return { "first kernel_info_reply": first - client.startedAt, "first cell after launch": result - client.startedAt };
}

async function mathjsRound(peer: Peer, idle: number): Promise<number> {
  const client = await startPeer(peer);
  await cell(client, peer.code.trivial(0));
  await wait(idle);
  const ms = await cell(client, peer.code.mathjs as string);
  await client.kill();
  return ms;
}

async function warmRound(peer: Peer): Promise<Record<string, number>> {
  const client = await startPeer(peer);
  const { trivial, loop, inFunction, complete } = peer.code;
  for (let k = 0; k < 5; k++) await cell(client, trivial(k));
  const trivials: number[] = [];
  for (let k = 5; k < 35; k++) trivials.push(await cell(client, trivial(k)));
  const base = median(trivials);
  const loops = [await cell(client, loop), await cell(client, loop), await cell(client, loop)];
  const functions = [await cell(client, inFunction), await cell(client, inFunction), await cell(client, inFunction)];
  const completions: number[] = [];
  for (let k = 0; k < 20; k++) {
    const code = complete(k);
    completions.push(await timeOf(client, "complete_request", { code, cursor_pos: code.length }));
  }
  await client.kill();
  return {
    "new trivial cell, median of 30": base,
    "loop of 1e7 at top level": median(loops) - base,
    "the same loop in a function": median(functions) - base,
    "completion, new text each time": median(completions),
  };
}

async function main(): Promise<void> {
  const present = peers.filter(({ name, missing }) => {
    if (missing) console.log(`${name} is left out: ${missing}`);
    return !missing;
  });
  const figures = new Map<string, Map<string, number[]>>();
  const note = (row: string, peer: string, ms: number) => {
    const of = figures.get(row) ?? new Map<string, number[]>();
    figures.set(row, of);
    of.set(peer, [...(of.get(peer) ?? []), ms]);
  };
  for (let round = 0; round < rounds; round++)
    for (const peer of present) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${peer.name}      \r`);
      for (const measure of [coldRound, warmRound])
        for (const [row, ms] of Object.entries(await measure(peer))) note(row, peer.name, ms);
      if (peer.code.mathjs) {
        note("import mathjs, first cell after 1 + 1", peer.name, await mathjsRound(peer, 0));
        note("import mathjs after 3 s idle", peer.name, await mathjsRound(peer, 3000));
      }
    }
  const columns = present.map(({ name }) => name);
  console.log(`Node ${process.version}, ${rounds} rounds, ms (ratio to unroll)`);
  console.log(["".padEnd(40), ...columns.map((name) => name.padStart(18))].join(""));
  for (const [row, of] of figures) {
    const ours = median(of.get("unroll") as number[]);
    const shown = columns.map((name) => {
      const values = of.get(name);
      if (!values) return "-".padStart(18);
      const ms = median(values);
      return `${ms.toFixed(ms < 20 ? 1 : 0)} (${(ms / ours).toFixed(1)})`.padStart(18);
    });
    console.log([row.padEnd(40), ...shown].join(""));
  }
}

void main().then(() => process.exit(0));

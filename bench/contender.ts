/** One contender of bench/cells.ts in a process of its own: reads a case per line, answers with milliseconds. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as lib from "../lib";
import { handwritten } from "./handwritten";

export type Case = { cell: "vanilla" | "gru" | "lstm"; H: number; T: number; B: number };
type Step = () => unknown;

const V = 65;
const inputs = ({ T, B }: Case) => ({
  x: Int32Array.from({ length: T * B }, (_, i) => (i * 7) % V),
  y: Int32Array.from({ length: T * B }, (_, i) => (i * 5) % V),
});
const equations = { vanilla: lib.vanilla, gru: lib.gru, lstm: lib.lstm };
const define = (c: Case) => lib.defineCell(equations[c.cell], { inputSize: V, hiddenSize: c.H, outputSize: V });

function unrolled(c: Case, Real: Float64ArrayConstructor | Float32ArrayConstructor): Step {
  const { x, y } = inputs(c);
  const net = lib.unroll(define(c), x, { B: c.B, Real });
  return () => {
    lib.forward(net);
    lib.bptt(net, y, lib.softmaxCrossEntropy);
  };
}

const byHand = (c: Case): Step => handwritten[c.cell](define(c), { ...inputs(c), B: c.B }).run;

/** Example 1 with mathjs's matrices, one sequence. */
function mathjs(c: Case): Step | undefined {
  if (c.cell !== "vanilla" || c.B > 1) return;
  const { add, dotMultiply, matrix, multiply, subset, index, transpose, map, range } = require("mathjs");
  const { x, y } = inputs(c);
  const cell = define(c);
  const [U, W, R] = [cell.param.U, cell.param.W, cell.param.V].map((w) => matrix(lib.rows(w)));
  const [b, bias] = [cell.param.b, cell.param.c].map((w) => matrix([...w]));
  const column = (k: number) =>
    matrix(
      subset(U, index(range(0, c.H), k))
        .toArray()
        .flat(),
    );
  const outer = (u: { toArray(): number[] }, v: { toArray(): number[] }) =>
    multiply(matrix(u.toArray().map((e) => [e])), matrix([v.toArray()]));
  return () => {
    const h = [matrix(Array(c.H).fill(0))];
    for (let t = 1; t <= c.T; t++) h.push(map(add(add(multiply(W, h[t - 1]), column(x[t - 1])), b), Math.tanh));
    let [dW, dR] = [multiply(W, 0), multiply(R, 0)];
    let later = matrix(Array(c.H).fill(0));
    for (let t = c.T; t >= 1; t--) {
      const e: number[] = add(multiply(R, h[t]), bias).toArray().map(Math.exp);
      const Z = e.reduce((p, q) => p + q);
      const g = matrix(e.map((v, i) => v / Z - (i === y[t - 1] ? 1 : 0)));
      const dh = add(multiply(transpose(R), g), later);
      const da = dotMultiply(
        dh,
        map(h[t], (v: number) => 1 - v * v),
      );
      dR = add(dR, outer(g, h[t]));
      dW = add(dW, outer(da, h[t - 1]));
      later = multiply(transpose(W), da);
    }
  };
}

async function tensorFlow(backend: "cpu" | "wasm"): Promise<(c: Case) => Step> {
  // Its warnings go to the stream that carries the answers.
  console.log = console.info = console.warn = () => {};
  const tf = require("./node_modules/@tensorflow/tfjs");
  if (backend === "wasm") {
    const wasm = require("./node_modules/@tensorflow/tfjs-backend-wasm");
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(`${__dirname}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  return (c) => {
    const { H, T, B } = c;
    const gates = { vanilla: 1, gru: 3, lstm: 4 }[c.cell];
    const draw = (rows: number, columns: number) => tf.variable(tf.randomUniform([rows, columns], -0.1, 0.1));
    const [U, W, R] = [draw(V, gates * H), draw(H, gates * H), draw(H, V)];
    const [b, bias] = [draw(1, gates * H), draw(1, V)];
    const { x, y } = inputs(c);
    // A look-up (gather) has no gradient in the wasm backend.
    const xs = Array.from({ length: T }, (_, t) =>
      tf.oneHot(tf.tensor1d(x.slice(t * B, (t + 1) * B), "int32"), V).toFloat(),
    );
    const target = tf.oneHot(tf.tensor1d(y, "int32"), V).toFloat();
    const loss = () => {
      let h = tf.zeros([B, H]);
      let s = tf.zeros([B, H]);
      const states = [];
      for (const xt of xs) {
        const fromInput = tf.matMul(xt, U).add(b);
        const fromState = tf.matMul(h, W);
        if (c.cell === "vanilla") h = fromInput.add(fromState).tanh();
        else if (c.cell === "gru") {
          const [xz, xr, xn] = tf.split(fromInput, 3, 1);
          const [hz, hr, hn] = tf.split(fromState, 3, 1);
          const [z, r] = [xz.add(hz).sigmoid(), xr.add(hr).sigmoid()];
          h = z.mul(h).add(
            tf
              .scalar(1)
              .sub(z)
              .mul(xn.add(r.mul(hn)).tanh()),
          );
        } else {
          const [i, f, g, q] = tf.split(fromInput.add(fromState), 4, 1);
          s = f.sigmoid().mul(s).add(i.sigmoid().mul(g.tanh()));
          h = q.sigmoid().mul(s.tanh());
        }
        states.push(h);
      }
      return tf.losses.softmaxCrossEntropy(target, tf.matMul(tf.concat(states), R).add(bias));
    };
    return () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss);
        for (const name of Object.keys(grads)) grads[name].dataSync();
      });
  };
}

const contenders: Record<string, () => Promise<(c: Case) => Step | undefined>> = {
  "unroll Float64": async () => (c) => unrolled(c, Float64Array),
  "unroll Float32": async () => (c) => unrolled(c, Float32Array),
  handwritten: async () => byHand,
  mathjs: async () => mathjs,
  "TensorFlow.js cpu": () => tensorFlow("cpu"),
  "TensorFlow.js wasm": () => tensorFlow("wasm"),
};

/** The median of the steps of some 80 ms, at least one. */
function median(step: Step): number {
  const times: number[] = [];
  for (const end = performance.now() + 80; performance.now() < end || times.length < 1; ) {
    const begin = performance.now();
    step();
    times.push(performance.now() - begin);
  }
  return times.sort((p, q) => p - q)[times.length >> 1];
}

async function main(name: string): Promise<void> {
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  let make: (c: Case) => Step | undefined;
  try {
    make = await contenders[name]();
  } catch (error) {
    return void answer({ missing: `${name}: ${(error as Error).message.split("\n")[0]}` });
  }
  answer({ ready: name });
  const steps = new Map<string, Step | undefined>();
  for await (const line of createInterface({ input: process.stdin })) {
    if (!steps.has(line)) {
      const step = make(JSON.parse(line));
      steps.set(line, step);
      // The compiler needs some runs before it shows what it can.
      if (step) for (const end = performance.now() + 300; performance.now() < end; ) step();
    }
    const step = steps.get(line);
    answer({ ms: step ? median(step) : null });
  }
}

if (require.main === module) main(process.argv[2]);
export const cases: Case[] = JSON.parse(readFileSync(`${__dirname}/cases.json`, "utf8"));

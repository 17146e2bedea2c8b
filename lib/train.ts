/** Training as a loop that the reader drives. */
import type { Cell } from "./cell";
import type { Loss, Targets } from "./loss";
import { bptt, forward, type Input, type Inputs, type Network, type Options, unroll } from "./network";
import type { Optimizer } from "./optimizers";
import type { Wiring } from "./wiring";

/** Is one input with its targets; x may be all that is read, by name, where a cell or a wiring reads more than x. */
export type Example<X extends Inputs = Input> = { x: X; y: Targets };
export type Training = Options & {
  loss: Loss;
  optimizer: Optimizer;
  /** The number of the last step. */
  steps: number;
  /** The number of the first step, 1 where none is given: an interrupted training goes on behind its last step. */
  from?: number;
};
/** Tells how training stands: the step, the loss before it, and the network or wiring with its values and gradients. */
export type Progress<Net = Network> = { step: number; loss: number; net: Net };

/** What browsers and Node have in common; Node's types leave out onmessage. */
type Port = { onmessage: (() => void) | null; postMessage(message: unknown): void; close(): void };

/** Lets messages through: charts are drawn and an interrupt arrives between two steps. setTimeout would cost 1 to 4 ms. */
function turns() {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
  return {
    next: () =>
      new Promise<void>((resolve) => {
        port1.onmessage = () => resolve();
        port2.postMessage(0);
      }),
    // An open port keeps the process alive.
    close: () => port1.close(),
  };
}

/**
 * Trains a cell, or networks that are wired, by BPTT and yields the loss of every step; what was learnt stays in the
 * parameters when the loop is left.
 *
 * The examples are one input with its targets, or a function that gives those of step k = 1, 2, ... Training that was
 * interrupted goes on with the same cell, the same optimizer, and `from` one behind the last step.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 4, outputSize: 2 });
 * const example = { x: [[1], [0], [1]], y: [1, 0, 1] };
 * const training = train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.1), steps: 10 });
 * for await (const { step, loss } of training) console.log(step, loss);
 */
export async function* train<Learner extends Cell | Wiring>(
  learner: Learner,
  examples: Example<Inputs> | ((k: number) => Example<Inputs>),
  { loss, optimizer, steps, from = 1, ...options }: Training,
): AsyncGenerator<Progress<Learner extends Cell ? Network : Wiring>, void> {
  const { next, close } = turns();
  const run = "networks" in learner ? wired(learner) : unrolled(learner, options);
  try {
    for (let step = from; step <= steps; step++) {
      const { x, y } = typeof examples === "function" ? examples(step) : examples;
      const { net, bptt } = run(x);
      const L = bptt(y, loss);
      optimizer(net.param, net.dparam, step);
      yield { step, loss: L, net: net as Learner extends Cell ? Network : Wiring };
      await next();
    }
  } finally {
    close();
  }
}

/** Computes the values for an input, and says how to go back from there. */
type Run = (x: Inputs) => { net: Network | Wiring; bptt: Wiring["bptt"] };

/** A cell is unrolled for the first input; those that follow go into the same network. */
function unrolled(cell: Cell, options: Options): Run {
  let net: Network | undefined;
  return (x) => {
    const one = net ? forward(net, x) : unroll(cell, x, options);
    net = one;
    return { net, bptt: (y, loss) => bptt(one, y, loss) };
  };
}

const wired =
  (wiring: Wiring): Run =>
  (x) => {
    wiring.forward(x);
    return { net: wiring, bptt: wiring.bptt };
  };

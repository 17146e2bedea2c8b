/** Training as a loop that the reader drives. */
import type { Cell } from "./cell";
import type { Loss, Targets } from "./loss";
import { bptt, forward, type Input, type Network, type Options, unroll } from "./network";
import type { Optimizer } from "./optimizers";

/** Is one input with its targets. */
export type Example = { x: Input; y: Targets };
export type Training = Options & {
  loss: Loss;
  optimizer: Optimizer;
  /** The number of the last step. */
  steps: number;
  /** The number of the first step, 1 where none is given: an interrupted training goes on behind its last step. */
  from?: number;
};
/** Tells how training stands: the step, the loss before it, and the network with its values and gradients. */
export type Progress = { step: number; loss: number; net: Network };

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
 * Trains a cell by BPTT and yields the loss of every step; what was learnt stays in the cell when the loop is left.
 *
 * The examples are one input with its targets, or a function that gives those of step k = 1, 2, ... Training that was
 * interrupted goes on with the same cell, the same optimizer, and `from` one behind the last step.
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 4, outputSize: 2 });
 * const example = { x: [[1], [0], [1]], y: [1, 0, 1] };
 * const training = train(cell, example, { loss: softmaxCrossEntropy, optimizer: sgd(0.1), steps: 10 });
 * for await (const { step, loss } of training) console.log(step, loss);
 */
export async function* train(
  cell: Cell,
  examples: Example | ((k: number) => Example),
  { loss, optimizer, steps, from = 1, ...options }: Training,
): AsyncGenerator<Progress, void> {
  const { next, close } = turns();
  try {
    let net: Network | undefined;
    for (let step = from; step <= steps; step++) {
      const { x, y } = typeof examples === "function" ? examples(step) : examples;
      net = net ? forward(net, x) : unroll(cell, x, options);
      const L = bptt(net, y, loss);
      optimizer(cell.param, net.dparam, step);
      yield { step, loss: L, net };
      await next();
    }
  } finally {
    close();
  }
}

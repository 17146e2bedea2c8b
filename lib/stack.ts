/** Depth: every layer reads the outputs of the layer below. */
import type { Cell } from "./cell";
import { bptt, forward, type Inputs, type Options, unroll } from "./network";
import { checkWidth, joined, outputs, received, type Wiring } from "./wiring";

/**
 * Stacks cells: the outputs of cell l are the inputs of cell l + 1, and the loss reads the last. Networks "1", "2", ...
 *
 * Where a cell has no o, its output is its last left-hand side. Initial states have names such as "2.h".
 * Source: Graves, Mohamed and Hinton (2013).
 * @throws {RangeError} where a layer does not read as many numbers as the one below gives.
 * @example
 * const layer = ["a = U * x + b + W * hPrev", "h = tanh(a)"];
 * const lower = defineCell(layer, { inputSize: 2, hiddenSize: 3, outputSize: 3 });
 * const upper = defineCell(vanilla, { inputSize: 3, hiddenSize: 4, outputSize: 2 });
 * const deep = stack([lower, upper], [0, 1, 1]);
 * deep.bptt([1, 0, 0], softmaxCrossEntropy);
 * sgd(0.1)(deep.param, deep.dparam, 1);
 */
export function stack(cells: Cell[], x: Inputs, { initial, ...options }: Options = {}): Wiring {
  for (const [l, cell] of cells.slice(1).entries())
    checkWidth(`layer ${l + 2}`, cell.size("x"), `layer ${l + 1}`, cells[l].size(cells[l].output));
  const layers = [unroll(cells[0], x, options)];
  for (const cell of cells.slice(1)) layers.push(unroll(cell, outputs(layers[layers.length - 1]), options));
  const top = layers[layers.length - 1];
  const run: Pick<Wiring, "forward" | "bptt"> = {
    forward(input) {
      for (const [l, net] of layers.entries()) forward(net, l ? outputs(layers[l - 1]) : input);
    },
    bptt(y, loss) {
      const L = bptt(top, y, loss);
      for (let l = layers.length - 2; l >= 0; l--)
        bptt(
          layers[l],
          [],
          received((grad) => grad[cells[l].output].set(layers[l + 1].grad.x)),
        );
      return L;
    },
  };
  return joined(Object.fromEntries(layers.map((net, l) => [`${l + 1}`, net])), run, initial);
}

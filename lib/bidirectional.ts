/** Two directions: what is said of step t may depend on what comes after it. */
import type { Cell } from "./cell";
import { bptt, forward, type Input, type Network, type Options, unroll } from "./network";
import { checkWidth, joined, outputs, received, type Wiring } from "./wiring";

/** Steps in opposite order: which row comes to the place of row r. Each sequence turns around within its own length. */
const turned = (T: number, B: number, lengths: number[]): number[] =>
  Array.from({ length: T * B }, (_, r) => {
    const [t, b] = [Math.floor(r / B), r % B];
    return t < lengths[b] ? (lengths[b] - 1 - t) * B + b : r;
  });

/** The same rows of n entries each in another order. */
function reordered<Rows>(rows: Rows, n: number, order: number[]): Rows {
  const [from, to] = [rows as number[], (rows as number[]).slice()];
  for (const [r, source] of order.entries()) for (let i = 0; i < n; i++) to[r * n + i] = from[source * n + i];
  return to as Rows;
}

/**
 * Reads a sequence in both directions: the cell `ahead` from x_1 to x_T, the cell `back` from x_T to x_1. At every step
 * the cell `top` reads the outputs of both, those of `ahead` first, and the loss reads `top`.
 *
 * Where the B sequences have different `lengths`, `back` begins at the end of each, not in the rows behind it. Initial
 * states have names such as "ahead.h".
 * Source: Schuster and Paliwal, "Bidirectional recurrent neural networks" (1997).
 * @throws {RangeError} where `top` does not read as many numbers as the two give.
 * @example
 * const layer = ["a = U * x + b + W * hPrev", "h = tanh(a)"];
 * const sizes = { inputSize: 2, hiddenSize: 3, outputSize: 3 };
 * const [ahead, back] = [defineCell(layer, sizes), defineCell(layer, { ...sizes, seed: 2 })];
 * const top = defineCell(["o = c + V * x"], { inputSize: 6, hiddenSize: 1, outputSize: 2 });
 * const both = bidirectional({ ahead, back, top }, [0, 1, 1]);
 * both.bptt([1, 1, 0], softmaxCrossEntropy);
 */
export function bidirectional(
  cells: { ahead: Cell; back: Cell; top: Cell },
  x: Input,
  { lengths, initial, ...options }: Options & { lengths?: number[] } = {},
): Wiring {
  const ahead = unroll(cells.ahead, x, options);
  const { T, B } = ahead;
  const order = turned(T, B, lengths ?? Array(B).fill(T));
  const entries = (input: Input) => (ArrayBuffer.isView(input) ? (input as Float64Array).length / (T * B) : 1);
  const turn = (input: Input) => reordered(input, entries(input), order);
  const back = unroll(cells.back, turn(x), options);
  const [m, n] = [ahead, back].map(({ cell }) => cell.size(cell.output));
  checkWidth("top", cells.top.size("x"), "ahead and back", m + n);

  /** Row by row, what both have found out about step t. */
  const found = () => {
    const [p, q] = [outputs(ahead), reordered(outputs(back), n, order)];
    const both = new (p.constructor as Float64ArrayConstructor)(T * B * (m + n));
    for (let r = 0; r < T * B; r++) {
      both.set(p.subarray(r * m, (r + 1) * m), r * (m + n));
      both.set(q.subarray(r * n, (r + 1) * n), r * (m + n) + m);
    }
    return both;
  };
  const top = unroll(cells.top, found(), options);
  /** The columns of dL/dx of `top` that belong to one direction, for its outputs. */
  const share = (net: Network, from: number, width: number, rows: number[]) =>
    received((grad) => {
      const [g, dx] = [grad[net.cell.output], top.grad.x];
      for (const [r, source] of rows.entries())
        for (let i = 0; i < width; i++) g[(B + r) * width + i] = dx[(B + source) * (m + n) + from + i];
    });
  const straight = order.map((_, r) => r);
  return joined(
    { ahead, back, top },
    {
      forward(input) {
        forward(ahead, input);
        forward(back, input === undefined ? undefined : turn(input as Input));
        forward(top, found());
      },
      bptt(y, loss) {
        const L = bptt(top, y, loss);
        bptt(ahead, [], share(ahead, 0, m, straight));
        bptt(back, [], share(back, m, n, order));
        return L;
      },
    },
    initial,
  );
}

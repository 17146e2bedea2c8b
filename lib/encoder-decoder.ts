/** Sequence to sequence: one network reads, and hands its state to another that writes. */
import type { Cell } from "./cell";
import { bptt, forward, type Input, type Inputs, isByName, type Network, type Options, unroll } from "./network";
import { joined, received, type Wiring } from "./wiring";

/** How a decoder writes: the label that stands before the first. */
type Start = { start: number };

function checkStates(encoder: Cell, decoder: Cell): void {
  for (const state of decoder.states)
    if (!encoder.states.includes(state) || encoder.size(state) !== decoder.size(state))
      throw new RangeError(
        `Cannot hand over ${state}: the decoder's has ${decoder.size(state)} entries, and the encoder's states are ${encoder.states.map((s) => `${s} with ${encoder.size(s)}`).join(", ")}`,
      );
}

/** The last rows of a state: row `lengths[b]` of each sequence b. */
function finalState({ value, B }: Network, state: string, lengths: number[]): Float64Array {
  const n = value[state].columns;
  const final = new Float64Array(B * n);
  for (const [b, length] of lengths.entries())
    final.set(value[state].subarray((length * B + b) * n, (length * B + b + 1) * n), b * n);
  return final;
}

/**
 * Joins an encoder and a decoder: the states of the encoder after the source are the initial states of the decoder.
 *
 * The decoder learns by teacher forcing: at step t it reads the right label y_{t-1} (`start` at t = 1), and its loss is
 * that of y_t. Rows of the target with -1 are behind the end of a sequence. `lengths` says where each source ends.
 * Another source comes as x, another source and target as `{ x, y }`. An initial state has the name "encoder.h".
 * Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks" (2014).
 * @throws {RangeError} where the encoder has no such states as the decoder.
 * @example
 * const encoder = defineCell(vanilla, { inputSize: 3, hiddenSize: 4, outputSize: 1 });
 * const decoder = defineCell(vanilla, { inputSize: 3, hiddenSize: 4, outputSize: 3, seed: 2 });
 * const target = [2, 1, 0];
 * const translation = encoderDecoder({ encoder, decoder }, [1, 2], target, { start: 0 });
 * translation.bptt(target, softmaxCrossEntropy);
 */
export function encoderDecoder(
  cells: { encoder: Cell; decoder: Cell },
  source: Input,
  target: ArrayLike<number>,
  { start, lengths, initial, ...options }: Start & Options & { lengths?: number[] },
): Wiring {
  checkStates(cells.encoder, cells.decoder);
  const encoder = unroll(cells.encoder, source, options);
  const { B, T } = encoder;
  const ends = lengths ?? Array(B).fill(T);
  const before = (y: ArrayLike<number>) => Array.from(y, (_, r) => (r < B ? start : Math.max(y[r - B], 0)));
  const decoder = unroll(cells.decoder, before(target), options);
  const run = (inputs?: Inputs) => {
    const { x, y } = isByName(inputs) ? inputs : { x: inputs, y: undefined };
    forward(encoder, x);
    for (const state of cells.decoder.states) decoder.value[state].set(finalState(encoder, state, ends));
    forward(decoder, y && before(y as ArrayLike<number>));
  };
  run();
  return joined(
    { encoder, decoder },
    {
      forward: run,
      bptt(y, loss) {
        const L = bptt(decoder, y, loss);
        const handBack = received((grad) => {
          for (const state of cells.decoder.states) {
            const n = grad[state].columns;
            for (const [b, length] of ends.entries())
              grad[state].set(decoder.grad[state].subarray(b * n, (b + 1) * n), (length * B + b) * n);
          }
        });
        bptt(encoder, [], handBack);
        return L;
      },
    },
    initial,
    { encoder },
  );
}

/**
 * Writes with a decoder what an encoder has read, label by label: each is the one with the largest output, and is read
 * at the next step. It ends before the label `stop`, or after `longest` labels.
 * @example
 * const encoder = defineCell(vanilla, { inputSize: 3, hiddenSize: 4, outputSize: 1 });
 * const decoder = defineCell(vanilla, { inputSize: 3, hiddenSize: 4, outputSize: 3, seed: 2 });
 * greedyDecode({ encoder, decoder }, [1, 2], { start: 0, stop: 0, longest: 10 });
 */
export function greedyDecode(
  cells: { encoder: Cell; decoder: Cell },
  source: Input,
  { start, stop, longest }: Start & { stop: number; longest: number },
): number[] {
  checkStates(cells.encoder, cells.decoder);
  const encoder = unroll(cells.encoder, source);
  const initial = cells.decoder.states.map((state) => [state, finalState(encoder, state, [encoder.T])]);
  const written: number[] = [];
  const net = unroll(cells.decoder, [start], { initial: Object.fromEntries(initial) });
  const o = net.value[cells.decoder.output];
  while (written.length < longest) {
    const row = o.subarray(o.columns);
    const label = row.indexOf(Math.max(...row));
    if (label === stop) break;
    written.push(label);
    for (const state of cells.decoder.states) net.value[state].copyWithin(0, net.value[state].columns);
    forward(net, [label]);
  }
  return written;
}

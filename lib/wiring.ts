/** Wiring: networks joined so that one reads what another computes. It knows nothing of their equations. */
import type { Loss, Targets } from "./loss";
import type { Matrix } from "./memory";
import { type Inputs, type Network, type Options, setInitial } from "./network";
import type { Real } from "./product";

/** Is several networks that compute and learn as one. */
export type Wiring = {
  networks: Record<string, Network>;
  /** The parameters of all, and dL/d(parameter), by names such as "2.W": for an optimizer. */
  param: Record<string, Matrix>;
  dparam: Record<string, Matrix>;
  /** Computes every value again, where parameters or initial states have moved, and from another input if one is given. */
  forward(x?: Inputs): void;
  /** Computes every gradient by back-propagation through time, from network to network, and returns the loss. */
  bptt(y: Targets, loss: Loss): number;
};

/** Joins networks by name. Initial states come by names such as "2.h", for the networks in `free`. */
export function joined(
  networks: Record<string, Network>,
  run: Pick<Wiring, "forward" | "bptt">,
  initial: Options["initial"] = {},
  free = networks,
): Wiring {
  const gather = (arrays: (net: Network) => Record<string, Matrix>) =>
    Object.fromEntries(
      Object.entries(networks).flatMap(([of, net]) =>
        Object.entries(arrays(net)).map(([w, array]) => [`${of}.${w}`, array]),
      ),
    );
  for (const [name, start] of Object.entries(initial)) {
    const [of, state] = name.split(".");
    if (!(of in free && state))
      throw new RangeError(
        `Cannot set the initial ${name}: wanted a name such as ${Object.keys(free)[0]}.h; the networks are ${Object.keys(free).join(", ")}`,
      );
    setInitial(free[of], state, start);
  }
  if (Object.keys(initial).length) run.forward();
  return { networks, param: gather(({ cell }) => cell.param), dparam: gather(({ dparam }) => dparam), ...run };
}

/** The outputs of steps 1..T, row by row. */
export const outputs = ({ cell, value, B }: Network): Real =>
  value[cell.output].subarray(B * value[cell.output].columns);

/** Stands in the place of a loss where the gradients come from other networks: `write` puts them where they belong. */
export const received = (write: (grad: Network["grad"]) => void): Loss => ({
  of({ grad }) {
    write(grad);
    return 0;
  },
  latex: "",
  gradientLatex: "",
});

/** Says that the rows that one network gives are not those that another reads. */
export function checkWidth(reader: string, wanted: number, giver: string, found: number): void {
  if (wanted !== found)
    throw new RangeError(
      `Cannot join ${giver} and ${reader}: ${reader} reads ${wanted} numbers, ${giver} gives ${found}`,
    );
}

/** The wiring of Example 3: only the final output counts. */
import type { Loss } from "./loss";

/**
 * Makes of a loss for every step the loss of the last step only: L = L_T. y holds the targets of step T.
 *
 * Source: lecture, slide "Example 3".
 * @example
 * const cell = defineCell(vanilla, { inputSize: 1, hiddenSize: 3, outputSize: 2 });
 * lossAtEnd(softmaxCrossEntropy).of(unroll(cell, [[1], [0], [1]]), [1]);
 */
export const lossAtEnd = ({ of, latex, gradientLatex }: Loss): Loss => {
  const atT = (formula: string) => formula.replace(/\bt\b/g, "T");
  return {
    of: (net, y, _first, last = net.T) => (last === net.T ? of(net, y, net.T, net.T) : 0),
    latex: atT(latex),
    gradientLatex: atT(gradientLatex),
  };
};

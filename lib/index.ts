/** The door of the library: what a notebook imports. */

export { artbp, onlineArtbp, type StoppingRate, stoppingRate, weightedBptt } from "./artbp";
export { type Batch, batch } from "./batch";
export { bidirectional } from "./bidirectional";
export { binaryCrossEntropy } from "./binary-cross-entropy";
export { bitsPerCharacter } from "./bits-per-character";
export { type Arrays, type Cell, defineCell, type Sizes } from "./cell";
export {
  classical,
  elman,
  gru,
  gruResetAfter,
  inputDriven,
  lstm,
  outputFeedback,
  shift,
  teacherForced,
  vanilla,
} from "./cells";
export { clipByNorm, clipped } from "./clip";
export * from "./data";
export { type Displayed, displayed, type Formula, formula, formulas, jupyterDisplay, type MimeBundle } from "./display";
export { encoderDecoder, greedyDecode } from "./encoder-decoder";
export * from "./figures";
export { gaussianNll } from "./gaussian";
export { checkBptt, type GradientReport, gradientCheck } from "./gradient-check";
export { derivation, partials } from "./latex";
export { type Loss, softmaxCrossEntropy, type Targets } from "./loss";
export { lossAtEnd } from "./loss-at-end";
export { type Matrix, rows, shaped } from "./memory";
export { bptt, forward, type Input, type Inputs, type Network, type Options, unroll } from "./network";
export { adagrad, adam, type LearningRate, momentum, type Optimizer, sgd } from "./optimizers";
export { normal, type Random, random } from "./random";
export { constantRate, cosineRate, powerRate, type Schedule, stepRate } from "./schedules";
export { squaredError } from "./squared-error";
export { stack } from "./stack";
export { parseEquations } from "./symbols";
export * from "./systems";
export { type TapeValue, tape } from "./tape";
export { type Example, type Progress, train } from "./train";
export { chunkedBptt, type OnlineTraining, pieces, truncatedBptt } from "./truncated";
export { type UnrolledExpression, unrolledExpression } from "./unrolled-expression";
export type { Wiring } from "./wiring";

export { bitsOfModel, nGram, type TextModel } from "./n-gram";
export { alphabetOf, lineEnd, nextCharacter } from "./next-character";
export { numberWords } from "./number-words";
export { parityWords } from "./parity";
export { shuffled } from "./shuffled";

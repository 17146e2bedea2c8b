export { type Automaton, accepts, automatonStates, evenZeros, symbolIndices } from "./automaton";
export { type AutomatonNetwork, automatonNetwork } from "./automaton-network";
export { type Delayed, dde } from "./delay-system";
export { type Example3, example3 } from "./example3";
export { type Example4, type Example4State, example4 } from "./example4";
export { type InfluenceBalancing, influenceBalancing } from "./influence-balancing";
export { scan } from "./input-driven";
export { iterate } from "./iterated-map";
export {
  blankTape,
  busyBeaver,
  type Configuration,
  type Rule,
  type TuringMachine,
  turingStep,
} from "./turing-machine";

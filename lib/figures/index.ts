export { type Axis, logAxis } from "./axis";
export { type Band, type Curve, type CurvesOptions, curves } from "./curves";
export { type Figure, type Frame, type Layout, plotlyFigure, type Trace } from "./figure";
export { type GradientNormsOptions, gradientNorms } from "./gradient-norms";
export { type HeatMapOptions, heatMap } from "./heat-map";
export type { Matrix } from "./matrix";
export { palette, role } from "./theme";

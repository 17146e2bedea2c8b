import { type Axis, toAxis } from "./axis";
import { type Figure, plotlyFigure } from "./figure";
import { extent, padded } from "./finite";
import { plainLabel } from "./label";
import { palette } from "./theme";

/** Is points in a plane by their two coordinates. */
export type Cloud = { x: ArrayLike<number>; y: ArrayLike<number> };

export type ScatterOptions = { title?: string; x?: Axis; y?: Axis };

/**
 * Draws named clouds of points, each in its colour.
 *
 * @throws RangeError where x and y differ in length.
 * @example
 * scatter({ even: { x: [-1, -0.9], y: [0.2, 0.3] }, odd: { x: [1, 0.8], y: [0, 0.1] } });
 */
export function scatter(clouds: Record<string, Cloud>, { title, x = "", y = "" }: ScatterOptions = {}): Figure {
  const data = Object.entries(clouds).map(([name, cloud], k) => {
    if (cloud.x.length !== cloud.y.length)
      throw new RangeError(`Cannot draw ${name}: x has ${cloud.x.length} values and y has ${cloud.y.length}`);
    const marker = { size: 7, color: palette[k % palette.length], symbol: symbols[k % symbols.length], opacity: 0.7 };
    return { type: "scatter", name, mode: "markers", x: Array.from(cloud.x), y: Array.from(cloud.y), marker };
  });
  const range = (key: "x" | "y") => padded(extent(data.flatMap((trace) => trace[key])), 0.1);
  const layout = {
    xaxis: { range: range("x"), ...toAxis(x) },
    yaxis: { range: range("y"), ...toAxis(y) },
    showlegend: data.length > 1,
  };
  const counts = data.map(({ name, x }) => `${x.length} of ${name}`).join(", ");
  return plotlyFigure({ data, layout, title, alt: plainLabel(`Points in a plane: ${counts}.`) });
}

const symbols = ["circle", "diamond", "square", "triangle-up"];

import { type Figure, plotlyFigure } from "./figure";
import { plainLabel, shortNumber } from "./label";
import { lineTrace } from "./line";
import { palette, role } from "./theme";

export type Complex = { re: number; im: number };

/**
 * Draws named sets of eigenvalues in the complex plane, with the unit circle: outside of it a linear map explodes.
 *
 * @example
 * eigenvalues({ "η = 0.5": [{ re: 0.5, im: 0.866 }, { re: 0.5, im: -0.866 }] });
 */
export function eigenvalues(sets: Record<string, readonly Complex[]>, title?: string): Figure {
  const circle = Array.from({ length: 181 }, (_, k) => (Math.PI * k) / 90);
  const unit = { x: circle.map(Math.cos), y: circle.map(Math.sin), color: role.ink };
  const points = Object.entries(sets).map(([name, values], k) => {
    const marker = { size: 11, color: palette[k % palette.length], symbol: symbols[k % symbols.length], opacity: 1 };
    const [x, y] = [values.map(({ re }) => re), values.map(({ im }) => im)];
    return { type: "scatter", name, mode: "markers", x, y, marker };
  });
  const moduli = Object.values(sets).flatMap((values) => values.map(({ re, im }) => Math.hypot(re, im)));
  const largest = Math.max(0, ...moduli);
  const reach = 1.15 * Math.max(1, largest);
  const square = { range: [-reach, reach], constrain: "domain", zeroline: true };
  const xaxis = { title: { text: "real part" }, ...square };
  const yaxis = { title: { text: "imaginary part" }, ...square, scaleanchor: "x" };
  const names = Object.keys(sets).join(", ");
  const alt = `Eigenvalues of ${names} and the unit circle: the largest modulus is ${shortNumber(largest, 4)}.`;
  const layout = { xaxis, yaxis, height: 420, showlegend: true };
  return plotlyFigure({ data: [lineTrace("unit circle", unit), ...points], layout, title, alt: plainLabel(alt) });
}

const symbols = ["circle", "diamond", "square", "triangle-up", "cross", "star"];

import { type Figure, plotlyFigure, type Trace } from "./figure";
import { role } from "./theme";

/**
 * Writes lines of text under one another, as they came from a model; those that are wrong stand out in colour.
 *
 * @throws RangeError without lines.
 * @example
 * const right = ["un", "deux", "trois"];
 * textLines(["deux", "dex"], (line) => !right.includes(line));
 */
export function textLines(
  lines: readonly string[],
  isWrong: (line: string) => boolean = () => false,
  title?: string,
): Figure {
  if (lines.length === 0) throw new RangeError("Cannot write lines of text: there are none");
  const wrong = lines.map(isWrong);
  const layout = {
    xaxis: { visible: false, range: [0, 1] },
    yaxis: { visible: false, range: [lines.length + 0.5, 0.5] },
    height: 24 * lines.length + (title ? 80 : 48),
    margin: { l: 24, r: 24, t: title ? 40 : 8, b: 40 },
    hovermode: false,
  };
  const alt = `Text of ${lines.length} lines, ${wrong.filter((one) => one).length} of them wrong.`;
  return plotlyFigure({ data: [textTrace(lines, wrong)], layout, title, alt });
}

function textTrace(lines: readonly string[], wrong: boolean[]): Trace {
  const font = { family: "'DejaVu Sans Mono', Menlo, Consolas, monospace", size: 14 };
  return {
    type: "scatter",
    mode: "text",
    x: lines.map(() => 0),
    y: lines.map((_, k) => k + 1),
    // Plotly reads text as a kind of HTML, and draws nothing for an empty one.
    text: lines.map((line) => line.replace(/&/g, "&amp;").replace(/</g, "&lt;") || "(nothing)"),
    textfont: { ...font, color: wrong.map((one) => (one ? role.gradient : role.ink)) },
    textposition: "middle right",
    hoverinfo: "skip",
  };
}

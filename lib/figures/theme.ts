/** The one visual language of all figures: a Plotly template, the colours, and what they mean. */

/**
 * Holds the colours of named series, in the order in which they are used.
 *
 * Any two stay apart for normal sight and for each of the three kinds of colour blindness, and each has a contrast of
 * at least 3 to 1 on white and on the dark background of JupyterLab (#111111), so that one figure serves both.
 */
export const palette = ["#1b61cd", "#f2650d", "#0ea790", "#a17fe6", "#b4247f", "#7d5b12"] as const;

/** Names the colours by what they mean. */
export const role = {
  /** Values that flow forward in time. */
  forward: palette[0],
  /** Gradients that flow back, and losses. */
  gradient: palette[1],
  parameter: palette[2],
  /** Text and axes: a grey that reads on white and on dark. */
  ink: "#787878",
  /** Grid lines and what is out of focus. */
  faint: "rgba(128, 128, 128, 0.3)",
} as const;

/**
 * Runs from blue (negative) through near white (zero) to orange (positive).
 *
 * No colour is so dark that a value written on it in `written` has a contrast below 4.5 to 1.
 */
export const diverging: [number, string][] = [
  [0, "#3f7fe0"],
  [0.25, "#a3bfea"],
  [0.5, "#f6f4f1"],
  [0.75, "#f3b78c"],
  [1, "#e26a12"],
];

/** Runs from near white (zero) to blue (much), for values that are never negative. */
export const sequential: [number, string][] = [
  [0, "#f6f4f1"],
  [0.5, "#a3bfea"],
  [1, "#3f7fe0"],
];

/** Is the colour of what is written on a coloured cell or node. */
export const written = "#111111";

/** Fills the nodes of a graph: the colours of `role`, light enough to be written on. */
export const tint = { forward: "#a3bfea", gradient: "#f3b78c", parameter: "#97d6c9", ink: "#d2d0cc", faint: "#b4b4b4" };

const transparent = "rgba(0, 0, 0, 0)";

const axis = {
  automargin: true,
  gridcolor: role.faint,
  linecolor: role.ink,
  zerolinecolor: role.faint,
  zerolinewidth: 1,
  showline: true,
  ticks: "outside",
  tickcolor: role.ink,
  exponentformat: "power",
  title: { standoff: 12 },
};

const colorbar = { outlinewidth: 0, thickness: 14, ticks: "outside", tickcolor: role.ink, exponentformat: "power" };

/** Gives every figure its look; a figure's own layout says only what is different. */
export const template = {
  layout: {
    font: { family: "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif", size: 14, color: role.ink },
    title: {
      font: { size: 16 },
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 12 },
    },
    paper_bgcolor: transparent,
    plot_bgcolor: transparent,
    colorway: palette,
    xaxis: axis,
    yaxis: axis,
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", bgcolor: transparent },
    hoverlabel: { bgcolor: "#ffffff", bordercolor: role.ink, font: { color: "#222222" }, namelength: -1 },
    hovermode: "closest",
  },
  data: { heatmap: [{ colorbar, textfont: { color: written } }] },
};

/** Holds what the page around a figure does: no buttons over the chart, and the width of the cell. */
export const config = { displayModeBar: false, responsive: true };

/** Plotly figures in every front end: the MIME type that some draw themselves, and HTML that loads plotly.js for the rest. */
import { randomUUID } from "node:crypto";
import type { MimeBundle } from "./frames";

const plotlyType = "application/vnd.plotly.v1+json";

/** Where a Jupyter server has the kernelspec's folder, and in it plotly.js. */
const path = "kernelspecs/unroll/plotly.js";

/**
 * Runs in the page. Loads plotly.js once, from the Jupyter server that the page came from, and draws the figure.
 * RequireJS, which the classic Notebook has, must not take the script for a module of its own: hence `define.amd`.
 */
const draw = `async (id, figure, path) => {
  const settings = document.getElementById("jupyter-config-data");
  const base = document.body.dataset.baseUrl ?? (settings ? JSON.parse(settings.textContent).baseUrl : "/");
  window.unrollPlotly ??= window.Plotly ? Promise.resolve(window.Plotly) : new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const amd = window.define?.amd;
    if (amd) window.define.amd = undefined;
    const done = (settle) => () => { if (amd) window.define.amd = amd; settle(); };
    script.src = base + path;
    script.onload = done(() => resolve(window.Plotly));
    script.onerror = done(() => reject(new Error("plotly.js was not found at " + script.src)));
    document.head.append(script);
  });
  const div = document.getElementById(id);
  try {
    const Plotly = await window.unrollPlotly;
    await Plotly.newPlot(div, figure.data, figure.layout, { responsive: true, displaylogo: false, ...figure.config });
    if (figure.frames?.length) await Plotly.addFrames(div, figure.frames);
  } catch (error) {
    div.textContent = "This chart could not be drawn: " + error.message;
  }
}`;

/** Adds the HTML to a bundle that holds a Plotly figure; any other bundle stays as it is. */
export function withPlotlyHtml(bundle: MimeBundle): MimeBundle {
  const figure = bundle[plotlyType] as { layout?: { height?: number } } | undefined;
  if (!figure || "text/html" in bundle) return bundle;
  const id = `figure-${randomUUID()}`;
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  const html = `<div id="${id}" style="width:100%;min-height:${figure.layout?.height ?? 360}px"></div>
<script>(${draw})("${id}", ${json}, "${path}")</script>`;
  return { ...bundle, "text/html": html };
}

/** Plotly figures in every front end: the MIME type that some draw themselves, and HTML that loads plotly.js for the rest. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { MimeBundle } from "../frames";

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

/** plotly.js itself as a script, for a page that no server stands behind. Only a string of its own can hold "</script". */
function wholeLibrary(): string {
  const source = readFileSync(require.resolve("plotly.js-dist"), "utf8").replaceAll("</script", "<\\/script");
  return `<script>{ const amd = window.define?.amd; if (amd) window.define.amd = undefined;
${source}
if (amd) window.define.amd = amd; }</script>\n`;
}

/** Whether a converter runs the kernel, and its page will be read from a file: then nothing can be fetched from a server. */
function isRunByConverter(): boolean {
  const parent = spawnSync("ps", ["-o", "args=", "-p", String(process.ppid)], { encoding: "utf8" });
  return /nbconvert|quarto/.test(parent.stdout ?? "") && !/--to[= ]notebook/.test(parent.stdout);
}

/**
 * Makes the function that adds HTML to the bundles that hold a Plotly figure; any other bundle stays as it is.
 * Where a converter runs the kernel, the first figure brings plotly.js with it, 10 MB, once.
 */
export function plotlyHtml(): (bundle: MimeBundle) => MimeBundle {
  let library: string | undefined;
  return (bundle) => {
    const figure = bundle[plotlyType] as { layout?: { height?: number } } | undefined;
    if (!figure || "text/html" in bundle) return bundle;
    library = library === undefined && isRunByConverter() ? wholeLibrary() : "";
    const id = `figure-${randomUUID()}`;
    const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
    const alt = String(bundle["text/plain"] ?? "A chart").replace(/[&"<]/g, (c) => `&#${c.charCodeAt(0)};`);
    const html = `${library}<div id="${id}" role="img" aria-label="${alt}" style="width:100%;min-height:${figure.layout?.height ?? 360}px"></div>
<script>(${draw})("${id}", ${json}, "${path}")</script>`;
    return { ...bundle, "text/html": html };
  };
}

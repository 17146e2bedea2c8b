// Runs in the browser's page: what a reader sees of a notebook in Jupyter Notebook 6. Each function gives plain data.

/* global Jupyter */

function isReady() {
  return typeof Jupyter !== "undefined" && Jupyter.notebook?.kernel?.is_connected();
}

function runAll() {
  Jupyter.notebook.set_autosave_interval(0); // The notebooks of the course are kept without outputs.
  Jupyter.notebook.execute_all_cells();
}

/** Tells whether no cell waits or runs (`*`) any more. */
function hasRun() {
  const cells = Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === "code" && cell.get_text().trim());
  return cells.every((cell) => cell.input_prompt_number !== "*");
}

function codeCellsWithoutNumber() {
  const cells = Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === "code" && cell.get_text().trim());
  return cells.filter((cell) => typeof cell.input_prompt_number !== "number").map((cell) => cell.get_text());
}

/** Where a trace may be drawn: the rectangle between its axes, or the whole chart where it has none. */
function plotArea(chart, trace) {
  const { left, top, right, bottom } = chart.querySelector(".main-svg").getBoundingClientRect();
  const plot = chart._fullLayout._plots?.[`${trace.xaxis}${trace.yaxis}`];
  if (!plot) return { left, top, right, bottom };
  const { xaxis, yaxis } = plot;
  return {
    left: left + xaxis._offset,
    right: left + xaxis._offset + xaxis._length,
    top: top + yaxis._offset,
    bottom: top + yaxis._offset + yaxis._length,
  };
}

/** The boxes of a trace's marks. Plotly binds each group that it draws to its trace; a mark is a shape or a text in it. */
function markBoxes(chart, trace) {
  const groups = [...chart.querySelectorAll("g")].filter((group) => group.__data__?.[0]?.trace?.uid === trace.uid);
  return groups
    .flatMap((group) => [...group.querySelectorAll("path, image, rect, circle, text")])
    .filter((mark) => !mark.closest(".legend, .cbtitle, .colorbar"))
    .map((mark) => mark.getBoundingClientRect())
    .filter((box) => box.width > 0 || box.height > 0);
}

/** Names the traces of the page's charts that have no mark within their plot area. */
function undrawnTraces() {
  const slack = 2; // px: a line has a width, half of which lies outside where a curve begins on an axis.
  return [...document.querySelectorAll(".js-plotly-plot")].flatMap((chart, n) => {
    if (!chart._fullData?.length) return [`chart ${n + 1} has no trace`];
    const undrawn = chart._fullData.filter((trace) => {
      const area = plotArea(chart, trace);
      return !markBoxes(chart, trace).some(
        (box) =>
          box.left >= area.left - slack &&
          box.right <= area.right + slack &&
          box.top >= area.top - slack &&
          box.bottom <= area.bottom + slack,
      );
    });
    return undrawn.map((trace) => `chart ${n + 1}: no mark of ${trace.type} "${trace.name}" in the plot area`);
  });
}

/** The outputs that should have become a chart and have not. */
function chartsWanted() {
  const outputs = Jupyter.notebook.get_cells().flatMap((cell) => cell.output_area?.outputs ?? []);
  return outputs.filter((output) => output.data?.["application/vnd.plotly.v1+json"]).length;
}

function chartsDrawn() {
  return document.querySelectorAll(".js-plotly-plot .main-svg:first-child").length;
}

/** The formulas that are still LaTeX source, and those that MathJax could not read. */
function rawFormulas() {
  const rendered = [...document.querySelectorAll(".text_cell_render, .output_latex, .output_markdown")];
  // biome-ignore lint/performance/useDomNodeTextContent: the text as shown; a formula keeps its source, hidden, in the page
  const raw = rendered.map((cell) => cell.innerText).filter((text) => /\$|\\begin\{|\\[a-z]{3,}/.test(text));
  const unreadable = [...document.querySelectorAll(".MathJax_Error, .merror")].map((error) => error.textContent);
  return [...raw, ...unreadable];
}

function formulasTypeset() {
  return document.querySelectorAll(".MathJax, .MathJax_SVG, mjx-container").length;
}

/** The formulas that the notebook asks for: pairs of `$$` in its text and its LaTeX outputs. */
function formulasWanted() {
  const cells = Jupyter.notebook.get_cells();
  const texts = cells.filter((cell) => cell.cell_type === "markdown").map((cell) => cell.get_text());
  const outputs = cells.flatMap((cell) => cell.output_area?.outputs ?? []).map((output) => output.data?.["text/latex"]);
  return [...texts, ...outputs.filter(Boolean)].join("\n").split("$$").length >> 1;
}

/** What a reader sees below each call of `check`. */
function checkReports() {
  const checks = Jupyter.notebook.get_cells().filter((cell) => /^check\(/m.test(cell.get_text()));
  // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts
  return checks.map((cell) => cell.element[0].querySelector(".output").innerText.trim());
}

/** The page scrolls within a frame; a picture of all of it needs a window of this height. */
function fullHeight() {
  return document.querySelector("#notebook-container").scrollHeight + 200;
}

/** Tells whether all charts are drawn and all formulas typeset: MathJax works in the pauses of everything else. */
function isAtRest() {
  const { queue } = window.MathJax.Hub;
  const typeset = queue.queue.length === 0 && !queue.running && !queue.pending;
  return typeset && chartsDrawn() >= chartsWanted() && undrawnTraces().length === 0;
}

globalThis.reader = {
  chartsDrawn,
  chartsWanted,
  checkReports,
  codeCellsWithoutNumber,
  formulasTypeset,
  formulasWanted,
  fullHeight,
  hasRun,
  isAtRest,
  isReady,
  rawFormulas,
  runAll,
  undrawnTraces,
};

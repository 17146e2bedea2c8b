// Runs in the browser's page: what a reader sees of a notebook, in Jupyter Notebook 6 and 7. Each function gives plain data.

/* global Jupyter, jupyterapp */

const panel = () => globalThis.jupyterapp?.shell.currentWidget;
let hasRunAll = false;

/** What differs between the two: how the page is asked. */
const notebook6 = {
  isReady: () => Jupyter.notebook?.kernel?.is_connected(),
  runAll() {
    Jupyter.notebook.set_autosave_interval(0); // The notebooks of the course are kept without outputs.
    Jupyter.notebook.execute_all_cells();
    hasRunAll = true;
  },
  cells: () =>
    Jupyter.notebook.get_cells().map((cell) => ({
      type: cell.cell_type,
      source: cell.get_text(),
      count: cell.input_prompt_number,
      outputs: cell.output_area?.outputs ?? [],
      shown: cell.element[0].querySelector(".output"),
    })),
  /** Tells whether MathJax, which works in the pauses of everything else, has come to its end. */
  isTypeset() {
    const { queue } = window.MathJax.Hub;
    return queue.queue.length === 0 && !queue.running && !queue.pending;
  },
  scroller: () => document.querySelector("#notebook-container"),
};
const notebook7 = {
  // "Idle" is shown before there is a session: the kernel has answered when its description is there.
  isReady: () => panel()?.context?.sessionContext.session?.kernel?.status === "idle",
  runAll: () => {
    void jupyterapp.commands.execute("notebook:run-all-cells").finally(() => {
      hasRunAll = true;
    });
  },
  cells: () =>
    panel().content.widgets.map((cell) => ({
      type: cell.model.type,
      source: cell.model.sharedModel.getSource(),
      count: cell.node.querySelector(".jp-InputPrompt")?.textContent.includes("*") ? "*" : cell.model.executionCount,
      outputs: cell.model.outputs?.toJSON() ?? [],
      shown: cell.outputArea?.node,
    })),
  isTypeset: () => formulasTypeset() >= formulasWanted() && rawFormulas().length === 0,
  scroller: () => document.querySelector(".jp-WindowedPanel-outer"),
};
const frontEnd = () => (typeof Jupyter === "undefined" ? notebook7 : notebook6);

const isReady = () => frontEnd().isReady();
const runAll = () => frontEnd().runAll();
const cells = () => frontEnd().cells();
const codeCells = () => cells().filter(({ type, source }) => type === "code" && source.trim());

/** Tells whether no cell waits or runs (`*`) any more. */
const hasRun = () => hasRunAll && codeCells().every(({ count }) => count !== "*");

const codeCellsWithoutNumber = () =>
  codeCells()
    .filter(({ count }) => typeof count !== "number")
    .map(({ source }) => source);

const outputs = () => cells().flatMap((cell) => cell.outputs);
const errors = () =>
  outputs()
    .filter(({ output_type }) => output_type === "error")
    .map(({ ename, evalue }) => `${ename}: ${evalue}`);

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

/** The outputs that should have become a chart. */
const chartsWanted = () => outputs().filter(({ data }) => data?.["application/vnd.plotly.v1+json"]).length;

function chartsDrawn() {
  return document.querySelectorAll(".js-plotly-plot .main-svg:first-child").length;
}

const renderedText = ".text_cell_render, .output_latex, .output_markdown, .jp-RenderedMarkdown, .jp-RenderedLatex";

/** The formulas that are still LaTeX source, and those that MathJax could not read. */
function rawFormulas() {
  const rendered = [...document.querySelectorAll(renderedText)];
  // biome-ignore lint/performance/useDomNodeTextContent: the text as shown; a formula keeps its source, hidden, in the page
  const raw = rendered.map((cell) => cell.innerText).filter((text) => /\$|\\begin\{|\\[a-z]{3,}/.test(text));
  const unreadable = [...document.querySelectorAll(".MathJax_Error, .merror, mjx-merror")].map(
    (error) => error.textContent,
  );
  return [...raw, ...unreadable];
}

function formulasTypeset() {
  return document.querySelectorAll(".MathJax, .MathJax_SVG, mjx-container").length;
}

/** The formulas that the notebook asks for: pairs of `$$` in its text and its LaTeX outputs. */
function formulasWanted() {
  const texts = cells()
    .filter(({ type }) => type === "markdown")
    .map(({ source }) => source);
  const latex = outputs().map(({ data }) => data?.["text/latex"]);
  return [...texts, ...latex.filter(Boolean)].join("\n").split("$$").length >> 1;
}

/** What a reader sees below each call of `check`. */
const checkReports = () =>
  cells()
    .filter(({ source }) => /^check\(/m.test(source))
    // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts
    .map(({ shown }) => shown.innerText.trim());

/** The page scrolls within a frame; a picture of all of it needs a window of this height. */
const fullHeight = () => frontEnd().scroller().scrollHeight + 200;

/** Tells whether all charts are drawn and all formulas typeset. */
const isAtRest = () => frontEnd().isTypeset() && chartsDrawn() >= chartsWanted() && undrawnTraces().length === 0;

globalThis.reader = {
  chartsDrawn,
  chartsWanted,
  checkReports,
  codeCellsWithoutNumber,
  errors,
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

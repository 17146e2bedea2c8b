import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { chromium, type Page } from "playwright-core";
import {
  curves,
  type Figure,
  gradientNorms,
  heatMap,
  type Layout,
  logAxis,
  plotlyFigure,
  type Trace,
} from "../lib/figures";
import { diverging, palette, role, sequential, written } from "../lib/figures/theme";

const steps = Array.from({ length: 40 }, (_, k) => k + 1);

/** Every kind of figure, with all that it can draw. */
const samples: Record<string, Figure> = {
  "a loss curve with its floor": curves(
    { training: steps.map((k) => 0.45 + 2.6 * Math.exp(-k / 9)), "held out": { x: [1, 20, 40], y: [3.1, 0.9, 0.6] } },
    { x: "step k", y: logAxis("loss (nats)"), limits: { "exact floor": 0.4235 }, title: "Loss of Example 1" },
  ),
  "curves with bands and boundaries": curves(
    { mean: steps.map((k) => 2 / k) },
    {
      x: logAxis("k"),
      bands: { mean: { low: steps.map((k) => 1 / k), high: steps.map((k) => 3 / k) } },
      limits: { floor: 0.01, ceiling: 4 },
      boundaries: { "stability limit": 50 },
    },
  ),
  "the first point of a live curve": curves({ training: [3] }, { limits: { floor: 0.4 } }),
  "curves of a run that diverged": curves({ training: [1, 10, 1e300, Infinity, NaN] }, { y: logAxis("loss (nats)") }),
  "a small heat map": heatMap(
    [
      [0.21, -0.14, -0.07],
      [-0.14, 0.24, -0.1],
      [-0.07, -0.1, 0.17],
    ],
    { title: "diag(ŷ) - ŷŷ<sup>T</sup>" },
  ),
  "a large heat map": heatMap(
    { values: Float64Array.from({ length: 8 * 90 }, (_, k) => 1e-3 * Math.sin(k / 50)), columns: 90 },
    { rowLabels: [..."iiffggqq"], columnLabels: [..."vingt et un ".repeat(8)].slice(0, 90), x: "character" },
  ),
  "a heat map of zeros": heatMap([[0, 0]]),
  "gradient norms": gradientNorms(
    { "∂L/∂h<sub>t</sub>": { values: Float64Array.from({ length: 80 }, (_, k) => Math.exp(k / 9)), columns: 2 } },
    { firstTime: 0 },
  ),
};

type Mime = { data: Trace[]; layout: Layout; frames?: unknown; config: Layout };
const display = Symbol.for("Jupyter.display") as unknown as "display";
type Displayed = { display(): Record<string, unknown> };
const bundle = (figure: Figure) => (figure as unknown as Displayed)[display]();
/** What the front end receives, after its way through JSON. */
const mimeOf = (figure: Figure): Mime => JSON.parse(JSON.stringify(bundle(figure)["application/vnd.plotly.v1+json"]));

const everySample = (law: (figure: Figure, mime: Mime, name: string) => void) => {
  for (const [name, figure] of Object.entries(samples)) law(figure, mimeOf(figure), name);
};

test("a figure displays itself as Plotly JSON and as text", () => {
  everySample((figure, mime, name) => {
    assert.deepEqual(Object.keys(bundle(figure)), ["application/vnd.plotly.v1+json", "text/plain"], name);
    assert.equal(bundle(figure)["text/plain"], figure.alt, name);
    assert.ok(mime.data.length > 0 && mime.layout.height && mime.config, name);
  });
});

test("alt text is a sentence without markup", () => {
  everySample((figure, _, name) => assert.match(figure.alt, /^[A-Z][^<>]{20,}\.$/, name));
  assert.throws(() => plotlyFigure({ data: [], alt: " " }), /Cannot make a figure without alt text/);
});

test("a figure function gives the same figure for the same arguments, and leaves them alone", () => {
  const loss = Object.freeze([3, 2, 1]);
  const limits = Object.freeze({ floor: 0.4 });
  assert.deepEqual(bundle(curves({ loss }, { limits })), bundle(curves({ loss }, { limits })));
  assert.notDeepEqual(bundle(curves({ loss })), bundle(curves({ loss }, { limits })));
});

test("every trace has as many x as y, a point that can be drawn, and lies within the range of its axes", () => {
  everySample((_, { data, layout }, name) => {
    for (const trace of data) {
      for (const key of ["x", "y"] as const) {
        const values = (trace[key] as (number | null)[]).flatMap((value) => value ?? []);
        const axis = layout[`${key}axis`] as { type?: string; range?: number[] };
        const shown = axis.type === "log" ? values.filter((value) => value > 0).map(Math.log10) : values;
        assert.ok(shown.length > 0, `${name}: ${trace.name} has no ${key}`);
        const [low, high] = axis.range ?? [-Infinity, Infinity];
        assert.ok(
          shown.every((value) => value >= Math.min(low, high) && value <= Math.max(low, high)),
          name,
        );
      }
      const rows = trace.type === "heatmap" ? (trace.z as unknown[]).length : (trace.x as unknown[]).length;
      assert.equal((trace.y as unknown[]).length, rows, name);
    }
  });
});

test("a curve without x is drawn against 1, 2, ..., n", () => {
  assert.deepEqual(curves({ loss: Float64Array.of(3, 2, 1) }).data[0].x, [1, 2, 3]);
});

test("a value that is not finite leaves a gap in a curve and in a heat map", () => {
  assert.deepEqual(curves({ loss: [1, NaN, Infinity, 2] }).data[0].y, [1, null, null, 2]);
  assert.deepEqual(heatMap([[1, NaN]]).data[0].z, [[1, null]]);
});

test("a limit runs across all curves, and says its value", () => {
  const [, , floor] = curves({ a: { x: [3, 9], y: [1, 2] }, b: [4, 5] }, { limits: { floor: 0.42352 } }).data;
  assert.deepEqual([floor.x, floor.y, floor.name], [[1, 9], [0.42352, 0.42352], "floor 0.4235"]);
});

test("curves refuse x and y of different lengths", () => {
  assert.throws(() => curves({ loss: { x: [1], y: [1, 2] } }), /Cannot draw loss: x has 1 values and y has 2/);
});

test("zero has the middle colour of a heat map, whatever the values", () => {
  for (const matrix of [[[1, 5]], [[-7, -2]], [[0]]]) {
    const { zmin, zmax } = heatMap(matrix).data[0] as unknown as { zmin: number; zmax: number };
    assert.equal(zmin, -zmax);
    assert.ok(zmax > 0);
  }
  assert.equal(diverging[2][0], 0.5);
});

test("a heat map draws flat values like the rows that they are", () => {
  const flat = { values: Float64Array.of(1, 2, 3, 4, 5, 6), columns: 3 };
  assert.deepEqual(
    bundle(heatMap(flat)),
    bundle(
      heatMap([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  );
  assert.throws(() => heatMap({ ...flat, columns: 4 }), /Cannot draw the matrix: 6 values do not fill rows of 4/);
  assert.throws(() => heatMap([[1, 2], [3]]), /Cannot draw the matrix: row 1 has 2 values, row 2 has 1/);
  assert.throws(() => heatMap([]), /Cannot draw the matrix: it has no values/);
});

test("the norm of a gradient that shrinks at a constant rate is a straight line", () => {
  const gradient = Array.from({ length: 9 }, (_, t) => [3 * 0.5 ** t, 4 * 0.5 ** t]);
  const { data, layout } = gradientNorms({ gradient }, { firstTime: 0 });
  assert.deepEqual([data[0].x, data[0].y], [[0, 1, 2, 3, 4, 5, 6, 7, 8], gradient.map(([a]) => (a / 3) * 5)]);
  assert.equal((layout.yaxis as Layout).type, "log");
});

/** What the eye receives from a linear RGB colour: G. M. Machado et al., 2009, severity 1. */
const eyes = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  "without red cones": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  "without green cones": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  "without blue cones": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
type Colour = number[];
const linear = (hex: string): Colour =>
  [1, 3, 5]
    .map((k) => Number.parseInt(hex.slice(k, k + 2), 16) / 255)
    .map((c) => (c < 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
const product = (matrix: number[], v: Colour) =>
  [0, 3, 6].map((k) => matrix[k] * v[0] + matrix[k + 1] * v[1] + matrix[k + 2] * v[2]);
/** Coordinates in which equal distances look equally far: B. Ottosson, OKLab, 2020. */
const oklab = (rgb: Colour) =>
  product(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
      -0.808675766,
    ],
    product(
      [
        0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
        0.6299787005,
      ],
      rgb,
    ).map(Math.cbrt),
  );
const clamp = (colour: Colour) => colour.map((c) => Math.min(1, Math.max(0, c)));
const distance = (a: Colour, b: Colour) => Math.hypot(...a.map((c, k) => c - b[k]));
const nearest = (a: string, b: string) =>
  Math.min(
    ...Object.values(eyes).map((eye) =>
      distance(...([a, b].map((hex) => oklab(clamp(product(eye, linear(hex))))) as [Colour, Colour])),
    ),
  );
const luminance = (hex: string) => product([0.2126, 0.7152, 0.0722, 0, 0, 0, 0, 0, 0], linear(hex))[0];
const contrast = (a: string, b: string) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

test("any two colours of the palette are told apart by every kind of colour vision", () => {
  for (const [i, a] of palette.entries())
    for (const b of palette.slice(0, i)) assert.ok(nearest(a, b) > 0.11, `${a} and ${b}: ${nearest(a, b)}`);
});

test("curves and text stand out from a white page and from a dark one", () => {
  for (const page of ["#ffffff", "#111111"]) {
    for (const colour of palette) assert.ok(contrast(colour, page) >= 3, `${colour} on ${page}`);
    assert.ok(contrast(role.ink, page) >= 4);
  }
});

test("a value is readable on every colour of a heat map, and its sign is seen by every kind of colour vision", () => {
  for (const [, colour] of [...diverging, ...sequential]) assert.ok(contrast(written, colour) >= 4.5, colour);
  for (const [k] of diverging.entries())
    if (k !== 2) assert.ok(nearest(diverging[k][1], diverging[4 - k][1]) > 0.11, diverging[k][1]);
});

const chromiumPath = "/usr/bin/chromium";
const switches =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

type Box = { left: number; right: number; top: number; bottom: number };
type Drawing = { plot: Box; whole: Box; marks: (Box | null)[]; texts: (Box & { text: string })[] };

/** Runs in the page: draws a figure and measures it. */
async function drawing(mime: Mime): Promise<Drawing> {
  const page = globalThis as never as {
    Plotly: { newPlot(div: unknown, mime: Mime): Promise<never> };
    document: never;
  };
  const { body } = page.document as { body: { innerHTML: string; firstChild: never } };
  body.innerHTML = "<div></div>";
  const plotted = await page.Plotly.newPlot(body.firstChild, mime);
  type Element = { getBoundingClientRect(): Box; querySelectorAll(css: string): Element[]; textContent: string };
  const graph = plotted as Element & { _fullData: { type: string; uid: string }[] };
  const box = (element: Element): Box => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  };
  const union = (boxes: Box[]) =>
    boxes.length === 0
      ? null
      : {
          left: Math.min(...boxes.map((b) => b.left)),
          right: Math.max(...boxes.map((b) => b.right)),
          top: Math.min(...boxes.map((b) => b.top)),
          bottom: Math.max(...boxes.map((b) => b.bottom)),
        };
  const all = (css: string) => [...graph.querySelectorAll(css)];
  const marks = graph._fullData.map(({ type, uid }) =>
    union(
      all(type === "heatmap" ? ".hm image" : `.trace${uid} path`)
        .map(box)
        .filter((b) => b.right - b.left + b.bottom - b.top > 0),
    ),
  );
  const texts = all("text")
    .filter((text) => text.textContent.trim())
    .map((text) => ({ ...box(text), text: text.textContent }));
  return { plot: box(all(".plot-container .bglayer .bg, .draglayer .nsewdrag")[0]), whole: box(graph), marks, texts };
}

const inside = (inner: Box, outer: Box, slack: number) =>
  inner.left >= outer.left - slack &&
  inner.right <= outer.right + slack &&
  inner.top >= outer.top - slack &&
  inner.bottom <= outer.bottom + slack;
const overlap = (a: Box, b: Box) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

async function check(page: Page, name: string, figure: Figure) {
  const { plot, whole, marks, texts } = await page.evaluate(drawing, mimeOf(figure));
  for (const [k, mark] of marks.entries()) {
    assert.ok(mark, `${name}: trace ${k} has no mark`);
    assert.ok(inside(mark, plot, 8), `${name}: trace ${k} at ${JSON.stringify(mark)} leaves ${JSON.stringify(plot)}`);
  }
  for (const [k, text] of texts.entries()) {
    assert.ok(inside(text, whole, 1), `${name}: "${text.text}" is cut off`);
    for (const other of texts.slice(0, k))
      assert.ok(!overlap(text, other), `${name}: "${text.text}" lies on "${other.text}"`);
  }
}

test("Chromium draws every trace inside the plot, and no text is cut off or lies on another", {
  skip: !existsSync(chromiumPath) && `${chromiumPath} is missing`,
  timeout: 60_000,
}, async () => {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: switches.split(" ") });
  try {
    const page = await browser.newPage({ viewport: { width: 840, height: 400 } });
    await page.addScriptTag({ path: require.resolve("plotly.js-dist/plotly.js") });
    for (const [name, figure] of Object.entries(samples)) await check(page, name, figure);
  } finally {
    await browser.close();
  }
});

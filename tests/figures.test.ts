import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chromium, type Page } from "playwright-core";
import { jupyterDisplay } from "../lib/display";
import {
  automatonRun,
  bars,
  cobweb,
  curves,
  eigenvalues,
  errorOverTime,
  type Figure,
  type Frame,
  gradientFlow,
  gradientNorms,
  heatMap,
  type Layout,
  logAxis,
  phasePortrait,
  plotlyFigure,
  scatter,
  smallMultiples,
  spectrogram,
  stackedBars,
  stateDiagram,
  type Trace,
  tapeHistory,
  tapeRun,
  textLines,
  unrolledGraph,
  type Wiring,
  wiringDiagram,
  wirings,
  withSlider,
} from "../lib/figures";
import { diverging, palette, role, sequential, tint, written } from "../lib/figures/theme";
import { past, unroll, unrollCopied, unrollShared } from "../lib/figures/unroll";
import { shaped } from "../lib/memory";
import { blankTape, busyBeaver, evenZeros, iterate, turingStep } from "../lib/systems";

const threeStates = {
  states: ["A", "B", "C"],
  symbols: ["0", "1"],
  next: [
    [1, 0],
    [2, 0],
    [2, 1],
  ],
  start: 0,
  accepting: [],
};
const feedback: Record<string, Wiring> = {
  "the hidden units": wirings.hidden,
  "the output": wirings.output,
  "the hidden units, loss at the end": wirings.final,
};
const classical = { rows: ["h"], connections: [{ from: "h", to: "h", parameter: "θ", delay: 1 }] };
const conjugates = [
  { re: 0.5, im: 0.866 },
  { re: 0.5, im: -0.866 },
];
const spiral = { x: [2, 0, -1, 0, 0.5], y: [0, 1.5, 0, -0.7, 0] };
/** The power of a tone that rises, in 20 frames of 16 bands. */
const tone = Array.from({ length: 20 }, (_, k) =>
  Array.from({ length: 16 }, (_, band) => Math.exp(-((band - k / 2) ** 2))),
);

const steps = Array.from({ length: 40 }, (_, k) => k + 1);

const beaver = iterate(turingStep(busyBeaver), blankTape, 107);

/** Every kind of figure, with all that it can draw. */
const samples: Record<string, Figure> = {
  "two clouds of states": scatter(
    { even: { x: [-1, -0.8, -0.9], y: [0.2, 0.1, -0.1] }, odd: { x: [1, 0.9], y: [0.3, -0.2] } },
    { x: "first direction", y: "second direction" },
  ),
  "lines that a model wrote": withSlider("temperature", [0.5, 2], (temperature) =>
    textLines([`deux-mille-trois-cent-quarante-et-${temperature}`, "zépt-cinq", "a < b & c"], (line) =>
      /zé/.test(line),
    ),
  ),
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
  bars: bars({ "ŷ − y": [0.2, -0.7, 0.5] }, { labels: ["a", "b", "c"], title: "∂L/∂o" }),
  "stacked bars": stackedBars(
    { "L<sub>1</sub>": [0.3, 0], "L<sub>2</sub>": [-0.1, 0.4] },
    { x: "t", y: "∂L/∂b<sub>t</sub>" },
  ),
  "a gradient that flows back": gradientFlow(
    {
      fromOutput: [
        [3, 0],
        [0, 1],
        [2, 0],
      ],
      fromFuture: [
        [0, 4],
        [1, 0],
        [0, 0],
      ],
    },
    "Backwards",
  ),
  "a cobweb with a slider": withSlider("θ", [0.5, 2, 3], (theta) =>
    cobweb((h) => Math.tanh(theta * h), 0.1, { range: [-1, 1] }),
  ),
  "a cobweb that leaves its range": cobweb((h) => 2 * h, 0.1, { range: [0, 1], title: "h doubles" }),
  "a phase portrait": phasePortrait(
    { spiral, "a longer way": { x: steps.map(Math.cos), y: steps.map(Math.sin) } },
    { x: "θ", y: "m", field: (x, y) => [-y, x] },
  ),
  eigenvalues: eigenvalues({ "η = 0.5": conjugates, "η = 2.1": [{ re: -1.6, im: 0 }] }, "Eigenvalues of A(η)"),
  "error over time": errorOverTime(
    { error: steps.map((k) => (k % 3 ? 0.1 : 1.5)) },
    { labels: [..."badiiguuubaguuudiidiibaguuubadiiguuubaguu"], y: "bits" },
  ),
  "a state diagram": stateDiagram(evenZeros, "Even number of 0s"),
  "a state diagram without an accepting state": stateDiagram(threeStates),
  "an automaton that reads": automatonRun(evenZeros, [..."0110100"]),
  "a tape and its head": tapeRun(beaver.slice(0, 12), busyBeaver.states),
  "the history of a tape": tapeHistory(beaver, "Busy beaver"),
  "a spectrogram": spectrogram(tone, { hop: 0.016, bandwidth: 250, title: "a rising tone" }),
  "the wiring of Example 1": wiringDiagram(wirings.hidden, "Example 1"),
  "three wirings": withSlider("feedback from", Object.keys(feedback), (name) => wiringDiagram(feedback[name])),
  "an unrolled graph": unrolledGraph(wirings.hidden, 4),
  "an unrolled graph with shared parameters": unrolledGraph(wirings.output, 4, {
    parameters: "shared",
    title: "Example 2",
  }),
  "an unrolled graph with copies": unrolledGraph(wirings.final, 4, { parameters: "copied" }),
  "the classical form": unrolledGraph(classical, 5, { parameters: "shared" }),
  "small multiples with a slider": withSlider("k", [1, 2, 3], (k) =>
    smallMultiples([
      curves({ a: [k, 1], b: [1, k * k] }, { title: "curves", x: "t", y: "value" }),
      heatMap([[k, -1]], { title: "a heat map" }),
      bars({ a: [1, k], b: [k, 1] }, { title: "bars" }),
      eigenvalues({ "one set": conjugates }, "eigenvalues"),
    ]),
  ),
};

type Mime = { data: Trace[]; layout: Layout; frames?: Frame[]; config: Layout };
const bundle = (figure: Figure) => figure[jupyterDisplay]();
/** What the front end receives, after its way through JSON. */
const mimeOf = (figure: Figure): Mime => JSON.parse(JSON.stringify(bundle(figure)["application/vnd.plotly.v1+json"]));
/** All that the slider can show of a figure: the whole without it. */
const states = ({ data, layout, frames }: Mime) => [
  { data, layout },
  ...(frames ?? []).map((frame) => ({ data: frame.data, layout: { ...layout, ...frame.layout } })),
];

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

const numbers = (values: unknown) => (values as (number | null)[]).flatMap((value) => value ?? []);

test("every trace has as many x as y, and lies within the range of its axes wherever the slider stands", () => {
  everySample((_, mime, name) => {
    for (const { data, layout } of states(mime))
      for (const trace of data) {
        for (const key of ["x", "y"] as const) {
          const axis = layout[`${trace[`${key}axis`] ?? key}`.replace(key, `${key}axis`)] as Layout;
          const places = numbers(trace[key]).filter((value) => axis.type !== "log" || value > 0);
          const shown = axis.type === "log" ? places.map(Math.log10) : places;
          const [low, high] = (axis.range ?? [-Infinity, Infinity]) as [number, number];
          const within = (value: number) => value >= Math.min(low, high) && value <= Math.max(low, high);
          assert.ok(shown.every(within), `${name}: ${trace.name} leaves ${low} to ${high} in ${key}`);
        }
        const count = trace.type === "heatmap" ? (trace.z as unknown[]).length : (trace.x as unknown[]).length;
        assert.equal((trace.y as unknown[]).length, count, name);
      }
  });
});

test("every trace has a point that can be drawn before the slider is moved", () => {
  everySample((_, { data }, name) => {
    for (const trace of data)
      assert.ok(numbers(trace.x).length > 0 && numbers(trace.y).length > 0, `${name}: ${trace.name}`);
  });
});

test("each step of a slider shows the frame of its name, with the traces and the axes of the figure", () => {
  const axes = (layout: Layout) => Object.keys(layout).filter((key) => /^[xy]axis/.test(key));
  const sliders = Object.entries(samples).filter(([, figure]) => figure.frames);
  assert.ok(sliders.length > 5);
  for (const [name, figure] of sliders) {
    const { data, layout, frames = [] } = mimeOf(figure);
    const [{ steps, active }] = layout.sliders as [{ steps: { args: [string[]] }[]; active: number }];
    assert.deepEqual(
      steps.map(({ args }) => args[0][0]),
      frames.map((frame) => frame.name),
      name,
    );
    assert.deepEqual(frames[active].data, data, `${name}: what is shown first is the step that the slider stands at`);
    for (const state of states(mimeOf(figure))) {
      assert.deepEqual(
        state.data.map((trace) => trace.type),
        data.map((trace) => trace.type),
        name,
      );
      for (const key of axes(layout))
        assert.deepEqual((state.layout[key] as Layout).range, (layout[key] as Layout).range, name);
    }
  }
});

test("every exported function is shorter than 20 lines", () => {
  const folder = join(__dirname, "../lib/figures");
  for (const file of readdirSync(folder)) {
    const functions = readFileSync(join(folder, file), "utf8").match(/^export function \w+[\s\S]*?^}$/gm) ?? [];
    assert.ok(functions.length > 0 || ["index.ts", "theme.ts", "wirings.ts"].includes(file), file);
    for (const text of functions) assert.ok(text.split("\n").length < 20, `${file}: ${text.split("\n")[0]}`);
  }
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
  assert.deepEqual(heatMap(shaped(flat.values, 2, 3)).data, heatMap(flat).data);
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

test("a curve has a gap where it is not positive on a logarithmic axis, and none on a linear one", () => {
  const values = [1, 0, -1, 0.1];
  assert.deepEqual(curves({ a: values }, { y: logAxis("loss") }).data[0].y, [1, null, null, 0.1]);
  assert.deepEqual(curves({ a: { x: values, y: values } }, { x: logAxis("k") }).data[0].x, [1, null, null, 0.1]);
  assert.deepEqual(curves({ a: values }).data[0].y, values);
});

test("graphs stand under one another at their own height, other figures side by side", () => {
  const graphs = [wirings.hidden, wirings.output].map((wiring) => wiringDiagram(wiring));
  const { layout } = smallMultiples(graphs);
  assert.deepEqual(
    [(layout.xaxis as Layout).domain, (layout.xaxis2 as Layout).domain],
    [
      [0, 1],
      [0, 1],
    ],
  );
  assert.ok(Number(layout.height) > 2 * Number(graphs[0].layout.height));
});

test("a cobweb names its axes as it is told", () => {
  const { data, layout } = cobweb(Math.cos, 0.5, { x: "θ<sub>k</sub>", y: "θ<sub>k+1</sub>" });
  assert.deepEqual((layout.yaxis as Layout).title, { text: "θ<sub>k+1</sub>" });
  assert.equal(data[0].name, "θ<sub>k+1</sub> = θ<sub>k</sub>");
});

test("a slider refuses no values, and figures that do not match", () => {
  const one = () => curves({ a: [1] });
  assert.throws(() => withSlider("k", [], one), /Cannot make a slider for k: there are no values/);
  const grows = (k: number) => curves(Object.fromEntries([..."abc"].slice(0, k).map((name) => [name, [1]])));
  assert.throws(() => withSlider("k", [1, 2], grows), /figure 1 has scatter, figure 2 has scatter, scatter/);
});

test("a heat map keeps its colours while the slider moves", () => {
  const { frames = [] } = withSlider("k", [1, 5], (k) => heatMap([[k]]));
  assert.deepEqual(
    frames.map(({ data }) => [data[0].zmin, data[0].zmax]),
    [
      [-5, 5],
      [-5, 5],
    ],
  );
});

test("each state depends on all earlier inputs and on the first state, and each loss on its own target only", () => {
  const graph = unroll(wirings.hidden, 3);
  const names = (id: string) =>
    past(graph, id)
      .nodes.map((node) => node.id.replace(/<.*?>/g, ""))
      .sort();
  assert.deepEqual(names("h<sub>2</sub>"), ["h0", "h1", "h2", "x1", "x2"]);
  assert.deepEqual(names("L<sub>3</sub>"), ["L3", "h0", "h1", "h2", "h3", "o3", "x1", "x2", "x3", "y3"]);
});

test("feedback from the output runs through every earlier output, and a final loss has one output", () => {
  const output = past(unroll(wirings.output, 3), "o<sub>3</sub>").nodes.map((node) => node.id);
  assert.ok(["o<sub>0</sub>", "o<sub>1</sub>", "o<sub>2</sub>"].every((id) => output.includes(id)));
  const final = unroll(wirings.final, 3).nodes.map((node) => node.id);
  assert.deepEqual(
    final.filter((id) => /^[oLy]/.test(id)),
    ["o<sub>3</sub>", "L<sub>3</sub>", "y<sub>3</sub>"],
  );
});

test("a shared parameter is one node with T arrows, and its copies are T nodes with one arrow each", () => {
  for (const [T, unrolling] of [
    [1, unrollShared],
    [5, unrollCopied],
  ] as const) {
    const { nodes, edges } = unrolling(wirings.hidden, 5);
    const parameters = nodes.filter((node) => node.kind === "parameter");
    assert.equal(parameters.length, 3 * T);
    for (const { id } of parameters) assert.equal(edges.filter((edge) => edge.from === id).length, 5 / T);
  }
  assert.throws(() => unrolledGraph(wirings.hidden, 0), /Cannot unroll a graph over 0 steps/);
});

test("a cobweb steps between the graph of its map and the diagonal", () => {
  const f = (h: number) => 3.5 * h * (1 - h);
  const [, , way] = cobweb(f, 0.2, { steps: 6 }).data.map((trace) =>
    numbers(trace.x).map((x, k) => [x, numbers(trace.y)[k]]),
  );
  assert.equal(way.length, 13);
  for (const [k, [x, y]] of way.entries()) assert.equal(y, k % 2 === 0 ? x : f(x));
  assert.throws(() => cobweb(f, 2, { range: [0, 1] }), /Cannot draw a cobweb from 2: the range is 0 to 1/);
});

test("a phase portrait follows its field", () => {
  const { data } = phasePortrait({ spiral }, { field: () => [1, 0] });
  const [x, y] = [numbers(data[0].x), numbers(data[0].y)];
  for (let k = 0; k < x.length; k += 2) assert.ok(x[k + 1] > x[k] && y[k + 1] === y[k]);
  assert.throws(() => phasePortrait({ a: { x: [1, 2], y: [1] } }), /Cannot draw a: x has 2 values and y has 1/);
});

test("the plane of eigenvalues has equal units and holds the unit circle", () => {
  const { data, layout } = eigenvalues({ small: [{ re: 0.1, im: 0 }] });
  assert.equal((layout.yaxis as Layout).scaleanchor, "x");
  for (const [k, x] of numbers(data[0].x).entries())
    assert.ok(Math.abs(Math.hypot(x, numbers(data[0].y)[k]) - 1) < 1e-12);
  assert.ok(Math.abs((numbers(data[0].y).at(-1) ?? 1) - numbers(data[0].y)[0]) < 1e-12, "the circle is closed");
});

test("an automaton that counts zeros is in its first state where their number is even, and shows the arrow it took", () => {
  const word = [..."0110100"];
  const { frames = [] } = automatonRun(evenZeros, word);
  const lit = frames.map(({ data }) => {
    const circles = data.find((trace) => trace.mode === "markers+text") as unknown as { marker: { color: string[] } };
    return circles.marker.color.findIndex((colour) => colour !== tint.faint);
  });
  assert.deepEqual(
    lit,
    frames.map((_, t) => word.slice(0, t).filter((symbol) => symbol === "0").length % 2),
  );
  const places = numbers(frames[0].data.find((trace) => trace.mode === "markers+text")?.x);
  const arrows = frames.map(
    ({ data }) => data.find((trace) => (trace.line as Layout)?.color === role.forward) as Trace,
  );
  assert.deepEqual(
    arrows.slice(1).map((arrow) => [numbers(arrow.x)[0], numbers(arrow.x)[16]]),
    word.map((_, t) => [places[lit[t]], places[lit[t + 1]]]),
  );
  assert.throws(() => automatonRun(evenZeros, ["2"]), /Cannot read 2: the automaton knows 0, 1/);
});

test("a tape shows the symbols of its time, its head above the place where it stands, and all of them in its history", () => {
  const { frames = [] } = tapeRun(beaver, busyBeaver.states);
  const ones = (row: unknown) => numbers(row).filter((symbol) => symbol === 1).length;
  assert.equal(frames.length, 108);
  assert.equal(ones((frames[107].data[0].z as number[][])[0]), 13);
  assert.deepEqual(
    frames.map(({ data }) => numbers(data[1].x)[0]),
    beaver.map(({ head }) => head),
  );
  const [history, head] = tapeHistory(beaver).data;
  assert.deepEqual(
    (history.z as number[][]).map(ones),
    beaver.map(({ tape }) => ones([...tape.values()])),
  );
  assert.deepEqual([numbers(head.x)[107], numbers(head.y)[107]], [beaver[107].head, 107]);
  assert.throws(() => tapeHistory([]), { message: "Cannot draw a tape: there are no configurations" });
});

test("the gradient of h is the sum of its parts, and the backward pass shows the last step first", () => {
  const { data, frames = [] } = gradientFlow({
    fromOutput: [
      [3, 0],
      [0, 1],
    ],
    fromFuture: [
      [0, 4],
      [0, 0],
    ],
  });
  assert.deepEqual(
    data.map((trace) => trace.y),
    [
      [3, 1],
      [4, 0],
      [5, 1],
    ],
  );
  assert.deepEqual(
    frames[0].data.map((trace) => trace.y),
    [
      [null, 1],
      [null, 0],
      [null, 1],
    ],
  );
  assert.throws(() => gradientFlow({ fromOutput: [[1]], fromFuture: [[1], [2]] }), /1 rows from o, 2 from h/);
});

test("a tenth of the power is 10 decibels less, down to the floor", () => {
  const { data } = spectrogram(
    [
      [1, 0.1],
      [0.01, 0],
    ],
    { hop: 1, bandwidth: 1, floor: 30 },
  );
  assert.deepEqual(data[0].z, [
    [0, -20],
    [-10, -30],
  ]);
});

test("small multiples do not lie on one another, and a name is once in the legend", () => {
  const { data, layout } = smallMultiples(
    [0, 1, 2, 3, 4].map(() => curves({ a: [1, 2], b: [2, 1] }, { title: "t" })),
    3,
  );
  assert.deepEqual(
    data.filter((trace) => trace.showlegend).map((trace) => trace.name),
    ["a", "b"],
  );
  const cells = [..."12345"]
    .map((k) => k.replace("1", ""))
    .map((k) => {
      const [[left, right], [bottom, top]] = ["x", "y"].map(
        (key) => (layout[`${key}axis${k}`] as { domain: number[] }).domain,
      );
      return { left, right, bottom, top };
    });
  for (const [k, a] of cells.entries())
    for (const b of cells.slice(0, k))
      assert.ok(a.left > b.right || b.left > a.right || a.bottom > b.top || b.bottom > a.top);
  assert.throws(() => smallMultiples([]), /Cannot put figures side by side: there are none/);
  assert.throws(() => smallMultiples([samples["three wirings"]]), /Cannot put a figure with a slider beside others/);
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
type Mark = { name: string; area: Box; boxes: Box[]; strokes: number };
type Drawing = { whole: Box; marks: Mark[]; texts: (Box & { text: string })[] };

/** What the test needs to know of the page's elements and of Plotly's charts. */
type Element = {
  innerHTML: string;
  textContent: string;
  firstChild: Element;
  __data__?: { trace?: { uid: string } }[];
  getAttribute(name: string): string;
  getBoundingClientRect(): Box;
  querySelectorAll(css: string): Iterable<Element>;
};
type Axis = { _offset: number; _length: number };
type Chart = Element & {
  _fullData: { name: string; uid: string; xaxis: string; yaxis: string }[];
  _fullLayout: { _plots: Record<string, { xaxis: Axis; yaxis: Axis }> };
};
type Plotly = {
  newPlot(div: Element, mime: Mime): Promise<Chart>;
  animate(div: Element, frames: string[], options: object): Promise<void>;
};

/** Runs in the page: draws a figure, moves its slider to a frame, and measures what is seen. */
async function drawing({ mime, frame }: { mime: Mime; frame?: string }): Promise<Drawing> {
  const { Plotly, document } = globalThis as never as { Plotly: Plotly; document: { body: Element } };
  document.body.innerHTML = "<div></div>";
  const chart = await Plotly.newPlot(document.body.firstChild, mime);
  const now = { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } };
  if (frame) await Plotly.animate(chart, [frame], now);
  const box = (element: Element): Box => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  };
  const whole = box(chart);
  const groups = [...chart.querySelectorAll(".cartesianlayer g")];
  const marks = chart._fullData.map(({ name, uid, xaxis, yaxis }) => {
    const { xaxis: x, yaxis: y } = chart._fullLayout._plots[`${xaxis}${yaxis}`];
    const [left, top] = [whole.left + x._offset, whole.top + y._offset];
    const own = groups.filter((group) => group.__data__?.[0]?.trace?.uid === uid);
    const shapes = [...new Set(own.flatMap((group) => [...group.querySelectorAll("path, image, text")]))].map(box);
    const boxes = shapes.filter((shape) => shape.right - shape.left + shape.bottom - shape.top > 0);
    const lines = [...new Set(own.flatMap((group) => [...group.querySelectorAll("path.js-line")]))];
    const strokes = lines.flatMap((line) => line.getAttribute("d").match(/M/g) ?? []).length;
    return { name, area: { left, top, right: left + x._length, bottom: top + y._length }, boxes, strokes };
  });
  const written = [...chart.querySelectorAll("text")].filter((text) => text.textContent.trim());
  return { whole, marks, texts: written.map((text) => ({ ...box(text), text: text.textContent })) };
}

const inside = (inner: Box, outer: Box, slack: number) =>
  inner.left >= outer.left - slack &&
  inner.right <= outer.right + slack &&
  inner.top >= outer.top - slack &&
  inner.bottom <= outer.bottom + slack;
const overlap = (a: Box, b: Box) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

/** The runs of points of a line, between its gaps. */
const pieces = ({ x }: Trace) =>
  (x as (number | null)[]).filter((value, k, all) => value !== null && (all[k - 1] ?? null) === null).length;

async function check(page: Page, name: string, mime: Mime, frame?: string) {
  const { whole, marks, texts } = await page.evaluate(drawing, { mime, frame });
  for (const [k, { name: trace, area, boxes, strokes }] of marks.entries()) {
    if (!frame && (mime.data[k].marker as Layout)?.symbol === "arrow")
      assert.equal(strokes, pieces(mime.data[k]), `${name}: an arrow of ${trace} has holes`);
    assert.ok(frame || boxes.length > 0, `${name}: ${trace} has no mark`);
    for (const box of boxes)
      assert.ok(inside(box, area, 8), `${name}: ${trace} at ${JSON.stringify(box)} leaves ${JSON.stringify(area)}`);
  }
  for (const [k, text] of texts.entries()) {
    assert.ok(inside(text, whole, 1), `${name}: "${text.text}" is cut off`);
    for (const other of texts.slice(0, k))
      assert.ok(!overlap(text, other), `${name}: "${text.text}" lies on "${other.text}"`);
  }
}

test("Chromium draws every trace inside the plot and every arrow in one stroke, and no text is cut off or covered", {
  skip: !existsSync(chromiumPath) && `${chromiumPath} is missing`,
  timeout: 60_000,
}, async () => {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: switches.split(" ") });
  try {
    // About as narrow as the output of a cell gets.
    const page = await browser.newPage({ viewport: { width: 640, height: 400 } });
    // Without a doctype, a page in quirks mode gives a figure the height of the window.
    await page.setContent("<!doctype html>");
    await page.addScriptTag({ path: require.resolve("plotly.js-dist/plotly.js") });
    for (const [name, figure] of Object.entries(samples)) {
      await check(page, name, mimeOf(figure));
      if (figure.frames) await check(page, `${name}, moved`, mimeOf(figure), figure.frames[1].name);
    }
  } finally {
    await browser.close();
  }
});

test("lines of text are drawn in their order, and the wrong ones in another colour", () => {
  const [{ text, y, textfont }] = textLines(["deux", "dex", ""], (line) => line === "dex").data as Trace[];
  assert.deepEqual(
    [text, y],
    [
      ["deux", "dex", "(nothing)"],
      [1, 2, 3],
    ],
  );
  assert.deepEqual((textfont as { color: string[] }).color, [role.ink, role.gradient, role.ink]);
  assert.throws(() => textLines([]), /Cannot write lines of text: there are none/);
});

test("a cloud of points refuses x and y of different lengths", () => {
  assert.deepEqual(
    scatter({ even: { x: [1], y: [2] }, odd: { x: [], y: [] } }).data.map(({ mode }) => mode),
    ["markers", "markers"],
  );
  assert.throws(() => scatter({ even: { x: [1, 2], y: [2] } }), /Cannot draw even: x has 2 values and y has 1/);
});

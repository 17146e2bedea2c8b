import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client } from "./jupyter-client";

/** Cells that use each feature of stock tslab, in order; both kernels must show the same for each. */
const cells: [string, string][] = [
  ["a value", "1 + 2"],
  ["a string", `"un" + "roll"`],
  ["an object", "({ a: 1, b: [1, 2, 3] })"],
  ["nothing for undefined", "undefined"],
  ["console.log and console.error", `console.log("out", { a: 1 }); console.error("err")`],
  ["declarations", "let x = 10; const y: number = 2; function times(a: number) { return a * y }"],
  ["declarations in a later cell", "times(x) + y"],
  ["assignment in a later cell", "x = 20; x"],
  ["redeclaration", "const y2 = 1; let x: string = 'text'; x"],
  [
    "classes, interfaces, enums",
    "interface Point { x: number } enum Colour { Red, Green } class P implements Point { constructor(public x: number) {} }",
  ],
  ["their use later", "const p: Point = new P(3); p.x + Colour.Green"],
  [
    "destructuring",
    "const { q, ...others } = { q: 1, r: 2 }; const [first, ...tail] = [1, 2, 3]; [q, others.r, first, tail.length]",
  ],
  ["top-level await", "const waited = await new Promise<number>((resolve) => setTimeout(() => resolve(7), 5)); waited"],
  ["async functions", "async function later() { return 8 }\nawait later()"],
  ["generators and spread", "function* few() { yield 1; yield 2 }\n[...few()]"],
  ["generic functions", "function identity<T>(t: T): T { return t }\nidentity('g')"],
  [
    "imports of Node's modules",
    `import * as path from "path"; import { EOL } from "os"; path.join("a", "b") + EOL.length`,
  ],
  ["imports of a local file", `import { twice } from "./local"; twice(21)`],
  ["imports of a package", `import * as math from "mathjs"; math.add(1, 2)`],
  ["dynamic import", `(await import("path")).basename("a/b")`],
  ["display.html", `import { display } from "tslab"; display.html("<b>bold</b>")`],
  ["display.markdown and latex", `display.markdown("# m"); display.latex("$x$")`],
  ["display.svg, javascript, text", `display.svg("<svg></svg>"); display.javascript("1"); display.text("t")`],
  ["display.png and raw", `display.png(new Uint8Array([1, 2, 3])); display.raw("application/x-own", "own")`],
  [
    "newDisplay replaces what it showed",
    `import { newDisplay } from "tslab"; const d = newDisplay(); d.text("one"); d.text("two")`,
  ],
  ["an error keeps the kernel", "let later2 = 1; throw new Error('on purpose')"],
  ["and what came before it", "x"],
  ["a type error is an error", "const z: number = 'no'"],
  ["an unknown name is an error", "nowhere"],
  ["a syntax error is an error", "const = 1"],
];

type Shown = { status: string; shown: unknown[] };
const kernels = {} as Record<"unroll" | "tslab", Client>;
const prepare = (folder: string) => {
  writeFileSync(join(folder, "local.ts"), "export const twice = (n: number): number => 2 * n;\n");
  symlinkSync(join(__dirname, "../node_modules"), join(folder, "node_modules"));
};

before(async () => {
  const bin = join(__dirname, "../node_modules/tslab/bin/tslab");
  kernels.unroll = await Client.start(undefined, prepare);
  kernels.tslab = await Client.start((file) => [process.execPath, bin, "kernel", `--config-path=${file}`], prepare);
});
after(async () => {
  await kernels.unroll.close();
  await kernels.tslab.kill();
});

/** A text as a result: we quote it, as `util.inspect` does, so that "3" is not 3; tslab prints it bare. */
const bare = (text: string) => text.replace(/^'(.*)'$/, "$1");

/** What a reader sees: text (tslab writes results to stdout), and what is displayed. Of an error, only that it is one. */
async function show(client: Client, code: string): Promise<Shown> {
  const { reply, published } = await client.execute(code);
  const status = reply.content.status;
  if (status !== "ok") return { status, shown: [] };
  const stderr = published.filter(({ content }) => content.name === "stderr").map(({ content }) => content.text);
  const text = published
    .map(({ type, content }) =>
      type === "execute_result"
        ? `${bare(content.data["text/plain"])}\n`
        : content.name === "stdout"
          ? content.text
          : "",
    )
    .join("");
  const displays = published
    .filter(({ type }) => type === "display_data" || type === "update_display_data")
    .map(({ type, content }) => [type, content.data, content.transient.display_id !== undefined]);
  // Front ends run application/javascript; tslab says text/javascript, which none of them knows.
  const mended = JSON.stringify(displays).replaceAll("text/javascript", "application/javascript");
  return { status, shown: [text, stderr.join(""), ...JSON.parse(mended)] };
}

describe("a cell for stock tslab shows the same here", () => {
  for (const [title, code] of cells)
    test(title, async () => {
      const ours = await show(kernels.unroll, code);
      const theirs = await show(kernels.tslab, code);
      assert.deepEqual(ours, theirs);
      // tslab answers `abort` for 200 ms after an error.
      if (theirs.status !== "ok") await new Promise((resolve) => setTimeout(resolve, 400));
    });
});

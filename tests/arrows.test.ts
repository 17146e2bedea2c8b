/** Imports point one way. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";

const root = join(__dirname, "..");
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name));

/** What a file imports, as paths from the root; packages and Node's modules by their names. */
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(join(root, file), "utf8"), true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith(".") ? relative(root, join(root, dirname(file), fileName)) : fileName,
    );

/** Imports of the files in a folder that are not among those allowed. */
const strays = (folder: string, isAllowed: (imported: string) => boolean): string[] =>
  filesIn(folder).flatMap((file) =>
    importsOf(file)
      .filter((imported) => !isAllowed(imported))
      .map((imported) => `${file} imports ${imported}`),
  );
const within =
  (...folders: string[]) =>
  (imported: string) =>
    folders.some((folder) => imported === folder || imported.startsWith(`${folder}/`));
const isPackage = (imported: string) =>
  !/^(kernel|lib|grader|browser|solutions|tests|bench|notebooks|exercises)\b/.test(imported);

describe("imports point one way", () => {
  test("lib knows mathjs and itself", () => {
    assert.deepEqual(
      strays("lib", (i) => within("lib", "mathjs")(i)),
      [],
    );
  });

  test("kernel knows neither lib nor grader", () => {
    assert.deepEqual(
      strays("kernel", (i) => within("kernel")(i) || isPackage(i)),
      [],
    );
  });

  test("grader knows the kernel by its session, and nothing of lib", () => {
    assert.deepEqual(
      strays("grader", (i) => within("grader", "kernel/session")(i) || isPackage(i)),
      [],
    );
  });

  test("check and what it needs know nothing of kernel and Node", () => {
    const seen = new Set<string>();
    const visit = (file: string): string[] => {
      if (seen.has(file)) return [];
      seen.add(file);
      return importsOf(file).flatMap((i) =>
        within("grader")(i) ? visit(`${i}.ts`) : within("mathjs")(i) ? [] : [`${file} imports ${i}`],
      );
    };
    assert.deepEqual(visit("grader/check.ts"), []);
    assert.ok(seen.size > 1);
  });

  test("the compiler and the worker know each other only by what crosses between them", () => {
    const shared = within(
      "kernel/boot",
      "kernel/errors",
      "kernel/folders",
      "kernel/frames",
      "kernel/plain",
      "kernel/source-map",
      "kernel/cell-parameters",
    );
    const to = (folder: string) => (i: string) => within(folder)(i) || shared(i) || isPackage(i);
    assert.deepEqual(strays("kernel/compiler", to("kernel/compiler")), []);
    assert.deepEqual(strays("kernel/worker", to("kernel/worker")), []);
    assert.deepEqual(
      strays("kernel/session", (i) => to("kernel/session")(i) || i === "kernel/compiler/questions"),
      [],
    );
    assert.deepEqual(
      strays("kernel/front", (i) => to("kernel/front")(i) || within("kernel/session")(i)),
      [],
    );
  });

  test("the browser's kernel is made of the native kernel's files, and of what cells import", () => {
    const isKnown = (i: string) => within("browser/kernel", "kernel")(i) || i === "lib" || i === "grader/check";
    assert.deepEqual(
      strays("browser/kernel", (i) => isKnown(i) || isPackage(i)),
      [],
    );
  });

  test("what the browser edition shares has no Node in it", () => {
    const isFree = (file: string) => importsOf(file).filter((i) => isBuiltin(i) || i === "kernel/boot");
    for (const file of [
      "compiler/answers",
      "compiler/compile",
      "compiler/questions",
      "compiler/types",
      "errors",
      "front/content",
      "front/offsets",
      "source-map",
      "frames",
      "plain",
      "session/cell-session",
      "session/runs",
      "worker/display",
      "worker/format",
      "worker/namespace",
      "worker/ordered-output",
      "worker/progress",
      "worker/ran-cells",
      "worker/tslab",
    ])
      assert.deepEqual(isFree(`kernel/${file}.ts`), [], file);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalNotebook, gradeMetadata, NotebookError, readNotebook, writeNotebook } from "../grader/notebook";

const cell = (source: unknown, more: object = {}) => ({
  cell_type: "code",
  source,
  metadata: {},
  outputs: [],
  ...more,
});
const file = (cells: unknown[], more: object = {}) =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...more });
const fails = (text: string, sentence: RegExp, read: (text: string) => unknown = readNotebook) =>
  assert.throws(
    () => read(text),
    (error) => error instanceof NotebookError && sentence.test(error.message),
  );

test("a file that is no notebook is told so in one sentence", () => {
  fails("", /It is not a notebook: .* the file is empty\.$/);
  fails('{"cells": [', /It is not a notebook: a notebook is JSON/);
  fails("[1, 2]", /JSON but not a notebook/);
  fails("null", /JSON but not a notebook/);
  fails('{"nbformat": 3, "worksheets": []}', /format 3; format 4 is wanted/);
  fails('{"nbformat": 4}', /no list of cells/);
});

test("a broken cell is left out with a sentence, and the others are read", () => {
  const { notebook, faults } = readNotebook(
    file([cell("1"), cell(7), 3, cell("2", { cell_type: "heading" }), cell(["a\n", "b"])]),
  );
  assert.deepEqual(
    notebook.cells.map(({ source }) => source),
    ["1", "a\nb"],
  );
  assert.deepEqual(faults, [
    "Cell 2 is broken and was left out: its source is not text.",
    "Cell 3 is broken and was left out: it is not a record.",
    'Cell 4 is broken and was left out: its type is "heading", not code or markdown.',
  ]);
});

test("what an editor adds is read: a byte order mark, no ids, metadata of any shape", () => {
  const { notebook, faults } = readNotebook(
    `\uFEFF${file([{ cell_type: "markdown", source: "x", metadata: [] }], { metadata: 5 })}`,
  );
  assert.deepEqual(notebook, { cells: [{ type: "markdown", id: "", source: "x", metadata: {} }], metadata: {} });
  assert.deepEqual(faults, []);
});

test("nbgrader's metadata are taken only as they should be", () => {
  const read = (nbgrader: unknown) => gradeMetadata({ type: "code", id: "", source: "", metadata: { nbgrader } });
  assert.equal(read({}), undefined);
  assert.equal(read({ grade_id: 5 }), undefined);
  assert.deepEqual(read({ grade_id: "a", grade: true, points: 3, locked: "yes" }), {
    grade_id: "a",
    grade: true,
    solution: false,
    locked: false,
    points: 3,
  });
});

test("the canonical form keeps prose, code and grading, and nothing else", () => {
  const nbgrader = { grade_id: "question-one", locked: true, schema_version: 3 };
  const text = canonicalNotebook(
    file(
      [
        cell("1 + 1\r\n\n", { execution_count: 7, id: "q", metadata: { nbgrader, scrolled: true, trusted: true } }),
        { cell_type: "markdown", id: "a1b2c3d4", source: ["# Vanishing and\n", "exploding"], metadata: {} },
        {
          cell_type: "markdown",
          id: "9f0c4d2e-1b2a-4c3d-8e9f-001122334455",
          source: "# Vanishing and exploding!",
          metadata: {},
        },
      ],
      { metadata: { language_info: { version: "6.0.3" } } },
    ),
  );
  const { cells, metadata } = JSON.parse(text);
  assert.deepEqual(cells[0], {
    cell_type: "code",
    execution_count: null,
    id: "question-one",
    metadata: { nbgrader },
    outputs: [],
    source: ["1 + 1"],
  });
  assert.deepEqual(cells.map(({ id }: { id: string }) => id).slice(1), [
    "vanishing-and-exploding",
    "vanishing-and-exploding-2",
  ]);
  assert.deepEqual(metadata, {
    kernelspec: { display_name: "TypeScript (unroll)", language: "typescript", name: "unroll" },
  });
});

test("the canonical form is its own canonical form, and is what Jupyter would write", () => {
  const text = canonicalNotebook(file([cell("é = 1\n\nb"), cell("")]));
  assert.equal(canonicalNotebook(text), text);
  assert.equal(writeNotebook(readNotebook(text).notebook), text);
  assert.ok(
    text.startsWith('{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "1-b"'),
  );
  assert.ok(text.endsWith(' "nbformat": 4,\n "nbformat_minor": 5\n}\n'));
});

test("what only its author can mend is an error", () => {
  fails(
    file([cell("a", { id: "same" }), cell("b", { id: "same" })]),
    /Two cells have the id `same`/,
    canonicalNotebook,
  );
  fails(file([cell("a", { attachments: { "a.png": {} } })]), /a pasted picture/, canonicalNotebook);
  fails(file([cell(5)]), /Cell 1 is broken/, canonicalNotebook);
});

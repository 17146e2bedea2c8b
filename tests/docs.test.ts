/** Every name that a notebook can import is explained, and every example in an explanation is true. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import ts from "typescript";
import * as lib from "../lib";
import { root } from "./course";

type Export = { name: string; file: string; isValue: boolean; isCall: boolean; summary: string; examples: string[] };

const door = join(root, "lib/index.ts");
const options = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
  ts.sys,
  root,
).options;

/** What the door exports, with the docstring of where it is declared. */
function exportsOf(program: ts.Program): Export[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(door) as ts.SourceFile;
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = (symbol.declarations as ts.Declaration[])[0];
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    return {
      name: exported.name,
      file: declaration.getSourceFile().fileName.slice(root.length + 1),
      isValue,
      isCall: isValue && checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures().length > 0,
      summary: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      examples: symbol
        .getJsDocTags(checker)
        .filter((tag) => tag.name === "example")
        .map((tag) => ts.displayPartsToString(tag.text)),
    };
  });
}

/** `value; // [1, 2]`: a comment that is JSON is what the expression must be. */
const claim = /^(?!const |let |for |\s)(.*); \/\/ (.+)$/;
const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const withClaims = (example: string) =>
  example.replaceAll(new RegExp(claim, "gm"), (line, value, wanted) =>
    isJson(wanted) ? `holds(${value}, ${wanted});` : line,
  );

function holds(value: unknown, wanted: unknown): void {
  const plain = ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
  const rounded = (v: unknown): unknown =>
    typeof v === "number" ? Number(v.toPrecision(6)) : Array.isArray(v) ? v.map(rounded) : v;
  assert.deepEqual(rounded(plain), rounded(wanted));
}

const all = exportsOf(ts.createProgram([door], options));

test("every value, and every type that is not a figure's options, has a docstring that begins with a sentence", () => {
  const wanted = all.filter(({ isValue, file }) => isValue || !file.startsWith("lib/figures/"));
  const without = wanted.filter(({ summary }) => !/^[A-Z].*[.:]/.test(summary.split("\n\n")[0].replaceAll("\n", " ")));
  assert.deepEqual(
    without.map(({ name, file }) => `${name} in ${file}`),
    [],
  );
});

test("every function has an example", () => {
  const without = all.filter(({ isCall, examples }) => isCall && examples.length === 0);
  assert.deepEqual(
    without.map(({ name, file }) => `${name} in ${file}`),
    [],
  );
});

/** All examples as one module, each a function of its own, so that types are checked once. */
const examples = all.flatMap(({ name, examples }) => examples.map((example) => ({ name, example })));
const virtual = join(root, "lib/examples.ts");
const values = all.filter(({ isValue }) => isValue).map(({ name }) => name);
const moduleSource = [
  `import { ${values.join(", ")} } from "./index";`,
  "declare function holds(value: unknown, wanted: unknown): void;",
  ...examples.map(({ example }, k) => `export async function runExample${k}() {\n${withClaims(example)}\n}`),
].join("\n");

let problems: string[] = [];
before(() => {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => (name === virtual ? moduleSource : readFile(name));
  host.fileExists = (name) => name === virtual || fileExists(name);
  const program = ts.createProgram([virtual], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host);
  problems = program.getSemanticDiagnostics(program.getSourceFile(virtual)).map((problem) => {
    const line = moduleSource.slice(0, problem.start).split("\n").length;
    return `${moduleSource.split("\n")[line - 1]}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`;
  });
});

test("every example passes the type check", () => assert.deepEqual(problems, []));

for (const { name, example } of examples)
  test(`the example of ${name} runs, and its values are those in its comments`, async () => {
    const body = ts
      .transpileModule(`export {};\nasync function runExample() {\n${withClaims(example)}\n}`, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
      })
      .outputText.replace("export {};", "");
    const silent = { log: () => {} };
    const run = new Function(...values, "holds", "console", `${body}\nreturn runExample();`);
    await run(...values.map((value) => (lib as Record<string, unknown>)[value]), holds, silent);
  });

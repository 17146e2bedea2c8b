/** What a compiler is asked while cells run elsewhere, and its answers. Nothing of Node in it. */
import { type ErrorReport, reportDiagnostics } from "../errors";
import { compileCell } from "./compile";
import { type Completions, completeness, type Inspection, type Types } from "./types";

/** What a compiler is asked, by name: arguments and answer. */
export type Compiling = {
  /** Checks and compiles a cell; its names are kept when `commit` follows. */
  compile(source: string, name: string): { js: string; map: string } | { report: ErrorReport };
  commit(): void;
  /** Reads the types of packages that a cell is likely to import. */
  preload(packages: string[]): void;
  clear(): void;
  complete(source: string, offset: number): Completions;
  inspect(source: string, offset: number): Inspection | undefined;
  completeness(source: string): ReturnType<typeof completeness>;
};

/**
 * Makes the compiler of one notebook, whose types are `types`.
 * @param advice what helps with messages of the type checker where the cells run, by their numbers.
 */
export function compiling(types: Types, advice: Record<number, string> = {}): Compiling {
  /** Names that cells have put into the scope so far. */
  const known = new Set<string>();
  let toCommit = () => {};
  return {
    compile(source, name) {
      toCommit = () => {};
      const { diagnostics, commit } = types.check(source);
      if (diagnostics.length) return { report: reportDiagnostics(diagnostics, source, name, advice) };
      const { js, map, names } = compileCell(source, known);
      toCommit = () => {
        commit();
        for (const defined of names) known.add(defined);
      };
      return { js, map };
    },
    commit: () => toCommit(),
    preload: (packages) => void types.check(packages.map((name) => `import ${JSON.stringify(name)};`).join("\n")),
    clear() {
      types.clear();
      known.clear();
    },
    complete: (source, offset) => types.complete(source, offset),
    inspect: (source, offset) => types.inspect(source, offset),
    completeness,
  };
}

/**
 * Checks the types of cells, completes and inspects, by one TypeScript language service. Each cell is a module of its
 * own; what it needs of earlier cells is declared behind its last line, so that positions stay those of the cell.
 * Nothing of Node in it: files come through {@link Files}.
 */
import ts from "typescript";

/** Where the language service finds files; the browser edition has them in memory. */
export type Files = Pick<ts.System, "fileExists" | "readFile" | "directoryExists"> & {
  /** Changes whenever the content of a file does. */
  version(path: string): string;
  /** Remembers that these texts together were found right, over sessions; checking a library costs a second. */
  wasRight(texts: string[]): boolean;
  noteRight(texts: string[]): void;
  /** Folder of TypeScript's own lib.*.d.ts. */
  libFolder: string;
  /** Packages that are found from every notebook, wherever it lies: folders that hold a node_modules. */
  fallbackFolders: string[];
  /** Whether Node's own types are among the files, for cells that want more than the commonest of its names. */
  hasNode: boolean;
  realpath?(path: string): string;
};

/** A message about a range of the cell's text (UTF-16 offsets), or about another file. */
export type Diagnostic = { code: number; message: string; start: number; end: number; file?: string; line?: number };
export type Completion = { name: string; kind: string };
export type Completions = { start: number; end: number; entries: Completion[] };
export type Inspection = { signature: string; documentation: string };

type Kind = "let" | "const" | "import";

/** How imports of cells, and of what they import, are found. */
export const resolution: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ["node", "require"],
};

const options: ts.CompilerOptions = {
  ...resolution,
  target: ts.ScriptTarget.ES2022,
  noLib: true, // wholeLib() stands for it.
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: false,
  noEmit: true,
  types: [],
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
};

/** Messages whose cause may be that Node's own types are not loaded yet; in a file, any unknown name too. */
const wantsNode = new Set([2307, 2503, 2580, 2591, 2688, 7016]);
/** Messages that a cell may ignore: `await` and `return` at its top level. */
const harmless = new Set([1108, 1375, 1378]);

/**
 * The declarations of JavaScript's own objects, as one text. TypeScript has them in 60 files, which it gathers, sorts
 * and merges anew for every cell: as one file they cost nothing then.
 */
function wholeLib({ libFolder, readFile }: Files): string {
  const seen = new Set<string>();
  const withReferences = (name: string): string => {
    if (seen.has(name)) return "";
    seen.add(name);
    const text = readFile(`${libFolder}/lib.${name}.d.ts`) ?? "";
    const references = [...text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>$/gm)].map(([, lib]) => lib);
    return references.map(withReferences).join("") + text.replace(/^\/\/\/ <reference .*$/gm, "");
  };
  return withReferences("es2023");
}

const isExported = (s: ts.Statement): boolean =>
  ts.canHaveModifiers(s) && (ts.getModifiers(s) ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword);

/** The names that a cell declares at its top level, how a later cell sees them, and those it exports by itself. */
function declaredNames(file: ts.SourceFile): { names: Map<string, Kind>; exported: Set<string> } {
  const names = new Map<string, Kind>();
  const exported = new Set<string>();
  const bind = (name: ts.BindingName, kind: Kind): void => {
    if (ts.isIdentifier(name)) names.set(name.text, kind);
    else for (const e of name.elements) if (ts.isBindingElement(e)) bind(e.name, kind);
  };
  const addVars = (node: ts.Node): void => {
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      for (const d of node.declarations) bind(d.name, "let");
    if (!ts.isFunctionLike(node) && !ts.isClassLike(node)) ts.forEachChild(node, addVars);
  };
  for (const s of file.statements) {
    const before = new Set(names.keys());
    addVars(s);
    if (ts.isVariableStatement(s)) {
      const kind = s.declarationList.flags & ts.NodeFlags.Const ? "const" : "let";
      for (const d of s.declarationList.declarations) bind(d.name, kind);
    } else if (ts.isImportDeclaration(s)) {
      const { name, namedBindings } = s.importClause ?? {};
      if (name) names.set(name.text, "import");
      if (namedBindings && ts.isNamespaceImport(namedBindings)) names.set(namedBindings.name.text, "import");
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const e of namedBindings.elements) names.set(e.name.text, "import");
    } else if (
      (ts.isFunctionDeclaration(s) ||
        ts.isClassDeclaration(s) ||
        ts.isInterfaceDeclaration(s) ||
        ts.isTypeAliasDeclaration(s) ||
        ts.isEnumDeclaration(s) ||
        (ts.isModuleDeclaration(s) && ts.isIdentifier(s.name) && s.name.text !== "global")) &&
      s.name
    )
      names.set(s.name.text, "import");
    if (isExported(s)) for (const name of names.keys()) if (!before.has(name)) exported.add(name);
  }
  return { names, exported };
}

/** The types of one notebook: cells in the order in which they ran. */
export class Types {
  readonly #service: ts.LanguageService;
  readonly #texts = new Map<string, string>();
  /** Name to the module that holds it now, and how it is declared there. */
  #names = new Map<string, { module: string; kind: Kind }>();
  #current: string;
  #count = 0;
  #withNode = false;

  /**
   * @param folder the notebook's folder: its imports are relative to it.
   * @param ambient declarations of what every cell finds without an import, by file name.
   */
  constructor(
    readonly folder: string,
    readonly files: Files,
    ambient: { always: string; insteadOfNode: string },
  ) {
    this.#texts.set(this.#path("__lib.d.ts"), wholeLib(files));
    this.#texts.set(this.#path("__always.d.ts"), ambient.always);
    this.#texts.set(this.#path("__instead-of-node.d.ts"), ambient.insteadOfNode);
    this.#current = this.#path("__cell0.ts");
    this.#texts.set(this.#current, "export {}");
    // Files of earlier cells come and go with what a cell needs: never parse one twice.
    const registry = { ...ts.createDocumentRegistry(), releaseDocument() {}, releaseDocumentWithKey() {} };
    this.#service = ts.createLanguageService(this.#host(), registry);
  }

  #path(name: string): string {
    return `${this.folder}/${name}`;
  }

  #host(): ts.LanguageServiceHost {
    const { files } = this;
    const snapshots = new Map<string, { version: string; snapshot: ts.IScriptSnapshot }>();
    const version = (path: string) => (this.#texts.has(path) ? "1" : files.version(path));
    const read = (path: string) => this.#texts.get(path) ?? files.readFile(path);
    const exists = (path: string) => this.#texts.has(path) || files.fileExists(path);
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => (this.#withNode ? { ...options, types: ["node"] } : options),
      getScriptFileNames: () => [
        this.#path("__lib.d.ts"),
        this.#path("__always.d.ts"),
        ...(this.#withNode ? [] : [this.#path("__instead-of-node.d.ts")]),
        this.#current,
      ],
      getScriptVersion: version,
      getScriptSnapshot: (path) => {
        const kept = snapshots.get(path);
        const now = version(path);
        if (kept?.version === now) return kept.snapshot;
        const text = read(path);
        if (text === undefined) return undefined;
        const snapshot = ts.ScriptSnapshot.fromString(text);
        snapshots.set(path, { version: now, snapshot });
        return snapshot;
      },
      getCurrentDirectory: () => this.folder,
      getDefaultLibFileName: (o) => `${files.libFolder}/${ts.getDefaultLibFileName(o)}`,
      fileExists: exists,
      readFile: read,
      directoryExists: files.directoryExists,
      realpath: files.realpath,
      resolveModuleNameLiterals: (literals, from, _redirect, compilerOptions) =>
        literals.map(({ text }) => this.#resolve(text, from, compilerOptions, host)),
      resolveTypeReferenceDirectiveReferences: (references, from, _redirect, compilerOptions) =>
        references.map((reference) => {
          const name = typeof reference === "string" ? reference : reference.fileName;
          const origins = [
            typeof from === "string" ? from : this.#current,
            ...files.fallbackFolders.map((d) => `${d}/_.ts`),
          ];
          for (const origin of origins) {
            const found = ts.resolveTypeReferenceDirective(
              name,
              origin,
              compilerOptions,
              host as ts.ModuleResolutionHost,
            );
            if (found.resolvedTypeReferenceDirective) return found;
          }
          return { resolvedTypeReferenceDirective: undefined, failedLookupLocations: [] };
        }),
    };
    return host;
  }

  readonly #resolved = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();
  #resolve(
    name: string,
    from: string,
    compilerOptions: ts.CompilerOptions,
    host: ts.LanguageServiceHost,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const key = `${from.slice(0, from.lastIndexOf("/"))}|${name}`;
    const kept = this.#resolved.get(key);
    if (kept?.resolvedModule && host.fileExists(kept.resolvedModule.resolvedFileName)) return kept;
    const origins = [from, ...(name.startsWith(".") ? [] : this.files.fallbackFolders.map((d) => `${d}/_.ts`))];
    for (const origin of origins) {
      const found = ts.resolveModuleName(name, origin, compilerOptions, host as ts.ModuleResolutionHost);
      if (!found.resolvedModule) continue;
      this.#resolved.set(key, found);
      return found;
    }
    return { resolvedModule: undefined };
  }

  /** Makes `source` the current cell, with declarations behind it of the earlier names that it mentions. */
  #enter(source: string, mentioned: (name: string) => boolean): { names: Map<string, Kind>; path: string } {
    const { names, exported } = declaredNames(ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022));
    const lines = [...this.#names]
      .filter(([name]) => !names.has(name) && mentioned(name))
      .map(([name, { module, kind }]) =>
        kind === "import"
          ? `import { ${name} } from "${module}";`
          : `declare ${kind} ${name}: typeof import("${module}").${name};`,
      );
    const own = [...names.keys()].filter((name) => !exported.has(name));
    this.#texts.delete(this.#current);
    this.#current = this.#path(`__cell${++this.#count}.ts`);
    this.#texts.set(this.#current, `${source}\n;${lines.join("")}export { ${own.join(", ")} };`);
    return { names, path: this.#current };
  }

  /**
   * Finds what is wrong with a cell. With no message of it, `commit()` makes its names those that later cells see:
   * call it once the cell has run.
   */
  check(source: string): { diagnostics: Diagnostic[]; commit(): void } {
    const words = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
    const { names, path } = this.#enter(source, (name) => words.has(name));
    let found = this.#messages(path, source);
    const isWanting = ({ code, file }: Diagnostic) => wantsNode.has(code) || (file !== undefined && code === 2304);
    if (this.files.hasNode && !this.#withNode && found.some(isWanting)) {
      this.#withNode = true;
      this.#resolved.clear();
      found = this.#messages(path, source);
    }
    const text = this.#texts.get(path) as string;
    const commit = () => {
      this.#texts.set(path, text);
      const module = `./${path.slice(this.folder.length + 1).replace(/\.ts$/, "")}`;
      for (const [name, kind] of names) this.#names.set(name, { module, kind });
      // The committed cell stays a file; the next one gets a name of its own.
      if (this.#current === path) this.#current = this.#path("__cell0.ts");
    };
    return { diagnostics: found, commit };
  }

  #messages(path: string, source: string): Diagnostic[] {
    const inCell = [...this.#service.getSyntacticDiagnostics(path), ...this.#service.getSemanticDiagnostics(path)];
    return [...inCell, ...this.#messagesOfFiles()]
      .filter(({ code, category }) => category === ts.DiagnosticCategory.Error && !harmless.has(code))
      .map((d) => {
        // What TypeScript advises is of no use in a notebook: Node's types come by themselves, where there is a Node.
        const message = ts
          .flattenDiagnosticMessageText(d.messageText, "\n")
          .replace(/ Do you need to install type definitions .*/, "");
        const start = d.start ?? 0;
        if (d.file && d.file.fileName !== path) {
          const line = d.file.getLineAndCharacterOfPosition(start).line + 1;
          return { code: d.code, message, start, end: start + (d.length ?? 0), file: d.file.fileName, line };
        }
        const clamp = (offset: number) => Math.min(offset, source.length);
        return { code: d.code, message, start: clamp(start), end: clamp(start + (d.length ?? 0)) };
      });
  }

  /** What is wrong with local files, by path, and the versions for which that was found. */
  readonly #checked = new Map<string, { version: string; diagnostics: ts.Diagnostic[] }>();

  /** A file is checked once, and again with all others when one of them has changed. */
  #messagesOfFiles(): ts.Diagnostic[] {
    const local = (this.#service.getProgram()?.getSourceFiles() ?? []).filter(
      ({ fileName, isDeclarationFile }) =>
        !isDeclarationFile && !fileName.includes("/node_modules/") && !this.#texts.has(fileName),
    );
    const versionOf = ({ fileName }: ts.SourceFile) => `${this.#withNode} ${this.files.version(fileName)}`;
    if (local.some((file) => (this.#checked.get(file.fileName)?.version ?? versionOf(file)) !== versionOf(file)))
      this.#checked.clear();
    const fresh = local.filter(({ fileName }) => !this.#checked.has(fileName));
    const texts = local.flatMap(({ fileName, text }) => [fileName, text]);
    const isKnown = fresh.length > 0 && this.files.wasRight(texts);
    for (const file of fresh) {
      const { fileName } = file;
      const check = () => [
        ...this.#service.getSyntacticDiagnostics(fileName),
        ...this.#service.getSemanticDiagnostics(fileName),
      ];
      this.#checked.set(fileName, { version: versionOf(file), diagnostics: isKnown ? [] : check() });
    }
    const isRight = local.every(({ fileName }) => this.#checked.get(fileName)?.diagnostics.length === 0);
    if (fresh.length > 0 && isRight && !isKnown) this.files.noteRight(texts);
    return local.flatMap(({ fileName }) => this.#checked.get(fileName)?.diagnostics ?? []);
  }

  /** Completes at a UTF-16 offset. */
  complete(source: string, offset: number): Completions {
    const { path } = this.#enter(source, () => true);
    const start = offset - (/[\p{ID_Continue}$]*$/u.exec(source.slice(0, offset))?.[0].length ?? 0);
    const prefix = source.slice(start, offset);
    const found = this.#service.getCompletionsAtPosition(path, offset, {});
    const entries = (found?.entries ?? []).map(({ name, kind }) => ({ name, kind: String(kind) }));
    const own = (name: string) => !name.startsWith("__");
    const exact = entries.filter(({ name }) => own(name) && name.startsWith(prefix));
    const loose = entries.filter(({ name }) => own(name) && name.toLowerCase().startsWith(prefix.toLowerCase()));
    return { start, end: offset, entries: exact.length ? exact : loose };
  }

  /** Tells what stands at a UTF-16 offset: its signature and its documentation (Markdown). */
  inspect(source: string, offset: number): Inspection | undefined {
    const { path } = this.#enter(source, () => true);
    const at = (position: number) => this.#service.getQuickInfoAtPosition(path, position);
    const found = at(offset) ?? (offset > 0 ? at(offset - 1) : undefined);
    if (!found) return undefined;
    const tags = (found.tags ?? []).map(
      (tag) =>
        `*@${tag.name}* ${ts.displayPartsToString(tag.text).replace(/^(\S+)/, tag.name === "param" ? "`$1`" : "$1")}`,
    );
    return {
      signature: ts.displayPartsToString(found.displayParts),
      documentation: [ts.displayPartsToString(found.documentation), ...tags].filter(Boolean).join("\n\n"),
    };
  }

  /** Forgets all cells: their variables are gone. */
  clear(): void {
    this.#names.clear();
  }
}

/** Whether a cell can be run as it stands, wants more lines, or can never be right. */
export function completeness(source: string): "complete" | "incomplete" | "invalid" {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
  if (parseDiagnostics.length === 0) return "complete";
  const end = source.trimEnd().length;
  const unterminated = new Set([1010, 1160, 1161]);
  const wantsMore = ({ start, code }: ts.DiagnosticWithLocation) => start >= end || unterminated.has(code);
  return parseDiagnostics.some((d) => !wantsMore(d)) ? "invalid" : "incomplete";
}

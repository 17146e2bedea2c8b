/**
 * Compiles a cell to the body of an async function. Top-level names live on in one scope object, so that a later cell
 * and every function sees the newest value; the last expression is returned; imports become `await __load(...)`, and
 * `import(...)` becomes `__load(...)`.
 * Works on TypeScript's public API alone, with nothing of Node in it.
 */
import ts from "typescript";
import { parameters } from "../cell-parameters";

/** `js` is a function body over {@link parameters}; `names` are the top-level names that the cell defines. */
export type Compiled = { js: string; map: string; names: string[] };

const [scopeName, loadName] = parameters;

/** Iterations of a lifted loop between two write-backs, minus one: what an interrupt can cost. */
const writeBackMask = 0xffff;

const isAssignment = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
  node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;

const isVar = (list: ts.VariableDeclarationList): boolean => (list.flags & ts.NodeFlags.BlockScoped) === 0;

const isLoop = (node: ts.Node): node is ts.ForStatement | ts.WhileStatement | ts.DoStatement =>
  ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node);

/** "use strict", which TypeScript puts in front: the only statement of a cell of comments is not its result. */
const isAddedDirective = (node: ts.Statement): boolean =>
  node.pos < 0 && ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);

/** Adds the names that a binding (`x`, `[a, b]`, `{ c, ...d }`) binds. */
function addBound(name: ts.BindingName, to: Set<string>): void {
  if (ts.isIdentifier(name)) to.add(name.text);
  else for (const element of name.elements) if (ts.isBindingElement(element)) addBound(element.name, to);
}

/** Adds what `var` declares in a function's body or at top level, however deep in blocks. */
function addVars(node: ts.Node, to: Set<string>): void {
  if (ts.isVariableDeclarationList(node) && isVar(node)) for (const d of node.declarations) addBound(d.name, to);
  ts.forEachChild(node, (child) => {
    if (!ts.isFunctionLike(child) && !ts.isClassLike(child)) addVars(child, to);
  });
}

/** Adds what the statements of one block declare for that block: let, const, class, function, import. */
function addLexical(statements: readonly ts.Node[], to: Set<string>): void {
  for (const s of statements) {
    if (ts.isVariableStatement(s)) addLexical([s.declarationList], to);
    else if (ts.isVariableDeclarationList(s)) {
      if (!isVar(s)) for (const d of s.declarations) addBound(d.name, to);
    } else if ((ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s)) && s.name) to.add(s.name.text);
    else if (ts.isImportDeclaration(s)) {
      const { name, namedBindings } = s.importClause ?? {};
      if (name) to.add(name.text);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) to.add(namedBindings.name.text);
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const e of namedBindings.elements) to.add(e.name.text);
    }
  }
}

/** The names that a node binds for everything inside it. */
function boundBy(node: ts.Node): Set<string> {
  const names = new Set<string>();
  if (ts.isFunctionLike(node)) {
    for (const p of node.parameters) addBound(p.name as ts.BindingName, names);
    if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text);
    const body = (node as ts.FunctionLikeDeclaration).body;
    if (body) addVars(body, names);
  } else if (ts.isClassLike(node)) {
    if (node.name) names.add(node.name.text);
  } else if (ts.isBlock(node)) addLexical(node.statements, names);
  else if (ts.isCaseBlock(node)) for (const clause of node.clauses) addLexical(clause.statements, names);
  else if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node)) {
    if (node.initializer) addLexical([node.initializer], names);
  } else if (ts.isCatchClause(node) && node.variableDeclaration) addBound(node.variableDeclaration.name, names);
  return names;
}

/** Whether nothing in a loop can look at a top-level name from outside: no call (but Math.f), await, closure, property. */
function isPure(node: ts.Node): boolean {
  if (
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isNewExpression(node) ||
    ts.isTaggedTemplateExpression(node)
  )
    return false;
  if (ts.isAwaitExpression(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) return false;
  if (ts.isSpreadElement(node) || ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)) return false;
  if (ts.isVariableDeclarationList(node) && isVar(node)) return false;
  if (ts.isPropertyAccessExpression(node)) {
    const ofMath = ts.isIdentifier(node.expression) && node.expression.text === "Math";
    if (!ofMath && node.name.text !== "length") return false;
  }
  if (ts.isCallExpression(node) && !ts.isPropertyAccessExpression(node.expression)) return false;
  if (ts.isCallExpression(node) && (node.expression as ts.PropertyAccessExpression).name.text === "length")
    return false;
  return !ts.forEachChild(node, (child) => !isPure(child));
}

/** Rewrites the JavaScript of a cell; `known` are the names of earlier cells, `defined` receives the cell's own. */
function rewrite(known: ReadonlySet<string>, defined: Set<string>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const f = context.factory;
    const vars = new Set<string>();
    addVars(file, vars);
    addLexical(file.statements, defined);
    for (const name of vars) defined.add(name);
    const isShared = (name: string) => defined.has(name) || known.has(name);

    /** Names bound between here and the top level, one set for each enclosing node that binds some. */
    const shadows: Set<string>[] = [];
    /** How many functions enclose this place: at 0, `var` is a top-level name. */
    let depth = 0;
    const refersToScope = (name: string) => isShared(name) && !shadows.some((bound) => bound.has(name));

    const at = <T extends ts.Node>(node: T, from: ts.Node): T =>
      ts.setOriginalNode(ts.setTextRange(node, from), from) as T;
    const member = (name: string, from?: ts.Node): ts.Expression => {
      const access = f.createPropertyAccessExpression(f.createIdentifier(scopeName), name);
      return from ? at(access, from) : access;
    };
    const assign = (left: ts.Expression, right: ts.Expression, from: ts.Node): ts.Expression => {
      const assignment = at(f.createAssignment(left, right), from);
      return ts.isObjectLiteralExpression(left) ? f.createParenthesizedExpression(assignment) : assignment;
    };
    const sequence = (list: ts.Expression[]): ts.Expression =>
      list.length === 1 ? list[0] : f.createCommaListExpression(list);
    const statement = (expression: ts.Expression, from: ts.Node): ts.Statement =>
      at(f.createExpressionStatement(expression), from);

    /** A binding pattern as the pattern of an assignment to the scope. */
    const target = (name: ts.BindingName): ts.Expression => {
      if (ts.isIdentifier(name)) return member(name.text, name);
      const withDefault = (e: ts.BindingElement) =>
        e.initializer ? f.createAssignment(target(e.name), visit(e.initializer) as ts.Expression) : target(e.name);
      if (ts.isArrayBindingPattern(name))
        return f.createArrayLiteralExpression(
          name.elements.map((e) =>
            ts.isOmittedExpression(e) ? e : e.dotDotDotToken ? f.createSpreadElement(target(e.name)) : withDefault(e),
          ),
        );
      return f.createObjectLiteralExpression(
        name.elements.map((e) =>
          e.dotDotDotToken
            ? f.createSpreadAssignment(target(e.name))
            : f.createPropertyAssignment(
                e.propertyName
                  ? (ts.visitNode(e.propertyName, visitName) as ts.PropertyName)
                  : (e.name as ts.Identifier).text,
                withDefault(e),
              ),
        ),
      );
    };
    /** Assignments for a declaration list whose names live in the scope; `let x;` makes x undefined, `var x;` does nothing. */
    const assignments = (list: ts.VariableDeclarationList): ts.Expression[] =>
      list.declarations
        .filter((d) => d.initializer || !isVar(list))
        .map((d) => {
          const value = d.initializer ? (visit(d.initializer) as ts.Expression) : f.createVoidZero();
          return assign(target(d.name), nameFunction(d.name, value), d);
        });
    /** `f = () => ...` names the function f only when f is a plain identifier: keeps the name in stack traces. */
    const nameFunction = (name: ts.BindingName, value: ts.Expression): ts.Expression => {
      const anonymous =
        ts.isArrowFunction(value) || ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name);
      if (!anonymous || !ts.isIdentifier(name)) return value;
      const record = f.createObjectLiteralExpression([f.createPropertyAssignment(name.text, value)]);
      return f.createPropertyAccessExpression(f.createParenthesizedExpression(record), name.text);
    };
    const visitName = (node: ts.Node): ts.Node => (ts.isComputedPropertyName(node) ? visit(node) : node) as ts.Node;

    /** Runs `body` with the names that `node` binds hidden. */
    const inside = <T>(node: ts.Node, body: () => T): T => {
      const isFunction = ts.isFunctionLike(node);
      shadows.push(boundBy(node));
      if (isFunction) depth++;
      try {
        return body();
      } finally {
        if (isFunction) depth--;
        shadows.pop();
      }
    };
    const children = (node: ts.Node): ts.Node => ts.visitEachChild(node, visit, context);

    function visit(node: ts.Node): ts.Node {
      if (node.kind === ts.SyntaxKind.ImportKeyword) return f.createIdentifier(loadName); // import("...")
      if (ts.isIdentifier(node)) return refersToScope(node.text) ? member(node.text, node) : node;
      if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
      if (ts.isPropertyAccessExpression(node))
        return f.updatePropertyAccessExpression(node, visit(node.expression) as ts.Expression, node.name);
      if (ts.isPropertyAssignment(node))
        return f.updatePropertyAssignment(
          node,
          visitName(node.name) as ts.PropertyName,
          visit(node.initializer) as ts.Expression,
        );
      if (ts.isBindingElement(node))
        return f.updateBindingElement(
          node,
          node.dotDotDotToken,
          node.propertyName && (visitName(node.propertyName) as ts.PropertyName),
          bindingName(node.name),
          node.initializer && (visit(node.initializer) as ts.Expression),
        );
      if (ts.isVariableDeclaration(node) || ts.isParameter(node)) return declaration(node);
      if (ts.isLabeledStatement(node))
        return f.updateLabeledStatement(node, node.label, visit(node.statement) as ts.Statement);
      if (ts.isBreakOrContinueStatement(node) || ts.isMetaProperty(node)) return node;
      if (ts.isVariableStatement(node) && isVar(node.declarationList) && depth === 0) {
        const list = assignments(node.declarationList);
        return list.length ? statement(sequence(list), node) : f.createEmptyStatement();
      }
      if (ts.isVariableDeclarationList(node) && isVar(node) && depth === 0) return loopVariable(node);
      if (isLoop(node) && depth === 0 && isPure(node)) return lifted(node);
      return inside(node, () => (ts.isFunctionLike(node) || ts.isClassElement(node) ? named(node) : children(node)));
    }
    const bindingName = (name: ts.BindingName): ts.BindingName =>
      ts.isIdentifier(name) ? name : (children(name) as ts.BindingName);
    const declaration = (node: ts.VariableDeclaration | ts.ParameterDeclaration): ts.Node => {
      const initializer = node.initializer && (visit(node.initializer) as ts.Expression);
      return ts.isParameter(node)
        ? f.updateParameterDeclaration(
            node,
            node.modifiers,
            node.dotDotDotToken,
            bindingName(node.name as ts.BindingName),
            undefined,
            undefined,
            initializer,
          )
        : f.updateVariableDeclaration(node, bindingName(node.name), undefined, undefined, initializer);
    };
    /** A function or class member: its own name is no reference. */
    const named = (node: ts.Node): ts.Node => {
      const name = (node as ts.NamedDeclaration).name;
      return ts.visitEachChild(node, (child) => (child === name ? visitName(child) : visit(child)), context);
    };
    const shorthand = (node: ts.ShorthandPropertyAssignment): ts.Node => {
      if (!refersToScope(node.name.text)) return children(node);
      const fallback = node.objectAssignmentInitializer;
      const value = member(node.name.text, node.name);
      return f.createPropertyAssignment(
        node.name.text,
        fallback ? f.createAssignment(value, visit(fallback) as ts.Expression) : value,
      );
    };
    /** `for (var i = 0; ...)` and `for (var x of xs)` at top level: the variable is the scope's. */
    const loopVariable = (list: ts.VariableDeclarationList): ts.Node => {
      const values = assignments(list);
      return values.length ? sequence(values) : target(list.declarations[0].name);
    };

    /** A loop that nothing outside can watch keeps its top-level names in locals, which are several times faster. */
    const lifted = (loop: ts.ForStatement | ts.WhileStatement | ts.DoStatement): ts.Node => {
      const used = new Set<string>();
      const written = new Set<string>();
      const collect = (node: ts.Node): void => {
        const assigned =
          ts.isBinaryExpression(node) && isAssignment(node)
            ? node.left
            : ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)
              ? node.operand
              : undefined;
        if (assigned && ts.isIdentifier(assigned) && refersToScope(assigned.text)) written.add(assigned.text);
        if (ts.isIdentifier(node) && refersToScope(node.text)) used.add(node.text);
        if (ts.isPropertyAccessExpression(node)) collect(node.expression);
        else inside(node, () => ts.forEachChild(node, collect));
      };
      collect(loop);
      if (written.size === 0) return inside(loop, () => children(loop));
      const save = () => [...written].map((name) => f.createAssignment(member(name), f.createIdentifier(name)));
      const count = f.createUniqueName("count");
      const saveNowAndThen = () =>
        f.createIfStatement(
          f.createStrictEquality(
            f.createParenthesizedExpression(
              f.createBitwiseAnd(f.createPrefixIncrement(count), f.createNumericLiteral(writeBackMask)),
            ),
            f.createNumericLiteral(0),
          ),
          f.createExpressionStatement(sequence(save())),
        );
      const withSaves = (node: ts.Node): ts.Node => {
        const inner = ts.visitEachChild(node, withSaves, context);
        if (!isLoop(inner)) return inner;
        const body = f.createBlock([saveNowAndThen(), inner.statement]);
        if (ts.isForStatement(inner))
          return f.updateForStatement(inner, inner.initializer, inner.condition, inner.incrementor, body);
        if (ts.isWhileStatement(inner)) return f.updateWhileStatement(inner, inner.expression, body);
        return f.updateDoStatement(inner as ts.DoStatement, body, (inner as ts.DoStatement).expression);
      };
      const locals = [...used].map((name) => f.createVariableDeclaration(name, undefined, undefined, member(name)));
      const counter = f.createVariableDeclaration(count, undefined, undefined, f.createNumericLiteral(0));
      return f.createBlock(
        [
          f.createVariableStatement(undefined, f.createVariableDeclarationList([...locals, counter], ts.NodeFlags.Let)),
          f.createTryStatement(
            f.createBlock([withSaves(loop) as ts.Statement], true),
            undefined,
            f.createBlock([f.createExpressionStatement(sequence(save()))]),
          ),
        ],
        true,
      );
    };

    const load = (specifier: ts.Expression): ts.Expression =>
      f.createAwaitExpression(f.createCallExpression(f.createIdentifier(loadName), undefined, [specifier]));
    /** Assignments from the module's namespace for one import declaration. */
    const imported = (node: ts.ImportDeclaration): ts.Statement => {
      const { name, namedBindings } = node.importClause ?? {};
      if (namedBindings && ts.isNamespaceImport(namedBindings) && !name)
        return statement(assign(member(namedBindings.name.text), load(node.moduleSpecifier), node), node);
      const properties: ts.PropertyAssignment[] = [];
      if (name) properties.push(f.createPropertyAssignment("default", member(name.text)));
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const e of namedBindings.elements)
          properties.push(
            f.createPropertyAssignment((e.propertyName ?? e.name) as ts.PropertyName, member(e.name.text)),
          );
      if (!properties.length) return statement(load(node.moduleSpecifier), node);
      return statement(assign(f.createObjectLiteralExpression(properties), load(node.moduleSpecifier), node), node);
    };

    const body = file.statements.filter((s) => !isAddedDirective(s));
    while (body.length && ts.isEmptyStatement(body[body.length - 1])) body.pop();
    const imports: ts.Statement[] = [];
    const hoisted: ts.Statement[] = [];
    const rest: ts.Statement[] = [];
    for (const name of vars) hoisted.push(statement(f.createAssignment(member(name), f.createVoidZero()), file));
    for (const [i, s] of body.entries()) {
      if (ts.isImportDeclaration(s)) imports.push(imported(s));
      else if (ts.isExportDeclaration(s)) continue;
      else if (ts.isExportAssignment(s)) rest.push(statement(visit(s.expression) as ts.Expression, s));
      else if (ts.isFunctionDeclaration(s) && s.name) {
        const plain = f.updateFunctionDeclaration(
          s,
          s.modifiers?.filter((m) => m.kind === ts.SyntaxKind.AsyncKeyword),
          s.asteriskToken,
          s.name,
          undefined,
          s.parameters,
          undefined,
          s.body,
        );
        hoisted.push(f.createExpressionStatement(f.createAssignment(member(s.name.text), s.name)));
        rest.push(visit(plain) as ts.Statement);
      } else if (ts.isClassDeclaration(s) && s.name) {
        const expression = f.createClassExpression(undefined, s.name, undefined, s.heritageClauses, s.members);
        rest.push(statement(f.createAssignment(member(s.name.text), visit(at(expression, s)) as ts.Expression), s));
      } else if (ts.isVariableStatement(s) && !isVar(s.declarationList))
        rest.push(statement(sequence(assignments(s.declarationList)), s));
      else if (i === body.length - 1 && ts.isExpressionStatement(s) && !isAssignment(s.expression))
        rest.push(at(f.createReturnStatement(visit(s.expression) as ts.Expression), s));
      else rest.push(visit(s) as ts.Statement);
    }
    return f.updateSourceFile(file, [...hoisted, ...imports, ...rest]);
  };
}

/**
 * Compiles the source of one cell. Types are not checked here: see types.ts.
 * @param known names that earlier cells have put into the scope.
 * @example compileCell("let s = 1; s + 1", new Set()).js; // "__scope.s = 1;\nreturn __scope.s + 1;\n"
 */
export function compileCell(source: string, known: ReadonlySet<string>): Compiled {
  const names = new Set<string>();
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: "cell.ts",
    transformers: { after: [rewrite(known, names)] },
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      sourceMap: true,
    },
  });
  const js = outputText.replace(/^\/\/# sourceMappingURL=.*$/m, "").replace(/^export \{\};?\s*$/m, "");
  return { js, map: sourceMapText ?? "", names: [...names] };
}

/** A CommonJS module, or the content of a JSON file, as an ES module's namespace. Nothing of Node in it. */
export function namespaceOf(exports: unknown): unknown {
  if (exports === null || (typeof exports !== "object" && typeof exports !== "function")) return { default: exports };
  if ((exports as { __esModule?: boolean }).__esModule) return exports;
  return Object.create(exports, { default: { value: exports, enumerable: true } });
}

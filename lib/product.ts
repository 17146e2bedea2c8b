/** The product of two matrices in one block of memory, on which every affine equation and its adjoint stand. */

export type Real = Float64Array | Float32Array;
export type RealType = Float64ArrayConstructor | Float32ArrayConstructor;

/**
 * C += A B for C (m x n), A (m x k), B (k x n). A, B, C are places in the block, in numbers; entry (i, p) of A stands at
 * A + i * rowA + p * columnA, so that A may be read transposed; rows of B and of C are rowB and rowC apart.
 */
export type Product = (
  m: number,
  n: number,
  k: number,
  A: number,
  rowA: number,
  columnA: number,
  B: number,
  rowB: number,
  C: number,
  rowC: number,
) => void;

/** A block of memory, all zero, and the product of matrices that lie in it. */
export type Block = { heap: Real; product: Product };

// Not every set of types that a notebook is checked with has WebAssembly.
declare const WebAssembly: {
  Memory: new (pages: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { product: Product } };
};

/** product.wat compiled, in base64. The text says how it works; a test says that the bytes are its own. */
export const bytes = {
  Float64Array:
    "AGFzbQEAAAABDgFgCn9/f39/f39/f38AAg8BA2xpYgZtZW1vcnkCAAADAgEABwsBB3Byb2R1Y3QAAArnDAHkDAINfxB7IAFBA3QhASADQQN0IQMgBEEDdCEEIAVBA3QhBSAGQQN0IQYgB0EDdCEHIAhBA3QhCCAJQQN0IQkCQANAIAsgAU4NASABIAtrIQwgDEEgIAxBIEgb/Q8hFyAX/QwAAQIDBAUGBwgJCgsMDQ4P/SchJSAX/QwQERITFBUWFxgZGhscHR4f/SchJkEAIQoCQANAIApBBGogAEoNAf0MAAAAAAAAAAAAAAAAAAAAACEd/QwAAAAAAAAAAAAAAAAAAAAAIR79DAAAAAAAAAAAAAAAAAAAAAAhH/0MAAAAAAAAAAAAAAAAAAAAACEg/QwAAAAAAAAAAAAAAAAAAAAAISH9DAAAAAAAAAAAAAAAAAAAAAAhIv0MAAAAAAAAAAAAAAAAAAAAACEj/QwAAAAAAAAAAAAAAAAAAAAAISQgAyAKIARsaiEOIA4gBGohDyAPIARqIRAgECAEaiERIAYgC2ohEiACIQwDQCAS/QAEACEbIBL9AAQQIRwgDv0KAwAhFyAdIBcgG/3yAf3wASEdIB4gFyAc/fIB/fABIR4gDiAFaiEOIA/9CgMAIRcgHyAXIBv98gH98AEhHyAgIBcgHP3yAf3wASEgIA8gBWohDyAQ/QoDACEXICEgFyAb/fIB/fABISEgIiAXIBz98gH98AEhIiAQIAVqIRAgEf0KAwAhFyAjIBcgG/3yAf3wASEjICQgFyAc/fIB/fABISQgESAFaiERIBIgB2ohEiAMQQFrIgwNAAsgCCALaiAKIAlsaiEWIBYgFv0ABAAiFyAd/fABIBcgJf1S/QsEACAWIBb9AAQQIhcgHv3wASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAf/fABIBcgJf1S/QsEACAWIBb9AAQQIhcgIP3wASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAh/fABIBcgJf1S/QsEACAWIBb9AAQQIhcgIv3wASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAj/fABIBcgJf1S/QsEACAWIBb9AAQQIhcgJP3wASAXICb9Uv0LBBAgCkEEaiEKDAALCyABIAtrQSBIBEACQANAIAogAE4NAf0MAAAAAAAAAAAAAAAAAAAAACEd/QwAAAAAAAAAAAAAAAAAAAAAIR4gAyAKIARsaiEOIAYgC2ohEiACIQwDQCAS/QAEACEbIBL9AAQQIRwgDv0KAwAhFyAdIBcgG/3yAf3wASEdIB4gFyAc/fIB/fABIR4gDiAFaiEOIBIgB2ohEiAMQQFrIgwNAAsgCCALaiAKIAlsaiEWIBYgFv0ABAAiFyAd/fABIBcgJf1S/QsEACAWIBb9AAQQIhcgHv3wASAXICb9Uv0LBBAgCkEBaiEKDAALCwsgC0EgaiELDAALCyABQWBxIQEgAUUEQA8LIABBfHEhCgJAA0AgCiAATg0BIAMgCiAEbGohDiAGIRJBACEMAkADQCAMQQRqIAJKDQEgDv0KAwAhFyAOIAVqIQ4gDv0KAwAhGCAOIAVqIQ4gDv0KAwAhGSAOIAVqIQ4gDv0KAwAhGiAOIAVqIQ4gEiAHaiETIBMgB2ohFCAUIAdqIRUgCCAKIAlsaiEWIBYgAWohDQNAIBb9AAQAIRsgGyAXIBL9AAQA/fIB/fABIRsgGyAYIBP9AAQA/fIB/fABIRsgGyAZIBT9AAQA/fIB/fABIRsgGyAaIBX9AAQA/fIB/fABIRsgFiAb/QsEACAW/QAEECEcIBwgFyAS/QAEEP3yAf3wASEcIBwgGCAT/QAEEP3yAf3wASEcIBwgGSAU/QAEEP3yAf3wASEcIBwgGiAV/QAEEP3yAf3wASEcIBYgHP0LBBAgE0EgaiETIBRBIGohFCAVQSBqIRUgEkEgaiESIBZBIGoiFiANSQ0ACyASIAFrIAdBBGxqIRIgDEEEaiEMDAALCwJAA0AgDEEBaiACSg0BIA79CgMAIRcgDiAFaiEOIAggCiAJbGohFiAWIAFqIQ0DQCAW/QAEACEbIBsgFyAS/QAEAP3yAf3wASEbIBYgG/0LBAAgFv0ABBAhHCAcIBcgEv0ABBD98gH98AEhHCAWIBz9CwQQIBJBIGohEiAWQSBqIhYgDUkNAAsgEiABayAHQQFsaiESIAxBAWohDAwACwsgCkEBaiEKDAALCws=",
  Float32Array:
    "AGFzbQEAAAABDgFgCn9/f39/f39/f38AAg8BA2xpYgZtZW1vcnkCAAADAgEABwsBB3Byb2R1Y3QAAArnDAHkDAINfxB7IAFBAnQhASADQQJ0IQMgBEECdCEEIAVBAnQhBSAGQQJ0IQYgB0ECdCEHIAhBAnQhCCAJQQJ0IQkCQANAIAsgAU4NASABIAtrIQwgDEEgIAxBIEgb/Q8hFyAX/QwAAQIDBAUGBwgJCgsMDQ4P/SchJSAX/QwQERITFBUWFxgZGhscHR4f/SchJkEAIQoCQANAIApBBGogAEoNAf0MAAAAAAAAAAAAAAAAAAAAACEd/QwAAAAAAAAAAAAAAAAAAAAAIR79DAAAAAAAAAAAAAAAAAAAAAAhH/0MAAAAAAAAAAAAAAAAAAAAACEg/QwAAAAAAAAAAAAAAAAAAAAAISH9DAAAAAAAAAAAAAAAAAAAAAAhIv0MAAAAAAAAAAAAAAAAAAAAACEj/QwAAAAAAAAAAAAAAAAAAAAAISQgAyAKIARsaiEOIA4gBGohDyAPIARqIRAgECAEaiERIAYgC2ohEiACIQwDQCAS/QAEACEbIBL9AAQQIRwgDv0JAgAhFyAdIBcgG/3mAf3kASEdIB4gFyAc/eYB/eQBIR4gDiAFaiEOIA/9CQIAIRcgHyAXIBv95gH95AEhHyAgIBcgHP3mAf3kASEgIA8gBWohDyAQ/QkCACEXICEgFyAb/eYB/eQBISEgIiAXIBz95gH95AEhIiAQIAVqIRAgEf0JAgAhFyAjIBcgG/3mAf3kASEjICQgFyAc/eYB/eQBISQgESAFaiERIBIgB2ohEiAMQQFrIgwNAAsgCCALaiAKIAlsaiEWIBYgFv0ABAAiFyAd/eQBIBcgJf1S/QsEACAWIBb9AAQQIhcgHv3kASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAf/eQBIBcgJf1S/QsEACAWIBb9AAQQIhcgIP3kASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAh/eQBIBcgJf1S/QsEACAWIBb9AAQQIhcgIv3kASAXICb9Uv0LBBAgFiAJaiEWIBYgFv0ABAAiFyAj/eQBIBcgJf1S/QsEACAWIBb9AAQQIhcgJP3kASAXICb9Uv0LBBAgCkEEaiEKDAALCyABIAtrQSBIBEACQANAIAogAE4NAf0MAAAAAAAAAAAAAAAAAAAAACEd/QwAAAAAAAAAAAAAAAAAAAAAIR4gAyAKIARsaiEOIAYgC2ohEiACIQwDQCAS/QAEACEbIBL9AAQQIRwgDv0JAgAhFyAdIBcgG/3mAf3kASEdIB4gFyAc/eYB/eQBIR4gDiAFaiEOIBIgB2ohEiAMQQFrIgwNAAsgCCALaiAKIAlsaiEWIBYgFv0ABAAiFyAd/eQBIBcgJf1S/QsEACAWIBb9AAQQIhcgHv3kASAXICb9Uv0LBBAgCkEBaiEKDAALCwsgC0EgaiELDAALCyABQWBxIQEgAUUEQA8LIABBfHEhCgJAA0AgCiAATg0BIAMgCiAEbGohDiAGIRJBACEMAkADQCAMQQRqIAJKDQEgDv0JAgAhFyAOIAVqIQ4gDv0JAgAhGCAOIAVqIQ4gDv0JAgAhGSAOIAVqIQ4gDv0JAgAhGiAOIAVqIQ4gEiAHaiETIBMgB2ohFCAUIAdqIRUgCCAKIAlsaiEWIBYgAWohDQNAIBb9AAQAIRsgGyAXIBL9AAQA/eYB/eQBIRsgGyAYIBP9AAQA/eYB/eQBIRsgGyAZIBT9AAQA/eYB/eQBIRsgGyAaIBX9AAQA/eYB/eQBIRsgFiAb/QsEACAW/QAEECEcIBwgFyAS/QAEEP3mAf3kASEcIBwgGCAT/QAEEP3mAf3kASEcIBwgGSAU/QAEEP3mAf3kASEcIBwgGiAV/QAEEP3mAf3kASEcIBYgHP0LBBAgE0EgaiETIBRBIGohFCAVQSBqIRUgEkEgaiESIBZBIGoiFiANSQ0ACyASIAFrIAdBBGxqIRIgDEEEaiEMDAALCwJAA0AgDEEBaiACSg0BIA79CQIAIRcgDiAFaiEOIAggCiAJbGohFiAWIAFqIQ0DQCAW/QAEACEbIBsgFyAS/QAEAP3mAf3kASEbIBYgG/0LBAAgFv0ABBAhHCAcIBcgEv0ABBD95gH95AEhHCAWIBz9CwQQIBJBIGohEiAWQSBqIhYgDUkNAAsgEiABayAHQQFsaiESIAxBAWohDAwACwsgCkEBaiEKDAALCws=",
};

const modules = new Map<RealType, object>();

function compiled(Real: RealType): object {
  const code = Uint8Array.from(atob(bytes[Real.name as keyof typeof bytes]), (letter) => letter.charCodeAt(0));
  const module = modules.get(Real) ?? new WebAssembly.Module(code);
  modules.set(Real, module);
  return module;
}

/**
 * Reserves a block of WebAssembly memory with its SIMD product.
 * @throws where WebAssembly or SIMD is missing, or the block is larger than WebAssembly allows (4 GB).
 */
export function wasmBlock(length: number, Real: RealType): Block {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((length * Real.BYTES_PER_ELEMENT) / 65536) });
  const { product } = new WebAssembly.Instance(compiled(Real), { lib: { memory } }).exports;
  return { heap: new Real(memory.buffer), product };
}

/** Adds an r x c tile of C, held in locals while k runs: each number that is read serves r or c products. */
function tile(r: number, c: number): string {
  const [rows, columns] = [[...Array(r).keys()], [...Array(c).keys()]];
  const each = (f: (i: number, j: number) => string) => rows.flatMap((i) => columns.map((j) => f(i, j)));
  return `{
  let ${each((i, j) => `c${i}${j} = 0`)};
  for (let p = 0, a = A + i * rowA, b = B + j; p < k; p++, a += columnA, b += rowB) {
    const ${[...rows.map((i) => `a${i} = heap[a + ${i} * rowA]`), ...columns.map((j) => `b${j} = heap[b + ${j}]`)]};
    ${each((i, j) => `c${i}${j} += a${i} * b${j};`).join(" ")}
  }
  ${each((i, j) => `heap[C + (i + ${i}) * rowC + j + ${j}] += c${i}${j};`).join(" ")}
}`;
}

/** Reserves a block of plain memory with a product in JavaScript. */
export function plainBlock(length: number, Real: RealType): Block {
  const heap = new Real(length);
  const across = (r: number) => `let j = 0;
for (; j + 4 <= n; j += 4) ${tile(r, 4)}
for (; j < n; j++) ${tile(r, 1)}`;
  const source = `// ${Real.name}: code that has met both types is slower, so each has its own.
return (m, n, k, A, rowA, columnA, B, rowB, C, rowC) => {
let i = 0;
for (; i + 4 <= m; i += 4) { ${across(4)} }
for (; i < m; i++) { ${across(1)} }
}`;
  return { heap, product: new Function("heap", source)(heap) };
}

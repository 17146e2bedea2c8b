/** A tape: reverse-mode automatic differentiation in a page. Every operation writes down how to go back. */

/** Is a vector or a matrix (row by row, `columns` numbers in each) that was computed, with dL/d(value). */
export type TapeValue = { value: number[]; gradient: number[]; columns: number };

type Pair<Result> = (u: number, v: number) => Result;

/**
 * Makes an empty tape. Its operations compute values and record, each, its adjoint: how dL/d(result) adds to dL/d(operand).
 * `backward(L)` plays them from the last to the first. A value that is used twice receives two additions.
 *
 * The operations: `leaf` for what is given, `add`, `subtract`, `multiply` and `tanh`, `sigmoid` entry by entry, `product`
 * of a matrix and a vector, `sum` of all entries, `softmaxCrossEntropy` of outputs and a label.
 * Source: Griewank and Walther, "Evaluating derivatives" (2008), chapter 3.
 * @example
 * const { leaf, product, tanh, sum, backward } = tape();
 * const W = leaf([[1, 2], [3, 4]]);
 * const h = tanh(product(W, tanh(product(W, leaf([0.1, 0.2]))))); // W is used twice
 * backward(sum(h));
 * W.gradient; // dL/dW, row by row
 */
export function tape() {
  const adjoints: (() => void)[] = [];

  /** A value with its adjoint: what to add to the gradients of its operands once its own is complete. */
  function record(value: number[], adjoint: (gradient: number[]) => void, columns = 1): TapeValue {
    const result = { value, gradient: value.map(() => 0), columns };
    adjoints.push(() => adjoint(result.gradient));
    return result;
  }

  /** Entry by entry: y = f(u, v). `partials` gives dy/du and dy/dv. */
  function pairwise(name: string, f: Pair<number>, partials: Pair<[number, number]>) {
    return (p: TapeValue, q: TapeValue): TapeValue => {
      if (p.value.length !== q.value.length)
        throw new RangeError(`Cannot ${name} ${p.value.length} and ${q.value.length} entries: wanted as many in both`);
      return record(
        p.value.map((u, i) => f(u, q.value[i])),
        (gradient) => {
          for (const [i, g] of gradient.entries()) {
            const [du, dv] = partials(p.value[i], q.value[i]);
            p.gradient[i] += g * du;
            q.gradient[i] += g * dv;
          }
        },
        p.columns,
      );
    };
  }

  /** Entry by entry: y = f(u). `slope` gives dy/du from y. */
  const elementwise = (f: (u: number) => number, slope: (y: number) => number) => (p: TapeValue) => {
    const y = p.value.map(f);
    return record(
      y,
      (gradient) => {
        for (const [i, g] of gradient.entries()) p.gradient[i] += g * slope(y[i]);
      },
      p.columns,
    );
  };

  return {
    leaf: (value: number[] | number[][]): TapeValue => record(value.flat(), () => {}, [value[0]].flat().length),
    add: pairwise(
      "add",
      (u, v) => u + v,
      () => [1, 1],
    ),
    subtract: pairwise(
      "subtract",
      (u, v) => u - v,
      () => [1, -1],
    ),
    multiply: pairwise(
      "multiply",
      (u, v) => u * v,
      (u, v) => [v, u],
    ),
    tanh: elementwise(Math.tanh, (y) => 1 - y * y),
    sigmoid: elementwise(
      (u) => (1 + Math.tanh(u / 2)) / 2,
      (y) => y * (1 - y),
    ),
    sum: (p: TapeValue): TapeValue =>
      record([p.value.reduce((total, u) => total + u, 0)], ([g]) => {
        for (let i = 0; i < p.gradient.length; i++) p.gradient[i] += g;
      }),
    /** y = W v; dL/dW = dL/dy v', dL/dv = W' dL/dy. */
    product(W: TapeValue, v: TapeValue): TapeValue {
      const n = W.columns;
      if (v.value.length !== n)
        throw new RangeError(`Cannot multiply a matrix of ${n} columns by ${v.value.length} entries`);
      const rows = [...Array(W.value.length / n).keys()];
      const y = rows.map((i) => v.value.reduce((total, u, j) => total + W.value[i * n + j] * u, 0));
      return record(y, (gradient) => {
        for (const [i, g] of gradient.entries())
          for (let j = 0; j < n; j++) {
            W.gradient[i * n + j] += g * v.value[j];
            v.gradient[j] += g * W.value[i * n + j];
          }
      });
    },
    /** L = log of the sum of exp(o) - o[label]; dL/do = yhat - y. The maximum is taken off, so that exp does not overflow. */
    softmaxCrossEntropy(o: TapeValue, label: number): TapeValue {
      const max = Math.max(...o.value);
      const Z = o.value.reduce((total, u) => total + Math.exp(u - max), 0);
      return record([Math.log(Z) + max - o.value[label]], ([g]) => {
        for (const [i, u] of o.value.entries()) o.gradient[i] += g * (Math.exp(u - max) / Z - (i === label ? 1 : 0));
      });
    },
    /** Fills in every gradient: dL/dL = 1, and then each adjoint, the last operation first. */
    backward(L: TapeValue): void {
      if (L.value.length !== 1) throw new RangeError(`Cannot go back from ${L.value.length} entries: wanted one loss`);
      L.gradient[0] = 1;
      for (const adjoint of adjoints.toReversed()) adjoint();
    },
  };
}

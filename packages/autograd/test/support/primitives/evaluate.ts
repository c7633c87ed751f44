import { dispatch, type ForEachPrimitive, type Region, type Value } from "../../../src/export/primitives.ts";
import { indexAt, sizeOf, stridesOf } from "../../../src/shape.ts";
import { binary, compare, comparisons, type Element, reductions, rounded, unary } from "./arithmetic.ts";
import { choleskyFactor, matricesOf, triangularSolution } from "./matrices.ts";

/** The elements of a value in row-major order. */
export type Elements = readonly Element[];

type Values = Map<number, Elements>;

/** Evaluates a region, one primitive after another, each result rounded to its type. */
export function evaluate(region: Region, inputs: readonly Elements[], outer: Values = new Map()): Elements[] {
  const values: Values = new Map(outer);
  for (const [i, { id }] of region.inputs.entries()) values.set(id, inputs[i] ?? []);
  for (const equation of region.equations) {
    const results = dispatch(kernels, equation, values);
    equation.outputs.forEach(({ id, shape, type }, i) => {
      const elements = results[i] ?? [];
      if (elements.length !== sizeOf(shape)) {
        throw new Error(`${equation.primitive}: ${elements.length} elements for [${shape}]`);
      }
      values.set(
        id,
        elements.map((x) => rounded(x, type)),
      );
    });
  }
  return region.outputs.map((x) => read(values, x));
}

function read(values: Values, { id }: Value): Elements {
  const elements = values.get(id);
  if (elements === undefined) throw new Error(`value ${id} is used before it is computed`);
  return elements;
}

/** One element for each place of a shape. */
const each = (
  shape: readonly number[],
  f: (index: readonly number[], position: number) => Element,
): Element[] => Array.from({ length: sizeOf(shape) }, (_, i) => f(indexAt(i, shape), i));

/** The element of a value at an index. */
const at = (values: Values, x: Value | undefined, index: readonly number[]): Element => {
  if (x === undefined) throw new Error("a value is missing");
  const position = stridesOf(x.shape).reduce((sum, stride, axis) => sum + stride * (index[axis] ?? 0), 0);
  return read(values, x)[position] ?? Number.NaN;
};

const kernels: ForEachPrimitive<[Values], Elements[]> = {
  constant: ({ parameters: { values }, outputs: [y] }) => [
    typeof values === "number" ? each(y?.shape ?? [], () => values) : Array.from(values),
  ],
  iota: ({ parameters: { axis }, outputs: [y] }) => [each(y?.shape ?? [], (index) => index[axis] ?? 0)],
  unary: ({ parameters: { name }, inputs: [x] }, values) => [
    x === undefined ? [] : read(values, x).map((element) => unary[name](Number(element))),
  ],
  binary: ({ parameters: { name }, inputs: [x, y], outputs: [z] }, values) => [
    each(z?.shape ?? [], (index) => binary(name, at(values, x, index), at(values, y, index))),
  ],
  compare: ({ parameters: { name }, inputs: [x, y], outputs: [z] }, values) => [
    each(z?.shape ?? [], (index) => Number(comparisons[name](at(values, x, index), at(values, y, index)))),
  ],
  select: ({ inputs: [condition, x, y], outputs: [z] }, values) => [
    each(z?.shape ?? [], (index) => at(values, at(values, condition, index) ? x : y, index)),
  ],
  convert: ({ inputs: [x] }, values) => [x === undefined ? [] : read(values, x)],
  rounded: ({ inputs: [x] }, values) => [x === undefined ? [] : read(values, x)],
  reshape: ({ inputs: [x] }, values) => [x === undefined ? [] : read(values, x)],
  broadcast: ({ inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) => {
      const own = index.slice(index.length - (x?.shape.length ?? 0));
      return at(
        values,
        x,
        own.map((i, axis) => (x?.shape[axis] === 1 ? 0 : i)),
      );
    }),
  ],
  transpose: ({ parameters: { axes }, inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) =>
      at(
        values,
        x,
        axes.map((_, axis) => index[axes.indexOf(axis)] ?? 0),
      ),
    ),
  ],
  slice: ({ parameters: { start }, inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) =>
      at(
        values,
        x,
        index.map((i, axis) => i + (start[axis] ?? 0)),
      ),
    ),
  ],
  pad: ({ parameters: { before }, inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) => {
      const inside = index.map((i, axis) => i - (before[axis] ?? 0));
      const isInside = inside.every((i, axis) => i >= 0 && i < (x?.shape[axis] ?? 0));
      return isInside ? at(values, x, inside) : 0;
    }),
  ],
  reverse: ({ parameters: { axes }, inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) =>
      at(
        values,
        x,
        index.map((i, axis) => (axes.includes(axis) ? (x?.shape[axis] ?? 0) - 1 - i : i)),
      ),
    ),
  ],
  concatenate: ({ parameters: { axis }, inputs, outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) => {
      let place = index[axis] ?? 0;
      const part = inputs.find(({ shape }) => {
        if (place < (shape[axis] ?? 0)) return true;
        place -= shape[axis] ?? 0;
        return false;
      });
      return at(values, part, index.with(axis, place));
    }),
  ],
  gather: ({ parameters: { axis }, inputs: [x, indices], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) => {
      const rank = indices?.shape.length ?? 0;
      const row = Number(at(values, indices, index.slice(axis, axis + rank)));
      return at(values, x, [...index.slice(0, axis), row, ...index.slice(axis + rank)]);
    }),
  ],
  scatterAdd: ({ parameters: { axis }, inputs: [x, indices], outputs: [y] }, values) => {
    const sums = each(y?.shape ?? [], () => 0);
    const strides = stridesOf(y?.shape ?? []);
    each(x?.shape ?? [], (index) => {
      const to = index.with(axis, Number(at(values, indices, [index[axis] ?? 0])));
      const position = strides.reduce((sum, stride, i) => sum + stride * (to[i] ?? 0), 0);
      sums[position] = Number(sums[position]) + Number(at(values, x, index));
      return 0;
    });
    return [sums];
  },
  dot: ({ parameters: { transposeX, transposeY }, inputs: [x, y], outputs: [z] }, values) => [
    each(z?.shape ?? [], (index) => {
      const [batch, [row = 0, column = 0]] = [index.slice(0, -2), index.slice(-2)];
      const depth = x?.shape.at(transposeX ? -2 : -1) ?? 0;
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        const left = at(values, x, [...batch, ...(transposeX ? [k, row] : [row, k])]);
        sum += Number(left) * Number(at(values, y, [...batch, ...(transposeY ? [column, k] : [k, column])]));
      }
      return sum;
    }),
  ],
  convolution: (
    { parameters: { stride, before, dilation, groups }, inputs: [x, kernel], outputs: [y] },
    values,
  ) => [
    each(y?.shape ?? [], (index) => {
      const [image = 0, output = 0] = [index[0], index.at(-1)];
      const [channels = 0, outputs = 0] = kernel?.shape.slice(-2) ?? [];
      const first = Math.floor(output / (outputs / groups)) * channels;
      let sum = 0;
      each(kernel?.shape.slice(0, -1) ?? [], (place) => {
        const [offset, c = 0] = [place.slice(0, -1), place.at(-1)];
        const on = offset.map(
          (k, i) => (index[i + 1] ?? 0) * (stride[i] ?? 1) - (before[i] ?? 0) + k * (dilation[i] ?? 1),
        );
        if (!on.every((i, axis) => i >= 0 && i < (x?.shape[axis + 1] ?? 0))) return 0;
        sum +=
          Number(at(values, x, [image, ...on, first + c])) * Number(at(values, kernel, [...place, output]));
        return 0;
      });
      return sum;
    }),
  ],
  reduce: ({ parameters: { name, axes }, inputs: [x], outputs: [y] }, values) => {
    const results = new Map<string, Element>();
    each(x?.shape ?? [], (index) => {
      const key = index.map((i, axis) => (axes.includes(axis) ? 0 : i)).join();
      const [before, own] = [results.get(key), at(values, x, index)];
      results.set(key, before === undefined ? own : binary(reductions[name], before, own));
      return 0;
    });
    return [each(y?.shape ?? [], (index) => results.get(index.join()) ?? Number.NaN)];
  },
  argSort: ({ parameters: { axis }, inputs: [x], outputs: [y] }, values) => [
    each(y?.shape ?? [], (index) => {
      const line = Array.from({ length: x?.shape[axis] ?? 0 }, (_, k) =>
        Number(at(values, x, index.with(axis, k))),
      );
      const order = line.map((_, k) => k).sort((j, k) => compare(line[j] ?? 0, line[k] ?? 0));
      return order[index[axis] ?? 0] ?? Number.NaN;
    }),
  ],
  cholesky: ({ inputs: [x], outputs: [y] }, values) => {
    const n = y?.shape.at(-1) ?? 0;
    const lower = matricesOf(x === undefined ? [] : read(values, x), n).map((a) => choleskyFactor(a, n));
    return [lower.flat()];
  },
  triangularSolve: ({ parameters, inputs: [x, y] }, values) => {
    const [n, k] = [x?.shape.at(-1) ?? 0, y?.shape.at(-1) ?? 0];
    const sides = matricesOf(y === undefined ? [] : read(values, y), n, k);
    const triangles = matricesOf(x === undefined ? [] : read(values, x), n);
    return [triangles.flatMap((t, i) => triangularSolution(t, sides[i] ?? [], n, k, parameters))];
  },
  scan: ({ parameters: { body, length, isReversed, carries }, inputs, outputs }, values) => {
    let carried = inputs.slice(0, carries).map((x) => read(values, x));
    const rows: Elements[][] = outputs.slice(carries).map(() => []);
    for (let run = 0; run < length; run++) {
      const place = isReversed ? length - 1 - run : run;
      const own = inputs.slice(carries).map((x) => {
        const size = sizeOf(x.shape.slice(1));
        return read(values, x).slice(place * size, (place + 1) * size);
      });
      const results = evaluate(body, [...carried, ...own], values);
      carried = results.slice(0, carries);
      for (const [i, row] of results.slice(carries).entries()) {
        const stacked = rows[i];
        if (stacked !== undefined) stacked[place] = row;
      }
    }
    return [...carried, ...rows.map((stacked) => stacked.flat())];
  },
  while: ({ parameters: { condition, body }, inputs }, values) => {
    let current = inputs.map((x) => read(values, x));
    while (evaluate(condition, current, values)[0]?.[0]) current = evaluate(body, current, values);
    return current;
  },
};

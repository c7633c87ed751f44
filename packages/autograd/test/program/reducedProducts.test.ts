import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  broadcastTo,
  compile,
  matmul,
  mul,
  type Program,
  random,
  type Tensor,
  tensor,
  transpose,
  wasm,
} from "../../src/index.ts";
import { definitionsOf } from "../../src/interpret/program.ts";
import { bind } from "../../src/op.ts";
import { type Subject, subjects } from "../support/cases/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { scaleOf } from "../support/distance.ts";

// A product that the passes rewrite, under every op that works along an axis. The rewrites that hold for sums alone
// must leave the others as they are.

const [m, k, n] = [3, 4, 5] as const;
const normal = (...shape: number[]): Tensor =>
  random.normal(random.foldIn(random.key(3), Number(shape.join(""))), shape);
const repeated = (x: Tensor, ...shape: number[]): Tensor => broadcastTo(x, shape);
/** The unit vector e₁ in every row. */
const basis = (rows: number, columns: number): Tensor =>
  tensor(Array.from({ length: rows }, () => Array.from({ length: columns }, (_, j) => (j === 1 ? 1 : 0))));

interface Product {
  /** Functions of their inputs that the passes compute otherwise, here or only where it is summed along rows. */
  readonly rewritten: "always" | "summed along rows";
  readonly inputs: readonly Tensor[];
  f(...inputs: Tensor[]): Tensor;
}

const [x, y, row, column, other] = [normal(m, k), normal(k, n), normal(1, n), normal(m, 1), normal(1, k)];
const always = { rewritten: "always" } as const;
const inSums = { rewritten: "summed along rows" } as const;

const products: Readonly<Record<string, Product>> = {
  "equal rows": { ...always, inputs: [other, y], f: (a, b) => matmul(repeated(a, m, k), b) },
  "equal columns": {
    ...always,
    inputs: [x, normal(k, 1)],
    f: (a, b) => matmul(a, repeated(b, k, n)),
  },
  "a factor that is repeated along the axis summed over": {
    ...always,
    inputs: [column, y],
    f: (a, b) => matmul(repeated(a, m, k), b),
  },
  "the other factor so": { ...always, inputs: [x, row], f: (a, b) => matmul(a, repeated(b, k, n)) },
  "both so": { ...always, inputs: [column, row], f: (a, b) => matmul(repeated(a, m, k), repeated(b, k, n)) },
  "a basis vector in every row": { ...always, inputs: [y], f: (b) => matmul(basis(m, k), b) },
  "a transposed factor with equal rows": {
    ...always,
    inputs: [other, y],
    f: (a, b) => matmul(transpose(repeated(a, m, k)), b, { transposeX: true }),
  },
  "a batch with equal rows": {
    ...always,
    inputs: [normal(2, 1, k), normal(2, k, n)],
    f: (a, b) => matmul(repeated(a, 2, m, k), b),
  },
  "the same product twice, once with a factor for each row": {
    ...always,
    inputs: [x, y, column],
    f: (a, b, r) => add(matmul(mul(repeated(r, m, k), a), b), matmul(a, b)),
  },
  "weights for the columns": {
    ...inSums,
    inputs: [x, y, row],
    f: (a, b, w) => mul(matmul(a, b), repeated(w, m, n)),
  },
  "weights for the columns, first": {
    ...inSums,
    inputs: [x, y, row],
    f: (a, b, w) => mul(repeated(w, m, n), matmul(a, b)),
  },
  "constant weights for the columns": {
    ...inSums,
    inputs: [x, y],
    f: (a, b) => mul(matmul(a, b), basis(m, n)),
  },
  "weights for the columns of a batch": {
    ...inSums,
    inputs: [normal(2, m, k), normal(2, k, n), normal(2, 1, n)],
    f: (a, b, w) => mul(matmul(a, b), repeated(w, 2, m, n)),
  },
};

/** Every op of the registry that takes one tensor and works along axes of it. */
const reductions = subjects.filter(
  ({ op, cases }) =>
    ["sum", "lines"].includes(op.traits.kind) &&
    fc.sample(cases, 1).every(({ inputs }) => inputs.length === 1),
);

/** The op along an axis, in the way that its parameters name axes. */
function along({ op, cases }: Subject, axis: number): (x: Tensor) => Tensor {
  const [parameters = {}] = fc.sample(cases, { seed: 1, numRuns: 1 }).map((each) => each.parameters);
  return (z) => {
    const own = {
      ...("axis" in parameters ? { axis } : {}),
      ...("axes" in parameters ? { axes: [axis] } : {}),
      ...("shape" in parameters ? { shape: z.shape.map((size, i) => (i === axis ? 1 : size)) } : {}),
    };
    return bind(op, { ...parameters, ...own }, z);
  };
}

/** How many multiplications the matrix products of a program take. */
function multiplications(program: Program): number {
  return [...definitionsOf(program).values()]
    .filter(({ op }) => op === "matmul")
    .reduce(
      (total, { inputs, output }) => total + (size(inputs[0]) * size(output)) / (output.shape.at(-2) ?? 1),
      0,
    );
}

function size(of: { readonly shape: readonly number[] } | undefined): number {
  return (of?.shape ?? []).reduce((product, each) => product * each, 1);
}

describe.each(Object.entries(products))("%s", (_, { f, inputs, rewritten }) => {
  const rank = f(...inputs).shape.length;
  const isRewritten = (g: (...z: Tensor[]) => Tensor): boolean =>
    multiplications(compile(g).program(...inputs)) <
    multiplications(compile(g, { passes: { repetition: false } }).program(...inputs));

  test.each(reductions)("under $name has the value of the eager op along every axis", (reduction) => {
    for (let axis = 0; axis < rank; axis++) {
      const g = (...z: Tensor[]): Tensor => along(reduction, axis)(f(...z));
      const eager = g(...inputs);
      const compiled = compile(g, { backend: wasm() })(...inputs);
      expectTensorsNear(compiled, eager, 1e-5 * scaleOf(eager), `${reduction.name} along axis ${axis}`);
      const sumsRows = reduction.name === "sumTo" && axis === rank - 1;
      expect(isRewritten(g)).toBe(rewritten === "always" || sumsRows);
    }
  });
});

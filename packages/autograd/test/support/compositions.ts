import fc from "fast-check";
import {
  abs,
  add,
  broadcastTo,
  clamp,
  concat,
  cos,
  cumsum,
  div,
  erf,
  exp,
  expandDims,
  expm1,
  flip,
  gelu,
  greater,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  norm,
  outer,
  pad,
  pow,
  relu,
  reshape,
  sigmoid,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  transpose,
  variance,
  where,
} from "../../src/index.ts";
import { filledSizes, grid, shapes, vector, whole } from "./arbitrary.ts";
import type { VectorFunction } from "./derivatives.ts";

/** A step of a composition: a tensor from one or two that exist already, and a number to choose axes by. */
type Rule = (x: Tensor, y: Tensor, choice: number) => Tensor;

/** An axis of x, by a number; none when x is a scalar. */
function axisOf(x: Tensor, choice: number): { axis: number[] } {
  return { axis: x.rank === 0 ? [] : [choice % x.rank] };
}

/** x with at least one axis. */
const line = (x: Tensor): Tensor => (x.rank === 0 ? expandDims(x, 0) : x);

/** x as a matrix. */
const matrix = (x: Tensor): Tensor =>
  reshape(x, x.rank === 0 ? [1, 1] : [x.shape[0] ?? 1, x.size / (x.shape[0] ?? 1)]);

/** The product of two matrices, transposed as it takes to fit, or else of their means. */
function product(x: Tensor, y: Tensor): Tensor {
  for (const transposeX of [false, true]) {
    for (const transposeY of [false, true]) {
      if (x.shape[transposeX ? 0 : 1] === y.shape[transposeY ? 1 : 0]) {
        return matmul(x, y, { transposeX, transposeY });
      }
    }
  }
  return mul(mean(x), mean(y));
}

/** y, or what of it broadcasts with x. */
function fitting(y: Tensor, x: Tensor, choice: number): Tensor {
  const same = y.shape.join() === x.shape.join();
  if (same) return choice % 3 === 0 ? sum(y, { ...axisOf(y, choice), keepDims: true }) : y;
  return mean(y);
}

/** Smooth everywhere, and of moderate size and slope. */
const SMOOTH: readonly Rule[] = [
  (x) => sin(x),
  (x) => cos(mul(1.5, x)),
  (x) => tanh(x),
  (x) => sigmoid(x),
  (x) => softplus(x),
  (x) => silu(x),
  (x) => gelu(x),
  (x) => erf(x),
  (x) => exp(tanh(x)),
  (x) => expm1(sin(x)),
  (x) => log(add(1.5, sin(x))),
  (x) => log1p(square(tanh(x))),
  (x) => sqrt(add(1, square(sin(x)))),
  (x) => pow(add(2, tanh(x)), -1.5),
  (x, y, choice) => pow(add(2, tanh(x)), fitting(sin(y), x, choice)),
  (x) => neg(x),
  (x, y, choice) => add(x, fitting(y, x, choice)),
  (x, y, choice) => sub(fitting(y, x, choice), x),
  (x, y, choice) => mul(tanh(x), fitting(y, x, choice)),
  (x, y, choice) => div(x, add(1, square(fitting(tanh(y), x, choice)))),
  (x, y) => product(matrix(tanh(x)), matrix(sin(y))),
  (x) => (x.rank < 2 ? x : matmul(tanh(x), sin(x), { transposeY: true })),
  (x) => (x.rank < 3 ? x : matmul(tanh(x), mean(sin(x), { axis: 0 }), { transposeX: true })),
  (x, y) => outer(tanh(mean(x)), y),
  (x) => transpose(x),
  (x) => reshape(x, [x.size]),
  (x, _y, choice) => flip(x, axisOf(x, choice).axis),
  (x) => broadcastTo(x, [2, ...x.shape]),
  (x, y, choice) => (x.shape.join() === y.shape.join() ? stack([x, y, x], choice % (x.rank + 1)) : x),
  (x, _y, choice) => concat([line(x), sin(line(x))], choice % line(x).rank),
  (x, _y, choice) => take(line(x), [0, 0], choice % line(x).rank),
  (x) =>
    slice(
      x,
      x.shape.map(() => 0),
      x.shape.map((size) => Math.ceil(size / 2)),
    ),
  (x) =>
    pad(
      x,
      x.shape.map((size) => [size === 1 ? 1 : 0, 0] as const),
    ),
  (x, _y, choice) => cumsum(line(x), { axis: choice % line(x).rank }),
  (x, _y, choice) => sum(x, axisOf(x, choice)),
  (x, _y, choice) => mean(x, axisOf(x, choice)),
  (x, _y, choice) => variance(x, axisOf(x, choice)),
  (x, _y, choice) => logSumExp(x, axisOf(x, choice)),
  (x, _y, choice) => softmax(line(x), axisOf(line(x), choice)),
  (x, _y, choice) => logSoftmax(line(x), axisOf(line(x), choice)),
  (x, _y, choice) => norm(add(1.5, tanh(x)), axisOf(x, choice)),
];

/** With kinks or jumps, or with a derivative that is not the function's. */
const KINKED: readonly Rule[] = [
  (x) => relu(x),
  (x) => abs(x),
  (x) => clamp(x, -0.5, 0.75),
  (x) => mul(x, stopGradient(sin(x))),
  (x, y, choice) => maximum(x, fitting(y, x, choice)),
  (x, y, choice) => minimum(fitting(y, x, choice), x),
  (x, y, choice) => where(greater(x, 0.25), sin(x), fitting(y, x, choice)),
  (x, _y, choice) => max(x, axisOf(x, choice)),
  (x, _y, choice) => min(x, axisOf(x, choice)),
];

/** A random function of several tensors, and a point to take it at. */
export interface Composition {
  readonly f: VectorFunction;
  readonly x: readonly Tensor[];
  /** The steps, for messages. */
  readonly text: string;
}

interface Step {
  readonly rule: number;
  readonly first: number;
  readonly second: number;
  readonly choice: number;
}

const LARGEST = 24;

/** The results that no later step uses, of the steps in turn. */
function run(rules: readonly Rule[], steps: readonly Step[], inputs: readonly Tensor[]): Tensor[] {
  const nodes = [...inputs];
  const used = new Set<number>();
  const pick = (which: number): Tensor => {
    const index = which % nodes.length;
    used.add(index);
    return nodes[index] ?? tensor(0);
  };
  for (const { rule, first, second, choice } of steps) {
    const apply = rules[rule % rules.length] ?? add;
    const result = apply(pick(first), pick(second), choice);
    nodes.push(result.size > LARGEST ? mean(result, { axis: 0 }) : result);
  }
  return nodes.filter((_, index) => !used.has(index));
}

/** Random compositions of up to `length` steps on one to three tensors. */
export function compositions(
  dtype: "float32" | "float64",
  { smooth, length = 8 }: { smooth: boolean; length?: number },
): fc.Arbitrary<Composition> {
  const rules = smooth ? SMOOTH : [...SMOOTH, ...KINKED, ...KINKED];
  const number = whole(0, 1000);
  const step = fc.record({ rule: number, first: number, second: number, choice: number });
  const input = shapes(0, 3, filledSizes)
    .filter((shape) => shape.reduce((product, size) => product * size, 1) <= 12)
    .chain((shape) =>
      vector(
        shape.reduce((product, size) => product * size, 1),
        grid(-1.5, 1.5),
      ).map((values) => tensor(values, { shape, dtype })),
    );
  return fc
    .tuple(
      fc.array(input, { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 1, maxLength: length }),
    )
    .map(([x, steps]) => ({
      f: (y) => run(rules, steps, y),
      x,
      text: steps
        .map((s) => `${rules[s.rule % rules.length]} of ${s.first}, ${s.second}, ${s.choice}`)
        .join("\n"),
    }));
}

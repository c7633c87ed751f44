import fc from "fast-check";
import { expect } from "vitest";
import {
  add,
  argMax,
  argMin,
  argSort,
  broadcastTo,
  cast,
  concat,
  conv,
  cummax,
  grad,
  isNaN as isUndefined,
  jvp,
  matmul,
  max,
  mean,
  min,
  mul,
  nn,
  norm,
  ones,
  optim,
  pad,
  random,
  reshape,
  scan,
  sin,
  slice,
  softmax,
  sort,
  square,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  transpose,
  tree,
  valueAndGrad,
  zeros,
} from "../../src/index.ts";
import { bind, type Traits } from "../../src/op.ts";
import { type Subject, subjects } from "./cases/index.ts";
import { materialize } from "./cases/opCase.ts";
import { largestDifference, scaleOf } from "./distance.ts";

/** A function with arguments to try it at. */
export interface Example {
  readonly f: (...x: Tensor[]) => Tensor[];
  readonly x: readonly Tensor[];
}

/** Rounding errors of some steps in float32, for values of size 1. */
const FLOAT32 = 4e-6;
const exact: ReadonlySet<string> = new Set(["sort", "argSort", "argMax", "argMin", "cummax", "max", "min"]);

type Kind = Traits<object>["kind"];

/** The ops that are exported: all but the one whose kernel is an algorithm with steps that depend on the values. */
export const exportedSubjects = subjects.filter(({ name }) => name !== "eigh");

/** All exported ops of a kind in some of their applications, as one function, and the op of each result. */
export function applicationsOf(kind: Kind, count: number): Example & { readonly ops: readonly Subject[] } {
  const x: Tensor[] = [];
  const parts = exportedSubjects
    .filter(({ op }) => op.traits.kind === kind)
    .flatMap((subject) =>
      fc.sample(subject.cases, { seed: 20110, numRuns: count }).map(({ parameters, inputs }) => {
        const from = x.length;
        x.push(...inputs.map((input) => materialize(input, "float32")));
        const to = x.length;
        return { subject, apply: (all: Tensor[]) => bind(subject.op, parameters, ...all.slice(from, to)) };
      }),
    );
  return { f: (...all) => parts.map(({ apply }) => apply(all)), x, ops: parts.map(({ subject }) => subject) };
}

/**
 * One step of a training: of a network that learns the score of points by sliced score matching (Song et al. 2019,
 * equation 8), with probes drawn from a key, by Adam.
 */
export function trainingStep(): Example {
  const net = nn.mlp([2, 16, 16, 2], { activation: "softplus" });
  const adam = optim.adam({ learningRate: 1e-2 });
  const params = net.init(random.key(1));
  const points = random.normal(random.key(2), [32, 2]);
  const { leaves, unflatten } = tree.flatten([params, adam.init(params), points, random.key(3)] as const);
  return {
    x: leaves,
    f: (...all) => {
      const [own, state, x, key] = unflatten(all);
      const probes = random.rademacher(key, x.shape);
      const [loss, gradient] = valueAndGrad((p: typeof own) => {
        const [scores, slopes] = jvp((y: Tensor) => net.apply(p, y), [x], [probes]);
        const curvature = sum(mul(probes, slopes), { axis: 1 });
        return mean(add(mul(0.5, sum(square(scores), { axis: 1 })), curvature));
      })(own);
      const [updates, next] = adam.update(gradient, state, own);
      return [loss, ...tree.leaves([optim.applyUpdates(own, updates), next])];
    },
  };
}

/** Loops forwards and backwards, and the derivative of one. */
export function loops(): Example {
  const x = tensor([0.3, -0.7]);
  const rows = random.normal(random.key(4), [5, 2]);
  const last = (start: Tensor, all: Tensor, reverse: boolean): Tensor[] => {
    const [carry, kept] = scan(
      (c: Tensor, row: Tensor) => [sin(add(c, row)), mul(c, row)] as const,
      start,
      all,
      { reverse },
    );
    return [carry, kept];
  };
  const f = (start: Tensor, all: Tensor): Tensor[] => [
    ...last(start, all, false),
    ...last(start, all, true),
    grad((y: Tensor) => last(y, all, true).reduce((total, part) => add(total, sum(square(part))), tensor(0)))(
      start,
    ),
  ];
  return { x: [x, rows], f: (start = x, all = rows) => f(start, all) };
}

/** What becomes of NaN in lines, and of equal elements. */
function unordered(): Example {
  const none = Number.NaN;
  const lines = [
    [none, 1, 2],
    [1, none, 2],
    [2, 1, none],
    [none, Number.POSITIVE_INFINITY, none],
    [1, 0, 1],
  ];
  const x = tensor(lines);
  const f = (y: Tensor): Tensor[] => [
    isUndefined(max(y, { axis: 1 })),
    isUndefined(min(y, { axis: 1 })),
    isUndefined(cummax(y)),
    argMax(y),
    argMin(y),
    argSort(y),
    isUndefined(sort(y)),
  ];
  return { x: [x], f: (y = x) => f(y) };
}

/** What a result may be off, relative to its largest element and at least 1. */
export interface Trial extends Example {
  readonly tolerances: readonly number[];
}

/** All exported ops, a function for each kind, loops and a training step, with what their results may be off. */
export function trials(): Trial[] {
  const kinds = (["elementwise", "movement", "sum", "lines", "matrices", "random"] as const).map((kind) => {
    const { ops, ...example } = applicationsOf(kind, 3);
    const tolerances = ops.map(({ name }) => {
      return kind === "movement" || kind === "random" || exact.has(name) ? 0 : FLOAT32;
    });
    return { ...example, tolerances };
  });
  const whole = (example: Example): Trial => ({ ...example, tolerances: Array<number>(100).fill(FLOAT32) });
  return [...kinds, { ...unordered(), tolerances: [] }, whole(loops()), whole(trainingStep())];
}

/** Fails unless an engine's results are those of the reference, within what each one may be off. */
export function expectTrial({ f, x, tolerances }: Trial, actual: readonly Tensor[]): void {
  const expected = f(...x);
  const kinds = [actual, expected].map((all) => all.map(({ shape, dtype }) => `${dtype} [${shape}]`));
  expect(kinds[0]).toEqual(kinds[1]);
  const wrong = expected.flatMap((y, i) => {
    const difference = largestDifference(actual[i]?.data ?? [], y.data) / scaleOf(y);
    return difference <= (tolerances[i] ?? 0) ? [] : [`result ${i}: off by ${difference}`];
  });
  expect(wrong).toEqual([]);
}

/** A network of one example at a time, at examples of its arguments of which the second one is a batch of some size. */
export function batched(): {
  readonly f: (params: Tensor, x: Tensor) => Tensor[];
  at(size: number): [Tensor, Tensor];
} {
  const key = random.key(7);
  return {
    f: (params, x) => {
      const y = tanh(add(matmul(x, params), slice(params, [0, 0], [1, 4])));
      const image = reshape(y, [x.shape[0] ?? 0, 4, 1]);
      const blurred = conv(image, ones([3, 1, 2]), { stride: 2 });
      const [last, rows] = scan(
        (c: Tensor, row: Tensor) => [add(c, row), mul(c, row)] as const,
        zeros([4]),
        y,
        {
          reverse: true,
        },
      );
      return [
        softmax(y, { axis: 1 }),
        blurred,
        reshape(blurred, [-1]),
        matmul(x, transpose(x)),
        sort(y, { axis: 1 }),
        pad(y, [
          [2, 1],
          [0, 0],
        ]),
        concat([y, broadcastTo(slice(params, [0, 0], [1, 4]), y.shape)]),
        sum(y, { axis: 0 }),
        last,
        rows,
        take(y, cast(argMax(y, { axis: 1 }), "uint32"), 1),
        norm(y, { axis: 0 }),
      ];
    },
    at: (size) => [random.normal(key, [3, 4]), random.normal(key, [size, 3])],
  };
}

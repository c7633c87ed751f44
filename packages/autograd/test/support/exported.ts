import fc from "fast-check";
import {
  add,
  grad,
  jvp,
  mean,
  mul,
  nn,
  optim,
  random,
  scan,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "../../src/index.ts";
import { bind, type Traits } from "../../src/op.ts";
import { type Subject, subjects } from "./cases/index.ts";
import { materialize } from "./cases/opCase.ts";

/** A function with arguments to try it at. */
export interface Example {
  readonly f: (...x: Tensor[]) => Tensor[];
  readonly x: readonly Tensor[];
}

type Kind = Traits<object>["kind"];

/** The ops that are exported: all but those whose kernels are algorithms with steps that depend on the values. */
export const exportedSubjects = subjects.filter(({ op }) => op.traits.kind !== "matrices");

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

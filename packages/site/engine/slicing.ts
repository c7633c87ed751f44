import { add, eye, jvp, matmul, mul, random, square, sum, type Tensor, transpose } from "@scoretape/autograd";
import { probes } from "@scoretape/score";
import { meanOf } from "./plane.ts";

export const laws = ["rademacher", "gaussian", "sphere"] as const;

/** Probes thrown at the Jacobian of a linear score. */
export interface Throw {
  readonly law: (typeof laws)[number];
  readonly dimension: number;
  readonly count: number;
}

/** vᵀJv of each probe, and what the closed forms say of them. */
export function slices({ law, dimension: d, count }: Throw) {
  const key = random.key(d);
  const jacobian = mul(1 / Math.sqrt(d), random.normal(random.foldIn(key, 0), [d, d]));
  const score = (x: Tensor): Tensor => matmul(x, transpose(jacobian));
  const v = probes[law](random.foldIn(key, 1), [count, d]);
  const [, products] = jvp(score, [random.normal(random.foldIn(key, 2), [count, d])], [v]);
  const values = Array.from(sum(mul(v, products), { axis: 1 }).data);
  const symmetric = mul(0.5, add(jacobian, transpose(jacobian)));
  const diagonal = mul(eye(d), jacobian);
  const trace = sum(diagonal).item();
  const norm = sum(square(symmetric)).item();
  const onDiagonal = sum(square(diagonal)).item();
  const variance = {
    rademacher: 2 * (norm - onDiagonal),
    gaussian: 2 * norm,
    sphere: ((2 * d) / (d + 2)) * (norm - (trace * trace) / d),
  };
  const { mean, error } = meanOf(values);
  return { values, trace, mean, error, measured: error * error * count, variance: variance[law] };
}

/** The distance of means from the trace, shrinking: after 1, 2, 4, … probes. */
export function running(
  values: readonly number[],
): readonly { readonly count: number; readonly mean: number }[] {
  const all: { count: number; mean: number }[] = [];
  let total = 0;
  values.forEach((value, i) => {
    total += value;
    if (((i + 1) & i) === 0 || i === values.length - 1) all.push({ count: i + 1, mean: total / (i + 1) });
  });
  return all;
}

import {
  add,
  arange,
  concat,
  cos,
  div,
  type Key,
  linspace,
  mul,
  neg,
  random,
  sin,
  slice,
  sqrt,
  stack,
  sub,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { type DataSet, planar } from "./dataSet.ts";

// Sets along curves in the plane, in ffjord's forms (Grathwohl et al. 2019). They are made part by part; the
// rows are then put in random order, so that any part of a sample is a sample too.

function inRandomOrder(key: Key, points: Tensor): Tensor {
  return take(points, random.permutation(key, points.shape[0] ?? 0));
}

function withNoise(key: Key, points: Tensor, deviation: number): Tensor {
  return add(points, mul(deviation, random.normal(key, points.shape)));
}

/**
 * "2spirals": with r = 3π√u the points (−r cos r + 0.5u₁, r sin r + 0.5u₂), half of them negated; all / 3,
 * + 0.1 z. Both arms have one and a half turns.
 */
export const twoSpirals: DataSet = /* @__PURE__ */ planar("2spirals", (key, n) => {
  const radius = mul(3 * Math.PI, sqrt(random.uniform(random.foldIn(key, 0), [n])));
  const jitter = mul(0.5, random.uniform(random.foldIn(key, 1), [n, 2]));
  const spiral = mul(stack([radius, radius], -1), stack([neg(cos(radius)), sin(radius)], -1));
  const arm = add(spiral, jitter);
  const half = Math.ceil(n / 2);
  const arms = concat([slice(arm, [0, 0], [half, 2]), neg(slice(arm, [half, 0], [n, 2]))]);
  return inRandomOrder(random.foldIn(key, 2), withNoise(random.foldIn(key, 3), div(arms, 3), 0.1));
});

/** "rings": circles of radii 3, 2.25, 1.5 and 0.75, each with a quarter of the points at equal angles; + 0.08 z. */
export const rings: DataSet = /* @__PURE__ */ planar("rings", (key, n) => {
  const circles = [3, 2.25, 1.5, 0.75].map((radius, i) => {
    const count = Math.floor((n + i) / 4); // n in four parts that differ by one at most
    const angle = mul((2 * Math.PI) / Math.max(count, 1), arange(count));
    return mul(radius, stack([cos(angle), sin(angle)], -1));
  });
  return inRandomOrder(random.foldIn(key, 0), withNoise(random.foldIn(key, 1), concat(circles), 0.08));
});

/**
 * "moons": half circles (cos θ, sin θ) and (1 − cos θ, ½ − sin θ), each with half of the points at equal
 * steps of θ over [0, π]; + 0.1 z; then × 2 + (−1, −0.2).
 */
export const moons: DataSet = /* @__PURE__ */ planar("moons", (key, n) => {
  const upper = linspace(0, Math.PI, Math.floor(n / 2));
  const lower = linspace(0, Math.PI, Math.ceil(n / 2));
  const crescents = concat([
    stack([cos(upper), sin(upper)], -1),
    stack([sub(1, cos(lower)), sub(0.5, sin(lower))], -1),
  ]);
  const noisy = withNoise(random.foldIn(key, 1), crescents, 0.1);
  return inRandomOrder(random.foldIn(key, 0), add(mul(2, noisy), tensor([-1, -0.2])));
});

import {
  add,
  exp,
  eye,
  grad,
  hessian,
  linalg,
  matmul,
  mul,
  neg,
  random,
  reshape,
  square,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { data, exactScoreMatching, fisherDivergenceByDensity } from "@scoretape/score";
import type { Point } from "./plane.ts";

const modes = data.gaussianMixture({ weights: [4, 1], means: [[-4], [4]], standardDeviations: 0.6 });
const [POINTS, BUMPS, WIDTH, REACH] = [2000, 16, 1.6, 12];
const centres = tensor([Array.from({ length: BUMPS }, (_, i) => REACH * ((2 * i) / (BUMPS - 1) - 1))]);

/** s(x) = Σ wᵢ·exp(−½(x − cᵢ)²/τ²): linear in its weights. */
const scoreOf =
  (weights: Tensor) =>
  (x: Tensor): Tensor =>
    matmul(exp(mul(-0.5 / (WIDTH * WIDTH), square(sub(x, centres)))), weights);

/** A score learned from two modes far apart, with noise or without, and its error by density. */
export function rareData({ sigma }: { readonly sigma: number }) {
  const clean = modes.sample(random.key(0), POINTS);
  const x = add(clean, mul(sigma, random.normal(random.key(1), clean.shape)));
  const objective = (weights: Tensor): Tensor => exactScoreMatching(scoreOf(weights), x);
  // The objective is quadratic in the weights: one step of Newton's, held back a little where no data are.
  const start = zeros([BUMPS, 1]);
  const curvature = add(reshape(hessian(objective)(start), [BUMPS, BUMPS]), mul(1e-3, eye(BUMPS)));
  const weights = neg(linalg.solve(curvature, grad(objective)(start)));
  const learned = scoreOf(weights);
  const exact = (at: Tensor): Tensor => modes.score(at, sigma);
  const fresh = add(modes.sample(random.key(2), 4000), mul(sigma, random.normal(random.key(3), [4000, 1])));
  const { relative, byDensity } = fisherDivergenceByDensity(learned, modes, fresh, { sigma, parts: 4 });
  const between = tensor(Array.from({ length: 21 }, (_, i) => [-1 + i / 10]));
  const places = tensor(Array.from({ length: 121 }, (_, i) => [7 * ((2 * i) / 120 - 1)]));
  const curve = (score: (at: Tensor) => Tensor): Point[] => {
    const values = score(places).data;
    return Array.from(values, (value, i) => [Number(places.data[i]), value] as Point);
  };
  const [wrong, right] = [learned(between).data, exact(between).data];
  const squares = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, v) => sum + v * v, 0);
  return {
    points: Array.from(clean.data, Number).slice(0, 300),
    exact: curve(exact),
    learned: curve(learned),
    relative,
    rarest: byDensity[0]?.relative ?? 0,
    // ‖s − s*‖²/‖s*‖² from −1 to 1, where there are no data: 1 is that of a score of 0.
    between: squares(Array.from(wrong, (value, i) => value - Number(right[i]))) / squares(right),
  };
}

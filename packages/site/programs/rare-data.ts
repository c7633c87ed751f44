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

// Try 2.5, as wide as the gap.
const sigma = 0;

const p = data.gaussianMixture({ weights: [4, 1], means: [[-4], [4]], standardDeviations: 0.6 });
const drawn = (key: number, n: number): Tensor =>
  add(p.sample(random.key(key), n), mul(sigma, random.normal(random.key(key + 1), [n, 1])));
const x = drawn(0, 2000);

// A score that is linear in its weights, of 16 bumps.
const centres = tensor([Array.from({ length: 16 }, (_, i) => 12 * ((2 * i) / 15 - 1))]);
const scoreOf = (weights: Tensor) => (at: Tensor) =>
  matmul(exp(mul(-0.5 / (1.6 * 1.6), square(sub(at, centres)))), weights);

// Its objective is quadratic: one step of Newton's.
const objective = (weights: Tensor): Tensor => exactScoreMatching(scoreOf(weights), x);
const start = zeros([16, 1]);
const curvature = add(reshape(hessian(objective)(start), [16, 16]), mul(1e-3, eye(16)));
const learned = scoreOf(neg(linalg.solve(curvature, grad(objective)(start))));

const { relative, byDensity } = fisherDivergenceByDensity(learned, p, drawn(2, 4000), { sigma, parts: 4 });
console.log("relative", relative);
console.log("rarest", byDensity[0]?.relative);
console.log("learned at 0:", learned(tensor([[0]])).item(), "exact:", p.score(tensor([[0]]), sigma).item());

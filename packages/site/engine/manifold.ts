import { add, grad, matmul, mul, random, sub, type Tensor, tensor, zeros } from "@scoretape/autograd";
import { data, exactScoreMatching } from "@scoretape/score";
import { grid, type Point, pointsOf } from "./plane.ts";

const line = data.line({ direction: [1, 0.5], profile: "normal" });
const [POINTS, STEPS, RATE] = [500, 200, 0.5];

/** The score of the blurred line with the normal profile: −Ax with A = (vvᵀ + σ²I)⁻¹. */
const scoreOf =
  (A: Tensor) =>
  (x: Tensor): Tensor =>
    mul(-1, matmul(x, A));

/** A linear score learned from points on a line, with noise or without: the loss at each step, and the score at the end. */
export function manifold({ sigma }: { readonly sigma: number }) {
  const clean = line.sample(random.key(0), POINTS);
  const x = add(clean, mul(sigma, random.normal(random.key(1), clean.shape)));
  const loss = (A: Tensor): Tensor => exactScoreMatching(scoreOf(A), x);
  const slope = grad(loss);
  let A = zeros([2, 2]);
  const losses: Point[] = [];
  for (let i = 0; i <= STEPS; i++) {
    losses.push([i, loss(A).item()]);
    if (i < STEPS) A = sub(A, mul(RATE, slope(A)));
  }
  // At a distance of 0.1 from the line.
  const [u = 0, v = 0] = line.direction;
  const across = scoreOf(A)(tensor([[-0.1 * v, 0.1 * u]]));
  const [sx = 0, sy = 0] = across.data;
  const at = grid();
  return {
    points: pointsOf(clean),
    noisy: pointsOf(x),
    places: pointsOf(at),
    score: pointsOf(scoreOf(A)(at)),
    losses,
    last: losses.at(-1)?.[1] ?? 0,
    across: Math.hypot(sx, sy),
    // −½ tr(vvᵀ + σ²I)⁻¹ and 0.1/σ², which do not exist without noise.
    least: sigma > 0 ? -0.5 * (1 / (1 + sigma * sigma) + 1 / (sigma * sigma)) : Number.NEGATIVE_INFINITY,
    exactAcross: sigma > 0 ? 0.1 / (sigma * sigma) : Number.POSITIVE_INFINITY,
  };
}

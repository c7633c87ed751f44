import { div, portable, random, type Tensor, tensor } from "@scoretape/autograd";
import { heun, logLikelihood, probabilityFlow, timeConditional, variancePreserving } from "@scoretape/score";
import { type Point, pointsOf } from "./plane.ts";
import { threeModes } from "./threeModes.ts";

const STEPS = 80;

/** The log density of a point along the probability flow, beside the exact one, and the point's way to noise and back. */
export function likelihood({ point }: { readonly point: Point }) {
  const process = variancePreserving();
  const score = timeConditional((x: Tensor, sigma) => threeModes.score(x, sigma), process);
  const x = tensor([[...point]]);
  const solver = heun({ steps: STEPS });
  const { nats, latent } = logLikelihood(score, x, process, { solver });
  const { trajectory, samples } = probabilityFlow(score, latent, process, { solver, trajectory: 1 });
  // x(ε) = α·x(0) + σ·z.
  const time = tensor(process.minTime);
  const [scale, deviation] = [process.scale(time).item(), process.deviation(time).item()];
  const blurred = threeModes.logDensity(div(x, scale), deviation / scale).item() - 2 * portable.log(scale);
  const [end = [0, 0] as Point] = pointsOf(samples);
  return {
    clean: pointsOf(threeModes.sample(random.key(0), 400)),
    nats: nats.item(),
    exact: blurred,
    path: trajectory.map((state) => pointsOf(state)[0] ?? ([0, 0] as Point)),
    away: Math.hypot(end[0] - point[0], end[1] - point[1]),
  };
}

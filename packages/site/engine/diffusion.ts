import { random, type Tensor } from "@scoretape/autograd";
import {
  data,
  eulerMaruyama,
  heun,
  probabilityFlow,
  timeConditional,
  variancePreserving,
} from "@scoretape/score";
import { pointsOf } from "./plane.ts";

const FRAMES = 40;

/** Noise that becomes data, by the reverse equation with noise or along the flow: a frame every so many steps. */
export function diffusion({ flow }: { readonly flow: boolean }) {
  const process = variancePreserving();
  const score = timeConditional((x: Tensor, sigma) => data.eightGaussians.score(x, sigma), process);
  const start = process.prior.sample(random.key(0), [400, 2]);
  const { trajectory } = flow
    ? probabilityFlow(score, start, process, { solver: heun({ steps: 2 * FRAMES }), trajectory: 2 })
    : eulerMaruyama(score, start, process, { steps: 5 * FRAMES, key: random.key(1), trajectory: 5 });
  return { frames: trajectory.map(pointsOf), isFlow: flow };
}

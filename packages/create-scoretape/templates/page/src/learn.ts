import { type Key, portable, random, type Tensor } from "@scoretape/autograd";
import {
  annealedLangevin,
  data,
  geometricSchedule,
  noiseLevelObjective,
  noiseMlp,
  preconditioned,
  train,
} from "@scoretape/score";

export interface LearnOptions {
  /** Decides all that is random. */
  readonly key: Key;
  /** Steps of the training. */
  readonly steps: number;
  /** How many samples are shown. */
  readonly count: number;
  /** Called every hundred steps with samples of the score as it is. */
  show(step: number, samples: Tensor): void;
}

/** Learns the score of points [n, 2], and shows samples of it as it goes. */
export async function learn(points: Tensor, { key, steps, count, show }: LearnOptions): Promise<void> {
  // In units of their spread, one network and one step size fit all points.
  const units = data.standardize(points);
  // From noise that hides the data to noise that is finer than its details.
  const sigmas = geometricSchedule(2, 0.1, 10);
  const model = preconditioned(noiseMlp({ dimension: 2, hidden: [64, 64], activation: "gelu" }));
  // The same start and noise for every picture: what moves is the network.
  const start = random.normal(random.foldIn(key, 1), [count, 2]);

  await train({
    model,
    objective: noiseLevelObjective("denoising", sigmas),
    data: units.apply(points),
    key: random.foldIn(key, 0),
    steps,
    learningRate: 0.01,
    averageDecay: 0.99,
    checkpointEvery: 100,
    async onCheckpoint({ step, averaged }) {
      const { samples } = annealedLangevin((x, sigma) => model.apply(averaged, x, sigma), start, {
        sigmas,
        stepSize: 0.2 * portable.pow(sigmas.at(-1) ?? 1, 2),
        stepsPerLevel: 20,
        key: random.foldIn(key, 2),
        finalDenoise: true,
      });
      show(step, units.invert(samples));
      // The browser draws.
      await new Promise((resolve) => setTimeout(resolve));
    },
  });
}

import { portable, random } from "@scoretape/autograd";
import {
  annealedLangevin,
  data,
  geometricSchedule,
  noiseLevelObjective,
  noiseMlp,
  preconditioned,
  selected,
  train,
} from "@scoretape/score";

/**
 * Samples of a score that is learned on points [n, d].
 * @param {import("@scoretape/autograd").Tensor} points
 * @param {{ key: import("@scoretape/autograd").Key, steps: number, count: number }} options the key decides all that is
 *   random; steps of the training; how many samples
 */
export async function learn(points, { key, steps, count }) {
  const dimension = points.shape[1] ?? 1;
  // In units of their spread, one network and one step size fit all points.
  const units = data.standardize(points);
  // From noise that hides the data to noise that is finer than its details.
  const sigmas = geometricSchedule(2, 0.05, 15);
  const model = preconditioned(noiseMlp({ dimension, hidden: [64, 64], activation: "gelu" }));

  const state = await train({
    model,
    objective: noiseLevelObjective("denoising", sigmas),
    data: units.apply(points),
    key: random.foldIn(key, 0),
    steps,
    learningRate: 0.01,
    onProgress({ step, loss }) {
      if (step % 500 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
    },
  });
  const parameters = selected(state);

  const start = random.normal(random.foldIn(key, 1), [count, dimension]);
  const { samples } = annealedLangevin((x, sigma) => model.apply(parameters, x, sigma), start, {
    sigmas,
    stepSize: 0.2 * portable.pow(sigmas.at(-1) ?? 1, 2),
    stepsPerLevel: 60,
    key: random.foldIn(key, 2),
    finalDenoise: true,
  });
  return units.invert(samples);
}

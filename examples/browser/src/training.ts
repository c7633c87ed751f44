import { portable, random, type Tensor } from "@scoretape/autograd";
import {
  annealedLangevin,
  data,
  geometricSchedule,
  noiseConditionalMlp,
  noiseLevelObjective,
  train,
} from "@scoretape/score";
import type { ChosenBackend } from "./backend.ts";
import type { Settings } from "./settings.ts";

/** Points of the data, samples drawn for a picture, and training steps from one picture to the next. */
const [POINTS, SAMPLES, PICTURE_EVERY] = [2000, 500, 200];
/** Chains of this many steps at each noise level, of size ε·σ². */
const [STEPS_PER_LEVEL, STEP_SIZE] = [20, 0.2];

/** What a run shows while it goes. */
export interface Display {
  /** Called once, before the first step. */
  begin(points: Tensor): void;
  /** The samples of the network as it is after so many steps. */
  show(step: number, samples: Tensor): void;
  /** Called after every step; the training waits for the promise. */
  progress(step: number, loss: number): Promise<void> | void;
}

/** Trains a score network, drawing samples as it goes, until the steps are done or the signal says stop. */
export async function run(
  settings: Settings,
  backend: ChosenBackend["backend"],
  display: Display,
  signal: { readonly aborted: boolean },
): Promise<void> {
  const [dataKey, trainKey, startKey, sampleKey] = random.split(random.key(settings.seed), 4);
  if (!dataKey || !trainKey || !startKey || !sampleKey) throw new RangeError("split gave fewer keys");
  const set = data.byName(settings.data);
  const points = set.sample(dataKey, POINTS);
  // In units of their spread: an ordinary network and step size fit every set.
  const units = data.standardize(points);
  const sigmas = geometricSchedule(2, 0.1, 10);
  const model = noiseConditionalMlp({ dimension: 2, hidden: [64, 64], activation: "silu" });
  // The same start and the same noise for every picture: what moves is the network.
  const start = random.normal(startKey, [SAMPLES, 2]);

  display.begin(points);
  await train({
    model,
    objective: noiseLevelObjective(settings.objective, sigmas),
    data: units.apply(points),
    key: trainKey,
    steps: settings.steps,
    batchSize: 256,
    learningRate: 0.01,
    // A short memory, so that the pictures keep up with the training.
    averageDecay: 0.99,
    checkpointEvery: PICTURE_EVERY,
    backend,
    signal,
    onProgress: ({ step, loss }) => display.progress(step, loss),
    onCheckpoint({ step, averaged }) {
      const { samples } = annealedLangevin((x, sigma) => model.apply(averaged, x, sigma), start, {
        sigmas,
        stepSize: STEP_SIZE * portable.pow(sigmas.at(-1) ?? 1, 2),
        stepsPerLevel: STEPS_PER_LEVEL,
        key: sampleKey,
        finalDenoise: true,
      });
      display.show(step, units.invert(samples));
    },
  });
}

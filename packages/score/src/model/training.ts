import { cast, matmul, optim, type Tensor, take } from "@scoretape/autograd";
import { logNormalObjective } from "../train/logNormalObjective.ts";
import { noiseLevelObjective } from "../train/objectives.ts";
import type { TrainOptions } from "../train/options.ts";
import type { Description } from "./description.ts";
import { keysOf } from "./keys.ts";
import { noiseLevels } from "./levels.ts";
import { type Parameters, principalNetworkOf } from "./network.ts";
import { numbersOf, regressionIn, residualsOf } from "./regression.ts";
import { splitRows } from "./testRows.ts";
import { standardized } from "./units.ts";

/** The learning rate of the last step, as a share of the first's. */
const LAST_RATE = 0.002;
/** Of images: log σ in training, in units of the data's deviation; steps in which the learning rate rises; β₂ of Adam. */
const IMAGE_NOISE = { mean: 0, deviation: 1.3, dataDeviation: 1 };
const [RISE, IMAGE_BETA] = [50, 0.99];

/**
 * What `train` needs to carry out the training that a description tells of, as the command does: without the rows kept for
 * tests, along the principal axes. A model that is trained anew takes all other rows, as many steps as were best before.
 *
 * @param values all rows, [n, d], in their own units
 * @param labels the number of each row's class, uint32 [n], for a network that is told
 *
 * @example
 * ```ts
 * import { random, tree } from "@scoretape/autograd";
 * import { data, selected, train } from "@scoretape/score";
 * import { describe, fingerprint, trainingOf } from "@scoretape/score/model";
 *
 * const set = data.byName("two-modes");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 500);
 * const origin = { kind: "set", name: set.name, rows: 500, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set }, { steps: 20, hidden: [16] });
 * const state = await train(trainingOf(description, values));
 * console.log(state.step, tree.size(selected(state))); // 20 226
 * ```
 */
export function trainingOf(
  description: Description,
  values: Tensor,
  labels?: Tensor,
): TrainOptions<Parameters> {
  const { settings, steps, refitSteps, network } = description;
  const falling = { initial: settings.learningRate, final: settings.learningRate * LAST_RATE };
  return {
    model: principalNetworkOf(description),
    ...rowsOf(description, values),
    key: keysOf(settings.seed).training,
    steps: refitSteps ?? steps,
    batchSize: settings.batch,
    ...(network.kind === "unet"
      ? {
          objective: logNormalObjective(settings.loss, IMAGE_NOISE),
          learningRate: optim.warmUp(
            Math.min(RISE, steps),
            optim.cosineSchedule({ ...falling, steps: Math.max(1, steps - RISE) }),
          ),
          beta2: IMAGE_BETA,
          ...classesOf(description, labels),
        }
      : {
          objective: noiseLevelObjective(settings.loss, noiseLevels(settings)),
          learningRate: optim.cosineSchedule({ ...falling, steps }),
        }),
    averageDecay: settings.ema,
    weightDecay: settings.weightDecay,
    validationFraction: refitSteps === undefined ? settings.validation : 0,
    ...(settings.patience === 0 ? {} : { patience: settings.patience }),
  };
}

/** The rows that are learned from, along the axes of the network; of a target what its regression leaves, and the given ones. */
function rowsOf(
  description: Description,
  values: Tensor,
): Pick<TrainOptions<Parameters>, "data" | "conditions"> {
  const { settings, standardization, moments } = description;
  const rows = standardized(standardization, splitRows(settings, values).training);
  const numbers = numbersOf(description);
  if (numbers !== null) {
    const [target, given] = [take(rows, numbers.target, 1), take(rows, numbers.given, 1)];
    const residuals = residualsOf(regressionIn(description), target, given);
    return { data: cast(residuals, rows.dtype), conditions: given };
  }
  return { data: moments === undefined ? rows : matmul(rows, cast(moments.axes, rows.dtype)) };
}

/** The classes of the rows that are learned from, where the network is told. */
function classesOf(
  { classes, settings }: Description,
  labels: Tensor | undefined,
): Pick<TrainOptions<Parameters>, "classes"> {
  if (classes === undefined) return {};
  if (labels === undefined) {
    throw new TypeError(
      "trainingOf: the network is told classes; give the number of each row's class, uint32 [n]",
    );
  }
  return { classes: { labels: splitRows(settings, labels).training, none: classes.length } };
}

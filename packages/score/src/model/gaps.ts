import { cast, isNaN as isGap, type Key, random, type Tensor, tensor, where } from "@scoretape/autograd";
import { drawGaps } from "../data/gaps/drawGaps.ts";
import { selected, type TrainingState, withOtherRows } from "../train/events.ts";
import type { TrainOptions } from "../train/options.ts";
import { train } from "../train/train.ts";
import { completed } from "./completed.ts";
import type { Description } from "./description.ts";
import type { Filling } from "./filling.ts";
import { keysOf } from "./keys.ts";
import { modelOf } from "./model.ts";
import type { Parameters } from "./network.ts";
import { trainingOf } from "./training.ts";
import { restored, standardized } from "./units.ts";

/** A training of rows with gaps, and what stands for them. */
export interface FilledState {
  readonly state: TrainingState<Parameters>;
  readonly filling: Filling;
}

/** How a training of rows with gaps goes: as `train`'s options say it, but that a checkpoint has the filling too. */
export interface FillingOptions
  extends Pick<TrainOptions<Parameters>, "backend" | "signal" | "checkpointEvery" | "stepsPerCall"> {
  /** Called for every step, as `train` does it. */
  readonly onProgress?: NonNullable<TrainOptions<Parameters>["onProgress"]>;
  /** Where the training stopped. */
  readonly resume?: FilledState;
  /** Gets the state every so many steps and at the end, as `train`'s does. */
  onCheckpoint?(state: FilledState): void | Promise<void>;
}

/** The shares of the steps after which the gaps are drawn anew. */
const ROUNDS = [0.2, 0.4, 0.6, 0.8] as const;

/**
 * Trains on rows with gaps, as if each gap were one more thing to learn: a stochastic EM algorithm (Celeux & Diebolt 1985; of diffusion
 * models Zhang et al. 2025, DiffPuter). The gaps are first drawn from the normal distribution that the rows make likeliest,
 * given what each row shows, then, each fifth of the steps, from the model as far as it has come. That is
 * consistent where gaps depend on nothing but what their rows still show (missing at random).
 *
 * @param values all rows, [n, d], in their own units, where a gap is NaN
 * @returns the state at the end, or where the signal stopped it, and what stands for the gaps then
 * @throws what `train` throws; RangeError when the description has no moments, as of more than 1,024 columns
 *
 * @example
 * ```ts
 * import { less, random, where } from "@scoretape/autograd";
 * import { data, selected } from "@scoretape/score";
 * import { describe, fingerprint, modelOf, trainWithGaps } from "@scoretape/score/model";
 *
 * const columns = ["x", "y"];
 * const full = data.byName("two-modes").sample(random.key(0), 500);
 * // A tenth of the cells is missing.
 * const values = where(less(random.uniform(random.key(1), [500, 2]), 0.1), Number.NaN, full);
 * const origin = { kind: "file", name: "x.csv", rows: 500, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set: null }, { steps: 20, hidden: [16] });
 * const { state } = await trainWithGaps(description, values);
 * console.log(modelOf(description, selected(state)).sample(random.key(2), 10).shape); // [ 10, 2 ]
 * ```
 */
export async function trainWithGaps(
  description: Description,
  values: Tensor,
  { resume, onCheckpoint, ...options }: FillingOptions = {},
): Promise<FilledState> {
  const key = keysOf(description.settings.seed).gaps;
  const { refitSteps, steps, standardization } = description;
  const ends = [...ROUNDS, 1].map((share) => Math.max(1, Math.round(share * (refitSteps ?? steps))));
  let filling = resume?.filling ?? fillingOf(values, firstDraw(description, values, key), 0);
  let state = resume?.state;
  for (;;) {
    const own = filling;
    state = await train({
      ...trainingOf(description, withFilling(description, values, own)),
      ...options,
      steps: ends[own.round] ?? steps,
      ...(state === undefined ? {} : { resume: state }),
      ...(onCheckpoint === undefined
        ? {}
        : { onCheckpoint: (reached) => onCheckpoint({ state: reached, filling: own }) }),
    });
    if (options.signal?.aborted || own.round >= ROUNDS.length) return { state, filling };
    const round = own.round + 1;
    const model = modelOf(description, selected(state));
    filling = fillingOf(
      values,
      standardized(standardization, completed(model, values, random.foldIn(key, round))),
      round,
    );
    state = withOtherRows(state, ends[own.round - 1] ?? 0);
  }
}

/** The cells of whole rows that are gaps among the values. */
function fillingOf(values: Tensor, whole: Tensor, round: number): Filling {
  const cells = whole.data.filter((_, i) => Number.isNaN(values.data[i]));
  return { round, cells: tensor(Float32Array.from(cells)) };
}

/** Rows with what stands for their gaps, in their own units: [n, d] in float64. */
function withFilling({ standardization: units }: Description, values: Tensor, { cells }: Filling): Tensor {
  let next = 0;
  const isMissing = isGap(cast(values, "float64"));
  const z = tensor(
    Float32Array.from(isMissing.data, (missing) => (missing === 0 ? 0 : (cells.data[next++] ?? Number.NaN))),
    { shape: values.shape },
  );
  return where(isMissing, restored(units, z), cast(values, "float64"));
}

function firstDraw({ moments, standardization }: Description, values: Tensor, key: Key): Tensor {
  if (moments === undefined) {
    throw new RangeError(
      "trainWithGaps: rows of so many columns have no gaps; give whole rows, or fewer columns",
    );
  }
  return drawGaps(moments, standardized(standardization, values), random.foldIn(key, 0));
}

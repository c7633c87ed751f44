import { kindOf, tree } from "@scoretape/autograd";
import type { TrainingState } from "../train/events.ts";
import { type Description, descriptionSchema, hasMoments, isAbsolute } from "./description.ts";
import type { Filling } from "./filling.ts";
import type { Model } from "./model.ts";
import type { Parameters } from "./network.ts";
import { decodeParameters, encodeParameters } from "./parameters.ts";
import { checked } from "./rules.ts";
import { encodeUntrained, encodeVersion2 } from "./version2.ts";

/**
 * A model and its training's state as the bytes of one safetensors file; see docs/model-format.md. A path to the data
 * that only this machine knows stays out of it.
 *
 * @param filling of rows with gaps: what stands for them, as `trainWithGaps` gives it
 * @throws RangeError when a field of the description is not what it must be, with its name
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, train } from "@scoretape/score";
 * import { describe, fingerprint, loadTraining, saveModel, trainingOf } from "@scoretape/score/model";
 *
 * const set = data.byName("line");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 100);
 * const origin = { kind: "set", name: "line", rows: 100, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set }, { hidden: [8], steps: 4 });
 * const training = trainingOf(description, values);
 * const half = saveModel(description, await train({ ...training, signal: { aborted: true } }));
 * const { state } = loadTraining(half);
 * console.log(state.step, (await train({ ...training, resume: state })).step); // 0 4
 * ```
 */
export function saveModel(
  description: Description,
  state: TrainingState<Parameters>,
  filling: Filling | null = null,
): Uint8Array<ArrayBuffer> {
  const sound = checkedAs("saveModel", description);
  if ((sound.gaps === undefined) !== (filling === null)) {
    throw new RangeError(
      `saveModel: filling is ${filling === null ? "null" : "given"} where description.gaps is ${kindOf(sound.gaps)}; give what stands for the gaps where there are any`,
    );
  }
  return encodeVersion2(sound, state, filling);
}

/**
 * A model without its training as the bytes of one safetensors file, a fifth of the size or less, to go anywhere:
 * `loadModel` gives its score and its samples, to the bit, and no state to go on from. The way to its data stays out of it.
 *
 * @throws RangeError when a field of the description is not what it must be, or the parameters are not those of its network
 * @throws TypeError when the parameters are no tree of tensors
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { exportModel, keysOf, loadModel } from "@scoretape/score/model";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const small = loadModel(exportModel(model));
 * const { sampling } = keysOf(4);
 * console.log(small.state, small.sample(sampling, 3).data[0] === model.sample(sampling, 3).data[0]); // null true
 * ```
 */
export function exportModel(model: Pick<Model, "description" | "parameters">): Uint8Array<ArrayBuffer> {
  const { description, parameters } = model ?? {};
  const sound = checkedAs("exportModel", description);
  tree.leaves(parameters, "exportModel");
  const fail = (complaint: string): never => {
    throw new RangeError(`exportModel: ${complaint}; give a model, or parameters that networkOf has made`);
  };
  return encodeUntrained(withoutPath(sound), decodeParameters(encodeParameters(parameters), sound, fail));
}

/**
 * Sees that every field of a description is what it must be: before a training whose model could not be saved.
 *
 * @throws RangeError when one is not, with its name and what it must be
 *
 * @example
 * ```ts
 * import { checkDescription, type Description } from "@scoretape/score/model";
 *
 * const description: Description = {
 *   data: { kind: "file", name: "pair.csv", rows: 12, sha256: "0".repeat(64) },
 *   columns: ["length", "length"],
 *   units: [],
 *   standardization: { mean: [100, -5000], deviation: [2, 10] },
 *   network: { kind: "mlp", hidden: [8] },
 *   settings: {
 *     loss: "sliced-vr", batch: 8, levels: 3, sigmaMax: 3, sigmaMin: 0.1,
 *     learningRate: 0.01, ema: 0.9, validation: 0.1, seed: 0,
 *     weightDecay: 0, testFraction: 0.1, patience: 0, refit: false,
 *   },
 *   steps: 100,
 * };
 * try {
 *   checkDescription(description);
 * } catch (error) {
 *   console.log(String(error)); // RangeError: checkDescription: columns is a list; it must be a list in which no name stands twice
 * }
 * ```
 */
export function checkDescription(description: Description): void {
  checkedAs("checkDescription", description);
}

/** A description as a model's file gives it back: its fields in their order, its path none that only this machine knows. */
export function checkedAs(name: string, description: Description): Description {
  const { moments, ...told } = portable(description) ?? {};
  const fail = (complaint: string): never => {
    throw new RangeError(`${name}: ${complaint}`);
  };
  const sound = checked(descriptionSchema, told, fail);
  if (!hasMoments(sound.network)) {
    return moments === undefined
      ? sound
      : fail('moments belong to a network of kind "preconditioned-mlp" or "energy-mlp"');
  }
  if (moments === undefined) return sound;
  const d = sound.columns.length;
  if (moments.axes?.shape.join() !== `${d},${d}`) {
    fail(`moments are not those of ${d} columns; give data.normalMoments of the standardised rows`);
  }
  return { ...sound, moments };
}

function portable(description: Description): Description {
  const { data } = description ?? {};
  const isElsewhere = data?.kind === "file" && data.path !== undefined && isAbsolute(data.path);
  return isElsewhere ? withoutPath(description) : description;
}

function withoutPath(description: Description): Description {
  if (description.data.kind !== "file") return description;
  const { path: _, ...data } = description.data;
  return { ...description, data };
}

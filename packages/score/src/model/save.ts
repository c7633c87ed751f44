import type { TrainingState } from "../train/events.ts";
import { type Description, descriptionSchema, isAbsolute } from "./description.ts";
import type { Parameters } from "./model.ts";
import { checked } from "./rules.ts";
import { encodeVersion2 } from "./version2.ts";

/**
 * A model and its training's state as the bytes of one safetensors file; see docs/model-format.md. A path to the data
 * that only this machine knows stays out of it.
 *
 * @throws RangeError when a field of the description is not what it must be, with its name
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, train } from "@scoretape/score";
 * import { type Description, fingerprint, loadModel, saveModel, trainingOf, unitsOf } from "@scoretape/score/model";
 *
 * const set = data.byName("line");
 * const { columns } = set;
 * const values = set.sample(random.key(0), 100);
 * const description: Description = {
 *   data: { kind: "set", name: "line", rows: 100, sha256: fingerprint({ columns, values }) },
 *   columns,
 *   units: [],
 *   standardization: unitsOf({ columns, values, set }),
 *   network: { kind: "mlp", hidden: [8] },
 *   settings: {
 *     loss: "denoising", batch: 16, levels: 2, sigmaMax: 1, sigmaMin: 0.5,
 *     learningRate: 0.01, ema: 0.9, validation: 0, seed: 0,
 *   },
 *   steps: 4,
 * };
 * const training = trainingOf(description, values);
 * const half = saveModel(description, await train({ ...training, signal: { aborted: true } }));
 * const { state } = loadModel(half);
 * console.log(state.step, (await train({ ...training, resume: state })).step); // 0 4
 * ```
 */
export function saveModel(
  description: Description,
  state: TrainingState<Parameters>,
): Uint8Array<ArrayBuffer> {
  return encodeVersion2(checkedAs("saveModel", portable(description)), state);
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
  checkedAs("checkDescription", portable(description));
}

function checkedAs(name: string, description: Description): Description {
  return checked(descriptionSchema, description, (complaint) => {
    throw new RangeError(`${name}: ${complaint}`);
  });
}

function portable(description: Description): Description {
  const { data } = description ?? {};
  if (data?.kind !== "file" || data.path === undefined || !isAbsolute(data.path)) return description;
  const { path: _, ...rest } = data;
  return { ...description, data: rest };
}

import { checkOptions } from "@scoretape/autograd";
import { read, type Safetensors, SafetensorsError } from "@scoretape/autograd/safetensors";
import { selected, type TrainingState } from "../train/events.ts";
import type { Filling } from "./filling.ts";
import { type Model, modelOf } from "./model.ts";
import { damaged, ModelError } from "./modelError.ts";
import type { Parameters } from "./network.ts";
import { decodeVersion1 } from "./version1.ts";
import { type Decoded, decodeVersion2, FORMAT, VERSION } from "./version2.ts";

/** A model as it was saved: all that sampling needs, and all that going on with its training does. */
export interface LoadedModel extends Model {
  /** Null where `exportModel` left the training out: it cannot go on. */
  readonly state: TrainingState<Parameters> | null;
  /** Of a training of rows with gaps: what stands for them. */
  readonly filling: Filling | null;
}

/** A model whose training can go on. */
export interface TrainedModel extends LoadedModel {
  readonly state: TrainingState<Parameters>;
}

/** Options of {@link loadModel}. */
export interface LoadOptions {
  /** The text of `model.json`, which a model of version 1 has beside its arrays. */
  readonly description?: string;
}

/**
 * A model from the bytes of its file, `model.safetensors`, of any version: a score and samples in the data's own units,
 * and the state to go on training from, where the file has it ({@link loadTraining} asks for it). Everything in it is looked at: what loads can be used.
 *
 * @param bytes the whole file
 * @throws ModelError when the bytes are no model, are damaged, or are of a later version
 * @throws TypeError when the bytes are neither a Uint8Array nor an ArrayBuffer
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { tensor } from "@scoretape/autograd";
 * import { keysOf, loadModel } from "@scoretape/score/model";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * console.log(model.description.columns); // [ 'length', 'width, in mm' ]
 * console.log(model.score(tensor([[100, -5000]])).shape); // [ 1, 2 ]
 * console.log(model.sample(keysOf(4).sampling, 3).shape); // [ 3, 2 ]
 * ```
 */
export function loadModel(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): LoadedModel {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(file instanceof Uint8Array)) {
    throw new TypeError("loadModel: bytes are no Uint8Array and no ArrayBuffer; give a file's content");
  }
  checkOptions("loadModel", options, { description: "string" });
  const { description, parameters, state, filling } = decode(file, contentOf(file), options);
  return { ...modelOf(description, parameters), state, filling };
}

/**
 * A model as {@link loadModel} gives it, with the state to go on training from.
 *
 * @throws ModelError as loadModel does, and when the training was left out of the file
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { exportModel, loadTraining } from "@scoretape/score/model";
 *
 * const model = loadTraining(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * console.log(model.state.step); // 6
 * try {
 *   loadTraining(exportModel(model));
 * } catch (error) {
 *   console.log(String(error).split(",")[0]); // ModelError: loadModel: the file holds a model without its training
 * }
 * ```
 */
export function loadTraining(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): TrainedModel {
  const model = loadModel(bytes, options);
  const { state } = model;
  if (state !== null) return { ...model, state };
  throw new ModelError(
    "the file holds a model without its training, which cannot go on; give the file that it was exported from",
  );
}

function contentOf(file: Uint8Array): Safetensors {
  try {
    return read(file);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    const [what] = error.message.replace(/^safetensors\.read: /, "").split(";");
    throw new ModelError(`${what}; the file is damaged or no model, get or train it anew`, { cause: error });
  }
}

function decode(file: Uint8Array, content: Safetensors, options: LoadOptions): Decoded {
  const { format, version, training } = content.metadata;
  if (format === undefined && training !== undefined) {
    const { description, state } = decodeVersion1(content, options.description);
    return { description, parameters: selected(state), state, filling: null };
  }
  if (format !== FORMAT) {
    throw new ModelError("the file holds arrays but is no model; give one that scoretape or saveModel wrote");
  }
  if (version === `${VERSION}`) return decodeVersion2(file, content);
  if (!/^[1-9]\d{0,8}$/.test(version ?? "")) damaged("it does not say its version");
  throw new ModelError(
    `the model is of version ${version}, and this program reads versions 1 to ${VERSION}; update scoretape`,
  );
}

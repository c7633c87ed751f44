import { checkOptions } from "@scoretape/autograd";
import { read, type Safetensors, SafetensorsError } from "@scoretape/autograd/safetensors";
import { selected, type TrainingState } from "../train/events.ts";
import type { Description } from "./description.ts";
import { type Model, modelOf } from "./model.ts";
import { damaged, ModelError } from "./modelError.ts";
import type { Parameters } from "./network.ts";
import { decodeVersion1 } from "./version1.ts";
import { decodeVersion2, FORMAT, VERSION } from "./version2.ts";

/** A model as it was saved: all that sampling needs, and all that going on with its training does. */
export interface LoadedModel extends Model {
  readonly state: TrainingState<Parameters>;
}

/** Options of {@link loadModel}. */
export interface LoadOptions {
  /** The text of `model.json`, which a model of version 1 has beside its arrays. */
  readonly description?: string;
}

/**
 * A model from the bytes of its file, `model.safetensors`, of any version: a score and samples in the data's own units,
 * and the state to go on training from. Everything in it is looked at: what loads can be used.
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
  const { description, state } = decode(file, contentOf(file), options);
  return { ...modelOf(description, selected(state)), state };
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

function decode(
  file: Uint8Array,
  content: Safetensors,
  options: LoadOptions,
): { readonly description: Description; readonly state: TrainingState<Parameters> } {
  const { format, version, training } = content.metadata;
  if (format === undefined && training !== undefined) return decodeVersion1(content, options.description);
  if (format !== FORMAT) {
    throw new ModelError("the file holds arrays but is no model; give one that scoretape or saveModel wrote");
  }
  if (version === `${VERSION}`) return decodeVersion2(file, content);
  if (!/^[1-9]\d{0,8}$/.test(version ?? "")) damaged("it does not say its version");
  throw new ModelError(
    `the model is of version ${version}, and this program reads versions 1 to ${VERSION}; update scoretape`,
  );
}

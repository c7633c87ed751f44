import type { Tensor } from "@scoretape/autograd";
import type { Safetensors } from "@scoretape/autograd/safetensors";
import * as v from "valibot";
import { selected, type TrainingState } from "../train/events.ts";
import { isWhole, sealed } from "./checksum.ts";
import { type Description, descriptionSchema } from "./description.ts";
import type { Filling } from "./filling.ts";
import { damaged } from "./modelError.ts";
import { decodeMoments, encodeMoments } from "./moments.ts";
import type { Parameters } from "./network.ts";
import { decodeParameters, encodeParameters } from "./parameters.ts";
import { checked, digits, parsed, sha256 } from "./rules.ts";
import { decodeState, encodeState } from "./state.ts";

/** What a model's file says that it is. */
export const FORMAT = "scoretape model";

/** The format that is written; every one from 1 is read. */
export const VERSION = 2;

/** The rules of the texts beside the arrays. */
export const metadataSchema = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(`${VERSION}`),
  /** A description, as JSON. */
  description: v.string(),
  /** The number of steps that the training has made; not there in a file without it. */
  step: v.exactOptional(digits),
  checksum: sha256,
});

/** What a file holds: all that a model is, and its training where that was not left out. */
export interface Decoded {
  readonly description: Description;
  readonly parameters: Parameters;
  readonly state: TrainingState<Parameters> | null;
  /** What stands for the gaps of the rows of the training, where they have any. */
  readonly filling: Filling | null;
}

/** A checked description and a state as a file. */
export function encodeVersion2(
  description: Description,
  state: TrainingState<Parameters>,
  filling: Filling | null,
): Uint8Array<ArrayBuffer> {
  return encoded(description, encodeState(state, filling), { step: `${state.step}` });
}

/** A checked description and parameters as a file without a training. */
export function encodeUntrained(description: Description, parameters: Parameters): Uint8Array<ArrayBuffer> {
  return encoded(description, encodeParameters(parameters), {});
}

function encoded(
  { moments, ...told }: Description,
  tensors: Readonly<Record<string, Tensor>>,
  texts: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  return sealed({
    tensors: { ...encodeMoments(moments), ...tensors },
    metadata: { format: FORMAT, version: `${VERSION}`, description: JSON.stringify(told), ...texts },
  });
}

/** @throws ModelError unless the file is as it was written, and what it holds can be used */
export function decodeVersion2(file: Uint8Array, { tensors, metadata }: Safetensors): Decoded {
  if (!isWhole(file)) damaged("its checksum does not fit its content");
  const texts = checked(metadataSchema, metadata, damaged);
  const told = checked(descriptionSchema, parsed(texts.description), damaged);
  const { moments, others } = decodeMoments(tensors, told);
  const description = { ...told, ...(moments === undefined ? {} : { moments }) };
  if (texts.step === undefined) {
    const parameters = decodeParameters(others, description, damaged);
    return { description, parameters, state: null, filling: null };
  }
  const { state, filling } = decodeState(others, description, Number(texts.step));
  return { description, parameters: selected(state), state, filling };
}

import type { Safetensors } from "@scoretape/autograd/safetensors";
import * as v from "valibot";
import type { TrainingState } from "../train/events.ts";
import { isWhole, sealed } from "./checksum.ts";
import { type Description, descriptionSchema } from "./description.ts";
import { damaged } from "./modelError.ts";
import { decodeMoments, encodeMoments } from "./moments.ts";
import type { Parameters } from "./network.ts";
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
  /** The number of steps that the training has made. */
  step: digits,
  checksum: sha256,
});

/** A checked description and a state as a file. */
export function encodeVersion2(
  description: Description,
  state: TrainingState<Parameters>,
): Uint8Array<ArrayBuffer> {
  const { moments, ...told } = description;
  return sealed({
    tensors: { ...encodeMoments(moments), ...encodeState(state) },
    metadata: {
      format: FORMAT,
      version: `${VERSION}`,
      description: JSON.stringify(told),
      step: `${state.step}`,
    },
  });
}

/** @throws ModelError unless the file is as it was written, and what it holds can be used */
export function decodeVersion2(
  file: Uint8Array,
  { tensors, metadata }: Safetensors,
): { readonly description: Description; readonly state: TrainingState<Parameters> } {
  if (!isWhole(file)) damaged("its checksum does not fit its content");
  const texts = checked(metadataSchema, metadata, damaged);
  const told = checked(descriptionSchema, parsed(texts.description), damaged);
  const step = Number(texts.step);
  const { moments, others } = decodeMoments(tensors, told);
  const description = { ...told, ...(moments === undefined ? {} : { moments }) };
  return { description, state: decodeState(others, description, step) };
}

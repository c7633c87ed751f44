import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { random } from "@scoretape/autograd";
import { read, type Safetensors, SafetensorsError, write } from "@scoretape/autograd/safetensors";
import type { TrainingState } from "@scoretape/score";
import { writeAtomically } from "../files/atomic.ts";
import { readBytes, readText, statsOf } from "../files/read.ts";
import { UserError } from "../terminal/user-error.ts";
import { decodeState, encodeState } from "./checkpoint.ts";
import { type Description, formatDescription, identityOf, parseDescription } from "./description.ts";
import { type Model, modelOf, networkOf, type Parameters } from "./model.ts";

const DESCRIPTION = "model.json";
const ARRAYS = "model.safetensors";

/** A model as it was saved: all that sampling needs, and all that going on with its training does. */
export interface SavedModel {
  readonly directory: string;
  readonly model: Model;
  readonly state: TrainingState<Parameters>;
}

/**
 * Saves a training's state in a directory: `model.json` says what it is and stays the same during a training;
 * `model.safetensors` holds what changes, and is replaced in one go.
 */
export function saveModel(
  directory: string,
  description: Description,
  state: TrainingState<Parameters>,
): void {
  const file = join(directory, DESCRIPTION);
  const text = formatDescription(description);
  if (!existsSync(file) || readText(file) !== text) writeAtomically(file, text);
  writeAtomically(join(directory, ARRAYS), write(encodeState(state, identityOf(description))));
}

/** The files of a model in a directory. */
export function modelFiles(directory: string): string[] {
  return [join(directory, DESCRIPTION), join(directory, ARRAYS)];
}

/**
 * Opens a saved model.
 *
 * @param path - The directory that `train` wrote, or one of the model's two files.
 * @throws UserError if there is none, or it is damaged.
 */
export function openModel(path: string): SavedModel {
  const directory = modelDirectory(path);
  const description = parseDescription(readText(join(directory, DESCRIPTION)), join(directory, DESCRIPTION));
  const source = join(directory, ARRAYS);
  const arrays = readArrays(source);
  const template = networkOf(description).init(random.key(0));
  const state = decodeState(arrays, identityOf(description), template, source);
  return { directory, model: modelOf(description, state.averaged), state };
}

function readArrays(path: string): Safetensors {
  const bytes = readBytes(path);
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError)
      throw new UserError(`${path} is damaged: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The directory of a model. @throws UserError if there is none */
export function modelDirectory(path: string): string {
  const stats = statsOf(path);
  if (stats === undefined)
    throw new UserError(`there is no model ${path}; give the directory that train wrote`);
  const directory = stats.isDirectory() ? path : dirname(path);
  const isModel = stats.isDirectory()
    ? existsSync(join(path, DESCRIPTION))
    : [DESCRIPTION, ARRAYS].includes(basename(path));
  if (!isModel)
    throw new UserError(`${path} is no model (no ${DESCRIPTION}); give the directory that train wrote`);
  return directory;
}

import { existsSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { TrainingState } from "@scoretape/score";
import {
  type Description,
  saveModel as encode,
  type Filling,
  type LoadedModel,
  type LoadOptions,
  loadModel,
  loadTraining,
  ModelError,
  type Parameters,
  type TrainedModel,
} from "@scoretape/score/model";
import { STDIN } from "../data/source.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readBytes, readText, statsOf } from "../files/read.ts";
import { UserError } from "../terminal/user-error.ts";

const MODEL = "model.safetensors";
/** What a model of version 1 had beside its arrays. */
const DESCRIPTION = "model.json";

/** A model as it was saved. */
export interface SavedModel<M extends LoadedModel = LoadedModel> {
  /** Where its file lies. */
  readonly directory: string;
  /** The files of a model there, which no output may replace. */
  readonly files: readonly string[];
  readonly model: M;
}

/** Saves a model and its training's state in a directory, as one file that is replaced in one go. */
export function saveModel(
  directory: string,
  description: Description,
  state: TrainingState<Parameters>,
  filling: Filling | null,
): void {
  writeAtomically(modelFile(directory), encode(description, state, filling));
  // All that it said is in the file.
  rmSync(join(directory, DESCRIPTION), { force: true });
}

/** The file of a model in a directory. */
export function modelFile(directory: string): string {
  return join(directory, MODEL);
}

/** The files of a model in a directory, of whatever version. */
export function modelFiles(directory: string): string[] {
  return [modelFile(directory), join(directory, DESCRIPTION)];
}

/**
 * Opens a saved model.
 *
 * @param path - The directory that `train` wrote, or a model's file.
 * @throws UserError if there is none, or it is damaged.
 */
export function openModel(path: string): SavedModel {
  return open(path, loadModel);
}

/**
 * Opens a saved model whose training is to go on.
 *
 * @throws UserError if there is none, it is damaged, or the training was left out of it.
 */
export function openTraining(path: string): SavedModel<TrainedModel> {
  return open(path, loadTraining);
}

type Load<M> = (bytes: Uint8Array, options?: LoadOptions) => M;

function open<M extends LoadedModel>(path: string, load: Load<M>): SavedModel<M> {
  const file = fileOf(path);
  const directory = dirname(file);
  try {
    const model = loaded(load, readBytes(file), join(directory, DESCRIPTION));
    return { directory, files: [file, ...modelFiles(directory)], model };
  } catch (error) {
    if (error instanceof ModelError) throw new UserError(`${file}: ${error.what}`, { cause: error });
    throw error;
  }
}

/** The model of some bytes, or of these and the description beside them, as version 1 has it. */
function loaded<M>(load: Load<M>, bytes: Uint8Array, beside: string): M {
  try {
    return load(bytes);
  } catch (error) {
    if (!(error instanceof ModelError && existsSync(beside))) throw error;
    return load(bytes, { description: readText(beside) });
  }
}

/**
 * What a model was trained on, as `openSource` takes it.
 *
 * @throws UserError if that is a file and where it lies is not known
 */
export function dataOf({ directory, model }: SavedModel): string {
  const { data } = model.description;
  if (data.kind === "set") return data.name;
  if (data.path !== undefined) return resolve(directory, data.path);
  if (data.name === STDIN) {
    throw new UserError(
      "the model was trained on rows from standard input; give them again, as a CSV file or by - for standard input",
    );
  }
  throw new UserError(
    `the model was trained on ${data.name}, and does not say where that lies; give the file`,
  );
}

/**
 * The directory of a model that a training is to go on with.
 *
 * @throws UserError if there is none, or its file has another name than the training would give it
 */
export function modelDirectory(path: string): string {
  const file = fileOf(path);
  if (basename(file) === MODEL) return dirname(file);
  throw new UserError(
    `a training goes on in a directory, in its ${MODEL}; put ${path} into one by that name`,
  );
}

function fileOf(path: string): string {
  const stats = statsOf(path);
  if (stats === undefined)
    throw new UserError(`there is no model ${path}; give the directory that train wrote`);
  if (!stats.isDirectory()) return basename(path) === DESCRIPTION ? join(dirname(path), MODEL) : path;
  if (existsSync(join(path, MODEL))) return join(path, MODEL);
  throw new UserError(`${path} is no model (no ${MODEL}); give the directory that train wrote`);
}

import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@scoretape/autograd";
import type { StableHlo } from "@scoretape/autograd/export";
import { write } from "@scoretape/autograd/safetensors";
import { type TrainingState, train } from "@scoretape/score";
import { type Description, type Parameters, saveModel, trainingOf } from "@scoretape/score/model";
import { ensureDirectory, writeAtomically } from "../files/atomic.ts";
import { versions } from "../report/version.ts";
import { UserError } from "../terminal/user-error.ts";
import { programsOf } from "./programs.ts";

const FORMAT = "scoretape job";
const VERSION = 1;
const JOB = "job.json";
/** Steps from one validation to the next, as `train` has them. */
const VALIDATE_EVERY = 100;
const NO_CHECKSUM = "0".repeat(64);

/** What a job is made of. */
export interface JobParts {
  readonly description: Description;
  /** All rows, in their own units. */
  readonly values: Tensor;
  /** The number of each row's class, where the network is told. */
  readonly labels?: Tensor | undefined;
  /** Where an earlier training stopped. */
  readonly resume: TrainingState<Parameters> | null;
  readonly checkpointEvery: number;
}

/** The folder of a job's model, which who carries it out writes. */
export function modelOfJob(directory: string): string {
  return join(directory, "model");
}

/** All files that a job may have. */
export function filesOfJob(directory: string): string[] {
  const names = ["data.safetensors", "start.safetensors", "draw.mlir", "step.mlir", "evaluate.mlir", JOB];
  return names.map((name) => join(directory, name));
}

/** @throws UserError if there is a job already */
export function ensureNoJob(directory: string): void {
  if (!existsSync(join(directory, JOB))) return;
  throw new UserError(
    `${directory} holds a job already; replace it with --overwrite, or choose another --job`,
  );
}

/** Where all of a job is written before it takes the place of another, which a full disk leaves as it was. */
const STAGE = ".scoretape-new";

/**
 * Writes a training as a folder: programs, data, the state to begin with, and `job.json`, which says how they go together,
 * last: without it the folder is no job.
 */
export async function writeJob(
  directory: string,
  { description, values, labels, resume, checkpointEvery }: JobParts,
): Promise<void> {
  const training = {
    ...trainingOf(description, values, ...(labels === undefined ? [] : [labels])),
    validateEvery: VALIDATE_EVERY,
  };
  const { programs, data, validationDraws, keys } = programsOf(training);
  const state = resume ?? (await train({ ...training, signal: { aborted: true } }));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "data.safetensors": write({ tensors: data }),
    "start.safetensors": saveModel(description, state),
    ...Object.fromEntries(Object.entries(programs).map(([name, { text }]) => [`${name}.mlir`, text])),
  };
  const job = {
    format: FORMAT,
    version: VERSION,
    checksum: NO_CHECKSUM,
    made: versions(),
    settings: {
      steps: training.steps,
      batch: training.batchSize ?? 128,
      validateEvery: VALIDATE_EVERY,
      checkpointEvery,
      validationDraws,
      patience: training.patience ?? null,
    },
    keys: { steps: [...keys.steps.data], validation: [...keys.validation.data] },
    programs: Object.fromEntries(
      Object.entries<StableHlo>(programs).map(([name, { signature }]) => [name, signature]),
    ),
    files: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)])),
  };
  const text = JSON.stringify(job);
  // The SHA-256 of the file with zeros in its place.
  put(directory, { ...files, [JOB]: text.replace(NO_CHECKSUM, sha256(text)) });
}

/** Puts files in the place of those of an earlier job, the last of them last, when all are on the disk. */
function put(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const stage = join(directory, STAGE);
  rmSync(stage, { recursive: true, force: true });
  try {
    ensureDirectory(stage);
    for (const [name, content] of Object.entries(files)) writeAtomically(join(stage, name), content);
    for (const path of filesOfJob(directory).toReversed()) rmSync(path, { force: true });
    for (const name of Object.keys(files)) renameSync(join(stage, name), join(directory, name));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

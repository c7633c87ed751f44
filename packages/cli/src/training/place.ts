import { existsSync, rmSync } from "node:fs";
import { basename } from "node:path";
import type { TrainingHistory } from "@scoretape/score";
import { ensureWritable } from "../files/writable.ts";
import { modelFiles, openModel } from "../model/store.ts";
import { isReportOfAnother, resultFiles } from "../report/write.ts";
import { UserError } from "../terminal/user-error.ts";

// The directory that a training writes.

/** All files that a training may write. */
export function filesWritten(directory: string): string[] {
  return [...modelFiles(directory), ...resultFiles(directory)];
}

/** @throws UserError if a file of a training cannot be written */
export function ensurePlace(directory: string): void {
  for (const file of filesWritten(directory)) ensureWritable(file);
}

/** @throws UserError if a training is there already, saying which and how to go on */
export function ensureVacant(directory: string): void {
  const found = filesWritten(directory).filter((file) => existsSync(file));
  if (found.length === 0) return;
  throw new UserError(
    `${directory} ${contentOf(directory, found)}, or start over with --overwrite, or choose another --out`,
  );
}

function contentOf(directory: string, found: readonly string[]): string {
  if (!modelFiles(directory).some((file) => found.includes(file))) {
    return `holds ${found.map((file) => basename(file)).join(", ")} already: move that away`;
  }
  try {
    const { description, state } = openModel(directory).model;
    const { data, steps } = description;
    if (state === null) return `holds a model on ${data.name} without its training: move that away`;
    return (
      `holds a training on ${data.name} (${data.rows} rows) at step ${state.step} of ${steps}: ` +
      "go on with it by --resume"
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `holds a model that cannot be read (${error.message}): move that away`;
  }
}

/** Removes an earlier training's results, the report last: while one of them is there, so is the report that tells. */
export function removeResults(directory: string): void {
  for (const file of resultFiles(directory)) rmSync(file, { force: true });
}

/** Removes results that are not a model's: those of one that was being overwritten when the program was killed. */
export function removeForeignResults(directory: string, history: TrainingHistory): void {
  if (isReportOfAnother(directory, history)) removeResults(directory);
}

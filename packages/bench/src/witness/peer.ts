import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Tensor } from "@scoretape/autograd";
import { read } from "@scoretape/autograd/safetensors";
import { modelOf, type Parameters } from "@scoretape/score/model";
import { type Task, taskFile } from "./task.ts";

/** Another program that trains: from a task's file to the file of what it learned. */
export type Peer = (task: Uint8Array) => Promise<Uint8Array>;

/** The modules of Python that the peer needs. */
export const peerModules = ["torch", "numpy", "safetensors"] as const;

/** Scores of one network in two programs in float32 differ by rounding alone; so much is more than that. */
const TOLERANCE = 1e-3;

/** PyTorch in a Python. */
export function pyTorch(python: string): Peer {
  const script = fileURLToPath(new URL("../../python/witness.py", import.meta.url));
  return async (task) => {
    const folder = mkdtempSync(join(tmpdir(), "scoretape-witness-"));
    const [given, result] = [join(folder, "task.safetensors"), join(folder, "result.safetensors")];
    try {
      writeFileSync(given, task);
      await promisify(execFile)(python, [script, given, result]);
      return readFileSync(result);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

/**
 * The parameters that a peer learned.
 *
 * @throws RangeError when its scores are not those of its parameters in this library's network
 */
export async function learnedBy(peer: Peer, task: Task): Promise<Parameters> {
  const { tensors } = read(await peer(taskFile(task)));
  const named = (name: string): Tensor => {
    const found = tensors[name];
    if (found === undefined) throw new RangeError(`learnedBy: the peer's file has no array ${name}`);
    return found;
  };
  const layers = Object.keys(tensors).filter((name) => name.startsWith("weight"));
  const parameters = layers.map((_, i) => ({ weight: named(`weight${i}`), bias: named(`bias${i}`) }));
  checkScores(task, parameters, named("scores"));
  return parameters;
}

function checkScores({ description, points, levels }: Task, parameters: Parameters, scores: Tensor): void {
  const own = modelOf(description, parameters).principalScore(points, levels);
  own.data.forEach((value, i) => {
    const other = scores.data[i] ?? Number.NaN;
    if (Math.abs(value - other) <= TOLERANCE * Math.max(1, Math.abs(value))) return;
    throw new RangeError(
      `learnedBy: at point ${Math.floor(i / (points.shape[1] ?? 1))} the peer's score is ${other}, that of its ` +
        `parameters here ${value}; the two networks must be the same`,
    );
  });
}

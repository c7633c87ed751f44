import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Tensor } from "@scoretape/autograd";
import { read } from "@scoretape/autograd/safetensors";
import { modelOf, type Parameters } from "@scoretape/score/model";
import { afterFirstSteps } from "./firstSteps.ts";
import { layersOf, named, type Task, taskFile } from "./task.ts";

/** Another program that trains: from a task's file to the file of what it learned. */
export type Peer = (task: Uint8Array) => Promise<Uint8Array>;

/** The modules of Python that the peer needs. */
export const peerModules = ["torch", "numpy", "safetensors"] as const;

/** In float32 two programs differ by rounding alone; so much is more than that. */
const TOLERANCE = 1e-4;

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
 * @throws RangeError unless it is the same network and the same training: the scores that it tells are those of its
 *   parameters here, and the first steps lead from the same start and the same draws to the same parameters
 */
export async function learnedBy(peer: Peer, task: Task): Promise<Parameters> {
  const { tensors } = read(await peer(taskFile(task)));
  const found = (name: string): Tensor => {
    const x = tensors[name];
    if (x === undefined) throw new RangeError(`learnedBy: the peer's file has no array ${name}`);
    return x;
  };
  const { description, first, training, points, levels } = task;
  const learned = layersOf(first.start).map((_, i) => ({
    weight: found(`learned.weight${i}`),
    bias: found(`learned.bias${i}`),
  }));
  const scores = modelOf(description, learned).principalScore(points, levels);
  const expected = { scores, ...named("first", afterFirstSteps(first, training)) };
  for (const [name, x] of Object.entries(expected)) checkEqual(name, found(name), x);
  return learned;
}

function checkEqual(name: string, theirs: Tensor, own: Tensor): void {
  own.data.forEach((value, i) => {
    const other = theirs.data[i] ?? Number.NaN;
    if (Math.abs(value - other) <= TOLERANCE * Math.max(1, Math.abs(value))) return;
    throw new RangeError(
      `learnedBy: ${name} has ${other} there and ${value} here, at ${i} of ${own.size}; the two must do the same`,
    );
  });
}

import { mkdirSync, readFileSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Arrays, StoredArray } from "./arrays.ts";
import type { Workload } from "./workload.ts";

/** A workload with its numbers. */
export interface LoadedWorkload {
  readonly workload: Workload;
  readonly arrays: Arrays;
}

interface Description {
  readonly workload: Workload;
  /** The arrays in the order of their numbers in the other file. */
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * Writes a workload into a folder: `workload.json`, its description and the names and shapes of its arrays, and
 * `arrays.bin`, their numbers one array after the other, little-endian float32.
 */
export function writeWorkload(folder: string, { workload, arrays }: LoadedWorkload): void {
  if (endianness() !== "LE")
    throw new Error("the files of the workloads are little-endian; this machine is not");
  mkdirSync(folder, { recursive: true });
  const list = [...arrays];
  const description: Description = { workload, arrays: list.map(([name, { shape }]) => ({ name, shape })) };
  const bytes = list.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  writeFileAtomic.sync(join(folder, "arrays.bin"), Buffer.concat(bytes));
  writeFileAtomic.sync(join(folder, "workload.json"), `${JSON.stringify(description, null, 2)}\n`);
}

/** Reads what {@link writeWorkload} wrote. @throws RangeError when the two files do not belong together */
export function readWorkload(folder: string): LoadedWorkload {
  const description: Description = JSON.parse(readFileSync(join(folder, "workload.json"), "utf8"));
  const file = readFileSync(join(folder, "arrays.bin"));
  const bytes = new Uint8Array(file);
  const numbers = new Float32Array(bytes.buffer, 0, bytes.length / 4);
  let end = 0;
  const arrays = new Map<string, StoredArray>();
  for (const { name, shape } of description.arrays) {
    const start = end;
    end += shape.reduce((product, length) => product * length, 1);
    arrays.set(name, { shape, data: numbers.subarray(start, end) });
  }
  if (end !== numbers.length) {
    throw new RangeError(`${folder}: its arrays need ${end} numbers, but arrays.bin holds ${numbers.length}`);
  }
  return { workload: description.workload, arrays };
}

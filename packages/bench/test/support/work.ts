import type { Work } from "../../src/worker/work.ts";
import { arraysOf } from "../../src/workloads/arrays.ts";
import type { LoadedWorkload } from "../../src/workloads/files.ts";
import { type ImageNetwork, type Training, type Workload, workloads } from "../../src/workloads/workload.ts";

/** A workload of the benchmark by its id. */
export function workloadOf(id: string): Workload {
  const found = workloads.find((workload) => workload.id === id);
  if (found === undefined) throw new RangeError(`no workload ${id}`);
  return found;
}

/** The same work in little: three dimensions, nets of width 8, 16 points. */
export function tiny(id: string): LoadedWorkload {
  const workload = shrunk(workloadOf(id));
  return { workload, arrays: arraysOf(workload) };
}

function shrunk(workload: Workload): Workload {
  switch (workload.kind) {
    case "training": {
      const outputs = workload.model === "energy" ? 1 : 3;
      return { ...workload, widths: [3, 8, 8, outputs], batch: 16 } satisfies Training;
    }
    case "sampling":
      return { ...workload, particles: 512, steps: 20 };
    case "image-training":
      return { ...workload, network: small, batch: 4 };
    case "image-sampling":
      return { ...workload, network: small, count: 4, sigmas: [20, 1, 0] };
    case "product":
      return { ...workload, m: 12, k: 20, n: 8 };
  }
}

/** A U-Net of the same stages on images of 8×8. */
const small: ImageNetwork = {
  image: [8, 8, 1],
  classes: 3,
  channels: [8, 16],
  block: 2,
  features: 8,
  dataDeviation: 0.5,
};

/** One of each kind of work on points. */
export const kinds = ["W1", "W2", "W3-d2", "W3c-d8", "W4", "W5", "W6", "W7-64"] as const;
/** Work on images. */
export const imageKinds = ["W9", "W10"] as const;

/** What a work computes, after which it also runs. */
export async function outcomeOf(work: Work | Promise<Work>) {
  const opened = await work;
  const outcome = await opened.check();
  await opened.run(2);
  return outcome;
}

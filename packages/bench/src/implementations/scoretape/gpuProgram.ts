import { compile, matmul, random, read, type Tensor, tensor } from "@scoretape/autograd";
import type { GpuProgramMode } from "@scoretape/autograd/gpu";
import { columnVariances, meanSquare, productValues, trainingWork, type Work } from "../../worker/work.ts";
import { arrayOf, type StoredArray } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";
import { BATCHES } from "../../workloads/workload.ts";
import { batchAt, batchesOf, firstGradientNorms, stepsOf, walkOf } from "./steps.ts";

const VARIANT = /^gpu-program-(webgpu|webgl2|webasm)$/;

/** The mode of a variant such as `gpu-program-webgpu`; null of others. */
export function programMode(variant: string): GpuProgramMode | null {
  const mode = VARIANT.exec(variant)?.[1];
  return mode === "webgpu" || mode === "webgl2" || mode === "webasm" ? mode : null;
}

const load = ({ shape, data }: StoredArray): Tensor => tensor(data.slice(), { shape });

/** A workload as a compiled program on GPU.js. The state stays on the device; the last loss of a run is read. */
export async function openOnGpu({ workload, arrays }: LoadedWorkload, mode: GpuProgramMode): Promise<Work> {
  const { gpu } = await import("@scoretape/autograd/gpu");
  const backend = await gpu({ mode });
  const notes = [backend.reason];
  switch (workload.kind) {
    case "image-training":
    case "image-sampling":
      throw new RangeError(`${workload.id}: images are not measured on GPU.js`);
    case "training": {
      const { advance, start } = stepsOf(workload, arrays, load);
      const step = compile(advance, { backend, donate: [0, 1] });
      const batches = batchesOf(arrays, load);
      let { layers, state } = start();
      let loss: Tensor | null = null;
      const steps = {
        async step(i: number) {
          [loss, layers, state] = await step(layers, state, ...batchAt(batches, i));
        },
        loss: async () => (loss === null ? Number.NaN : (await read(loss)).item()),
        gradientNorms: async () => firstGradientNorms({ mean: await read(state.mean) }),
      };
      return trainingWork(BATCHES, steps, notes);
    }
    case "product": {
      const times = compile((x: Tensor, y: Tensor) => matmul(x, y), { backend });
      const [a, b] = [load(arrayOf(arrays, "a")), load(arrayOf(arrays, "b"))];
      return {
        notes,
        check: async () => ({ values: productValues((await read(await times(a, b))).data, workload.n) }),
        async run(iterations) {
          let c: Tensor | null = null;
          for (let i = 0; i < iterations; i++) c = await times(a, b);
          if (c !== null) await read(c);
        },
      };
    }
    case "sampling": {
      const { score, move, checked, x0 } = walkOf(workload, arrays, load);
      // The library's samplers look at every state; here the states stay on the device.
      const step = compile((x: Tensor, key: random.Key) => move(x, score(x), random.normal(key, x.shape)), {
        backend,
      });
      let runs = 0;
      const sample = async (): Promise<Tensor> => {
        runs += 1;
        const keys = random.split(random.key(runs), workload.steps);
        let x = x0;
        for (const key of keys) x = await step(x, key);
        return read(x);
      };
      return {
        notes,
        async check() {
          const [s, next] = await read(await compile(checked, { backend })(x0));
          const variances = columnVariances((await sample()).data, workload.widths[0] ?? 1);
          return { values: [meanSquare(s.data), meanSquare(next.data)], variances };
        },
        async run(iterations) {
          for (let i = 0; i < iterations; i++) await sample();
        },
      };
    }
  }
}

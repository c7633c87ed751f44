import { GPU } from "gpu.js";
import { productValues, type Work } from "../../worker/work.ts";
import { arrayOf } from "../../workloads/arrays.ts";
import type { LoadedWorkload } from "../../workloads/files.ts";

/** The kernel of GPU.js's own introduction, one element of the product in each thread. */
const naive = (depth: number): string => `function (a, b) {
  let sum = 0;
  for (let i = 0; i < ${depth}; i++) {
    sum += a[this.thread.y][i] * b[i][this.thread.x];
  }
  return sum;
}`;

/** A product on GPU.js alone. The variants are its modes: `cpu`, and `gpu`, the best that it finds. */
export function open({ workload, arrays }: LoadedWorkload, variant: string): Work {
  if (workload.kind !== "product") throw new Error("GPU.js has no derivatives: only products");
  if (variant !== "cpu" && variant !== "gpu") throw new RangeError(`GPU.js has no mode "${variant}"`);
  const { m, k, n } = workload;
  const rows = (name: string, width: number): Float32Array[] => {
    const { data } = arrayOf(arrays, name);
    return Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));
  };
  const [a, b] = [rows("a", k), rows("b", n)];
  const multiply = new GPU({ mode: variant }).createKernel(naive(k)).setOutput([n, m]);
  const times = (): Float32Array[] => multiply(a, b) as Float32Array[];
  return {
    notes: [`its mode ${variant} runs ${nameOfKernel(multiply)}`],
    check: () => ({
      values: productValues(
        times().flatMap((row) => [...row]),
        n,
      ),
    }),
    run(iterations) {
      for (let i = 0; i < iterations; i++) times();
    },
  };
}

/** The mode that really runs: in the mode `gpu` a plain one may step in. */
function nameOfKernel(kernel: object): string {
  const inner: unknown = "kernel" in kernel ? kernel.kernel : undefined;
  const mode: unknown =
    typeof inner === "object" && inner !== null ? Reflect.get(inner.constructor, "mode") : undefined;
  return typeof mode === "string" ? mode : "an unknown kernel";
}

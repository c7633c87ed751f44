import type { Suite } from "../suite.ts";
import { compiled, kernels } from "./compiled.ts";
import { elementwise } from "./elementwise.ts";
import { gpuPrograms } from "./gpu.ts";
import { matmul } from "./matmul.ts";
import { overhead } from "./overhead.ts";
import { training } from "./training.ts";

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [
  matmul,
  overhead,
  elementwise,
  training,
  compiled,
  kernels,
  gpuPrograms,
];

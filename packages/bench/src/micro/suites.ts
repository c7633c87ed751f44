import { allocation } from "./allocation.ts";
import { compileTime } from "./compileTime.ts";
import { convolutions } from "./convolutions.ts";
import { gpuPrograms } from "./gpu.ts";
import { jobs } from "./jobs.ts";
import { kernels } from "./kernels.ts";
import { matmul } from "./matmul.ts";
import { ops } from "./ops.ts";
import { overhead } from "./overhead.ts";
import type { Suite } from "./suite.ts";
import { unetSteps } from "./unet.ts";

/** Every suite of microbenchmarks, in the order in which they run. */
export const suites: readonly Suite[] = [
  ops,
  overhead,
  compileTime,
  allocation,
  kernels,
  convolutions,
  unetSteps,
  jobs,
  matmul,
  gpuPrograms,
];

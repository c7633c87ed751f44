// Runs in a browser: what it finds goes back to the test as plain numbers.
import "../../../autograd/test/gpu/page/observe.ts";
import type { GpuProgramMode } from "@scoretape/autograd/gpu";
import type { objectiveNames } from "@scoretape/score";
import { openMode, workIn } from "../../../autograd/test/gpu/page/backends.ts";
import { type ComparedObjective, objectiveParity, trainingParity } from "../support/gpuParity.ts";

Object.assign(globalThis, {
  openMode,
  objective: (mode: GpuProgramMode, name: ComparedObjective) =>
    workIn(mode, (backend) => objectiveParity(name, backend)),
  training: (mode: GpuProgramMode, name: (typeof objectiveNames)[number], steps: number) =>
    workIn(mode, (backend) => trainingParity(name, steps, backend)),
});

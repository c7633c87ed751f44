export { gpuBackend } from "./backends/gpu/backend.ts";
export type { GpuBackend, GpuMode, GpuOptions, GpuStats } from "./backends/gpu/contract.ts";
export {
  type GpuProgramBackend,
  type GpuProgramMode,
  type GpuProgramOptions,
  gpu,
} from "./compile/gpu/gpu.ts";

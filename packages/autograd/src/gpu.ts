export { gpuBackend } from "./backends/gpu/backend.ts";
export type { GpuBackend, GpuMode, GpuOptions, GpuStats } from "./backends/gpu/contract.ts";
export type { GpuProgramMode } from "./backends/gpu/devices/contract.ts";
export {
  type GpuProgramBackend,
  type GpuProgramOptions,
  gpu,
} from "./compile/gpu/gpu.ts";

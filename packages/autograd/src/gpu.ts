export type { GpuProgramMode } from "./backends/gpu/devices/contract.ts";
export { gpuBackend } from "./backends/gpu/eager/backend.ts";
export type { GpuBackend, GpuMode, GpuOptions, GpuStats } from "./backends/gpu/eager/contract.ts";
export {
  type GpuProgramBackend,
  type GpuProgramOptions,
  gpu,
} from "./compile/gpu/backend.ts";

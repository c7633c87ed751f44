export { gpuBackend } from "./backends/gpu/backend.ts";
export type { GpuBackend, GpuMode, GpuOptions, GpuStats } from "./backends/gpu/contract.ts";

import { observe } from "./observe.ts";

/** What a process holds of WebGPU's. */
export class DeviceMemory {
  private readonly living = new Map<unknown, number>();
  private made = 0;
  private readonly undo: readonly (() => void)[];

  /** Watches from now on: in Node, the classes are there once a backend is. */
  constructor() {
    const makes = (): void => {
      this.made++;
    };
    this.undo = [
      observe("GPUDevice", "createBuffer", (buffer) => {
        const size: unknown = typeof buffer === "object" && buffer !== null ? Reflect.get(buffer, "size") : 0;
        this.living.set(buffer, Number(size));
      }),
      observe("GPUBuffer", "destroy", (_, buffer) => {
        this.living.delete(buffer);
      }),
      observe("GPUDevice", "createBindGroup", makes),
      observe("GPUDevice", "createShaderModule", makes),
      observe("GPUDevice", "createComputePipeline", makes),
      observe("GPUDevice", "createComputePipelineAsync", makes),
    ];
  }

  /** The buffers that were made and not destroyed, their bytes, and the bindings and shaders made so far. */
  now(): { readonly buffers: number; readonly bytes: number; readonly made: number } {
    const bytes = [...this.living.values()].reduce((sum, size) => sum + size, 0);
    return { buffers: this.living.size, bytes, made: this.made };
  }

  /** Watches no longer. */
  close(): void {
    for (const undo of this.undo) undo();
  }
}

import type { BuiltKernel } from "./builtKernel.ts";
import type { DeviceCommand, DevicePlan, DeviceProgram } from "./contract.ts";
import {
  COPY_FROM,
  COPY_TO,
  type GpuBuffer,
  type GpuComputePass,
  type GpuDevice,
  type GpuEncoder,
  MAP_READ,
  STORAGE,
  UNIFORM,
} from "./webgpuTypes.ts";
import { workgroupsOf } from "./workgroups.ts";

/** A command with its pipeline, its arrays and its size. */
interface Dispatch {
  readonly pipeline: object;
  readonly group: object;
  readonly groups: readonly [number, number, number];
}

/** What a program tells its device. */
export interface ProgramHooks {
  /** Throws when the device is lost. */
  check(): void;
  /** A kernel runs. */
  ran(): void;
  /** The program no longer needs its kernels. */
  released(): void;
}

/** Whether a buffer was taken away while it was being mapped. */
function isAbort(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "AbortError";
}

/** Calls that may wait in the queue before the caller has to wait too. */
const MOST_WAITING = 32;

/** A program whose buffers and bindings are made once: a call is one list of commands. */
export class WebgpuProgram implements DeviceProgram {
  private readonly device: GpuDevice;
  private readonly hooks: ProgramHooks;
  private readonly buffers: readonly GpuBuffer[];
  private readonly parameters: GpuBuffer;
  private readonly dispatches: readonly Dispatch[];
  private readonly staging: { readonly buffer: GpuBuffer; busy: boolean }[] = [];
  private encoder: GpuEncoder | null = null;
  private pass: GpuComputePass | null = null;
  private waiting = 0;
  private disposed = false;

  constructor(device: GpuDevice, plan: DevicePlan, kernels: readonly BuiltKernel[], hooks: ProgramHooks) {
    this.device = device;
    this.hooks = hooks;
    const { limits } = device;
    const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    for (const size of plan.places) {
      if (4 * size > largest) {
        throw new RangeError(
          `compile: an array of ${size} elements is larger than the ${largest} bytes that this GPU takes in one; ` +
            "take a smaller batch",
        );
      }
    }
    this.buffers = plan.places.map((size) =>
      device.createBuffer({ size: Math.max(4 * size, 16), usage: STORAGE | COPY_FROM | COPY_TO }),
    );
    const stride = alignedTo(
      limits.minUniformBufferOffsetAlignment,
      Math.max(...kernels.map((k) => k.parameterBytes), 16),
    );
    this.parameters = device.createBuffer({
      size: stride * Math.max(plan.commands.length, 1),
      usage: UNIFORM | COPY_TO,
    });
    const values = new Uint32Array((stride / 4) * plan.commands.length);
    this.dispatches = plan.commands.map((command, i) => {
      const kernel = kernels[i];
      if (kernel === undefined) throw new Error("gpu: a command has no kernel");
      return this.dispatch(command, kernel, i * stride, values.subarray((i * stride) / 4));
    });
    if (values.length > 0) device.queue.writeBuffer(this.parameters, 0, values);
  }

  private dispatch(
    { source, inputs, output }: DeviceCommand,
    kernel: BuiltKernel,
    at: number,
    values: Uint32Array,
  ): Dispatch {
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    const { groups, width } = workgroupsOf(source.grid, kernel.workgroup, most);
    values.set([source.grid[0] ?? 1, source.grid[1] ?? 1, 1, width]);
    source.inputs.forEach(([x = 1, y = 1], i) => {
      values.set([x, y, 1, x * y], (kernel.sizesAt[i] ?? 0) / 4);
    });
    const bound = [...inputs, output].map((place) => this.bufferAt(place));
    const group = this.device.createBindGroup({
      layout: kernel.layout,
      entries: [
        { binding: 0, resource: { buffer: this.parameters, offset: at, size: kernel.parameterBytes } },
        ...bound.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    });
    return { pipeline: kernel.pipeline, group, groups };
  }

  write(place: number, values: Float32Array): void {
    this.begin();
    this.device.queue.writeBuffer(this.bufferAt(place), 0, values);
  }

  copy(from: DeviceProgram, source: number, to: number, size: number): void {
    if (!(from instanceof WebgpuProgram)) throw new TypeError("gpu: an array of another kind of device");
    const [read, written] = [from.bufferAt(source), this.bufferAt(to)];
    if (read !== written) this.outsidePass().copyBufferToBuffer(read, 0, written, 0, 4 * size);
  }

  run(command: number): void {
    const dispatch = this.dispatches[command];
    if (dispatch === undefined) throw new RangeError(`gpu: there is no command ${command}`);
    this.encoder ??= this.begin().createCommandEncoder();
    this.pass ??= this.encoder.beginComputePass();
    this.pass.setPipeline(dispatch.pipeline);
    this.pass.setBindGroup(0, dispatch.group);
    this.pass.dispatchWorkgroups(...dispatch.groups);
    this.hooks.ran();
  }

  submit(): Promise<void> | void {
    this.flush();
    this.waiting++;
    if (this.waiting < MOST_WAITING) return undefined;
    this.waiting = 0;
    return this.device.queue.onSubmittedWorkDone().then(() => this.hooks.check());
  }

  async read(place: number, size: number): Promise<Float32Array> {
    const bytes = 4 * size;
    const entry = this.stagingOf(bytes);
    entry.busy = true;
    try {
      this.outsidePass().copyBufferToBuffer(this.bufferAt(place), 0, entry.buffer, 0, bytes);
      this.flush();
      await entry.buffer.mapAsync(MAP_READ, 0, bytes);
      // Unmapping takes the range away.
      const values = new Float32Array(entry.buffer.getMappedRange(0, bytes).slice(0));
      entry.buffer.unmap();
      this.hooks.check();
      return values;
    } catch (error) {
      // A lost device is the better reason; what is mapped hears of the loss before those who wait for it.
      if (!this.disposed && isAbort(error)) await this.device.lost;
      this.hooks.check();
      throw error;
    } finally {
      entry.busy = false;
    }
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    // What was not handed over is not wanted any more.
    this.encoder = null;
    this.pass = null;
    for (const buffer of [...this.buffers, this.parameters]) buffer.destroy();
    for (const { buffer } of this.staging) buffer.destroy();
    this.hooks.released();
  }

  private begin(): GpuDevice {
    this.hooks.check();
    if (this.disposed) throw new Error("compile: this program was disposed of");
    return this.device;
  }

  private outsidePass(): GpuEncoder {
    this.encoder ??= this.begin().createCommandEncoder();
    this.pass?.end();
    this.pass = null;
    return this.encoder;
  }

  private flush(): void {
    if (this.encoder === null) return;
    const encoder = this.outsidePass();
    this.encoder = null;
    this.device.queue.submit([encoder.finish()]);
  }

  private bufferAt(place: number): GpuBuffer {
    const buffer = this.buffers[place];
    if (buffer === undefined) throw new RangeError(`gpu: there is no place ${place}`);
    return buffer;
  }

  private stagingOf(bytes: number): { readonly buffer: GpuBuffer; busy: boolean } {
    const free = this.staging.find(({ buffer, busy }) => !busy && buffer.size >= bytes);
    if (free !== undefined) return free;
    const made = {
      buffer: this.begin().createBuffer({ size: alignedTo(16, bytes), usage: MAP_READ | COPY_TO }),
      busy: false,
    };
    this.staging.push(made);
    return made;
  }
}

function alignedTo(alignment: number, bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

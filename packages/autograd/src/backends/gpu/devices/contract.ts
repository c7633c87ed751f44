import type { KernelSource } from "../kernels/source.ts";

/** The ways in which GPU.js runs whole programs. */
export type GpuProgramMode = "webgpu" | "webgl2" | "webasm";

/** One run of a kernel on places in a program's memory. */
export interface DeviceCommand {
  readonly source: KernelSource;
  readonly inputs: readonly number[];
  /** A place that is none of the inputs. */
  readonly output: number;
}

/** What a program consists of on a device. */
export interface DevicePlan {
  /** The elements that each place has room for. */
  readonly places: readonly number[];
  readonly commands: readonly DeviceCommand[];
}

/** A program's memory and kernels on a device. Everything happens in the order of the calls. */
export interface DeviceProgram {
  /** Fills a place from its start. */
  write(place: number, values: Float32Array): void;
  /** Copies the first elements of a place, of this program or another one of the device. */
  copy(from: DeviceProgram, source: number, to: number, size: number): void;
  /** Runs a command of the plan. */
  run(command: number): void;
  /** Hands over what has been asked for so far; waits while the device is far behind. */
  submit(): Promise<void> | void;
  /** The first elements of a place as they are now. */
  read(place: number, size: number): Promise<Float32Array>;
  /** Frees the memory. */
  dispose(): void;
}

/** A device that runs programs. */
export interface ComputeDevice {
  readonly mode: GpuProgramMode;
  /** GPU.js's class of kernel that runs. */
  readonly kernelClass: string;
  /** What the driver calls itself. */
  readonly adapter: string;
  /** Whether the processor does the work after all: a software renderer, or WebAssembly. */
  readonly software: boolean;
  /** How many neighbouring elements a kernel can return. */
  readonly mostPerThread: 1 | 4;
  /** Whether kernels draw the same random bits as the reference. */
  readonly draws: boolean;
  /** Compiles a program's kernels, unless they are known, and takes its memory. */
  load(plan: DevicePlan): Promise<DeviceProgram>;
  /** Why the device can do nothing any more; `null` while it can. */
  lost(): string | null;
  /** Runs of kernels so far, and kernels now kept. */
  stats(): { readonly runs: number; readonly kernels: number };
  close(): Promise<void>;
}

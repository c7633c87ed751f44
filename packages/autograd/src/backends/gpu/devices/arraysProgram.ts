import type { KernelSource } from "../kernels/source.ts";
import type { DevicePlan, DeviceProgram } from "./contract.ts";

/** How a device that hands out an array for each run of a kernel deals with them. */
export interface Arrays<Kernel, Value> {
  upload(values: Float32Array): Value;
  run(kernel: Kernel, inputs: readonly Value[], source: KernelSource): Value;
  /** Another hold on an array. */
  share(value: Value): Value;
  read(value: Value, size: number): Float32Array;
  free(value: Value): void;
  /** Throws when the device is lost. */
  check(): void;
}

/** A program whose kernels hand out their results: a place holds the latest that was put there. */
export class ArraysProgram<Kernel, Value> implements DeviceProgram {
  private readonly plan: DevicePlan;
  private readonly kernels: readonly Kernel[];
  private readonly arrays: Arrays<Kernel, Value>;
  private readonly released: () => void;
  private readonly values: (Value | undefined)[];

  /** @param released is called when the program no longer needs its kernels */
  constructor(
    plan: DevicePlan,
    kernels: readonly Kernel[],
    arrays: Arrays<Kernel, Value>,
    released: () => void,
  ) {
    this.plan = plan;
    this.kernels = kernels;
    this.arrays = arrays;
    this.released = released;
    this.values = plan.places.map(() => undefined);
  }

  write(place: number, values: Float32Array): void {
    this.put(place, this.arrays.upload(values));
  }

  copy(from: DeviceProgram, source: number, to: number): void {
    // Programs of one device have values of one kind.
    if (!(from instanceof ArraysProgram)) throw new TypeError("gpu: an array of another kind of device");
    const others: ArraysProgram<Kernel, Value> = from;
    if (others !== this || source !== to) this.put(to, this.arrays.share(others.at(source)));
  }

  run(index: number): void {
    const command = this.plan.commands[index];
    const kernel = this.kernels[index];
    if (command === undefined || kernel === undefined)
      throw new RangeError(`gpu: there is no command ${index}`);
    const inputs = command.inputs.map((place) => this.at(place));
    this.put(command.output, this.arrays.run(kernel, inputs, command.source));
  }

  submit(): void {
    this.arrays.check();
  }

  async read(place: number, size: number): Promise<Float32Array> {
    this.arrays.check();
    const values = this.arrays.read(this.at(place), size);
    // What a context reads after its loss is zeros.
    this.arrays.check();
    return values;
  }

  dispose(): void {
    this.values.forEach((value, place) => {
      if (value !== undefined) this.arrays.free(value);
      this.values[place] = undefined;
    });
    this.released();
  }

  private at(place: number): Value {
    const value = this.values[place];
    if (value === undefined) throw new Error(`gpu: nothing was put in place ${place} yet`);
    return value;
  }

  private put(place: number, value: Value): void {
    const before = this.values[place];
    this.values[place] = value;
    if (before !== undefined) this.arrays.free(before);
  }
}

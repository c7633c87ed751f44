import { type KernelSource, outputSize } from "../../backends/gpu/kernels/source.ts";
import type { Equation, Variable } from "../../interpret/program.ts";

/** An array on the device, by its number. */
export type ArrayId = number;

/** What becomes of the elements of a value on its way to the device. */
export type Conversion =
  | { readonly kind: "elements" }
  /** Row numbers, all below a size. */
  | { readonly kind: "indices"; readonly op: string; readonly axis: number; readonly size: number }
  /** A key as the numbers that draws are made with. */
  | { readonly kind: "key" };

/** One step of a program as it runs. */
export type Command =
  | {
      readonly kind: "kernel";
      readonly source: KernelSource;
      readonly inputs: readonly ArrayId[];
      readonly output: ArrayId;
    }
  /** An op without a kernel on the device, on the reference kernel. */
  | { readonly kind: "host"; readonly equation: Equation }
  /** A value from the device to the host. */
  | { readonly kind: "read"; readonly array: ArrayId; readonly variable: Variable }
  /** A value from the host to the device. */
  | {
      readonly kind: "write";
      readonly array: ArrayId;
      readonly variable: Variable;
      readonly conversion: Conversion;
    };

/** An array on the device. */
export interface ArrayInfo {
  /** The elements that it needs room for. */
  readonly size: number;
  /** Whether it keeps its memory to itself. */
  readonly exclusive: boolean;
}

/** Commands in order, and the arrays that they work on. */
export class Code {
  readonly arrays: ArrayInfo[] = [];
  readonly commands: Command[] = [];

  /** A new array; an exclusive one keeps its elements from one call to the next. */
  array(size: number, exclusive: boolean): ArrayId {
    this.arrays.push({ size, exclusive });
    return this.arrays.length - 1;
  }

  /** Adds a run of a kernel, and names the array of its result. */
  kernel(source: KernelSource, inputs: readonly ArrayId[]): ArrayId {
    const output = this.array(outputSize(source), false);
    this.commands.push({ kind: "kernel", source, inputs, output });
    return output;
  }

  /** Adds runs of kernels that read what the one before wrote, the first of them the given arrays. */
  sequence(sources: readonly KernelSource[], inputs: readonly ArrayId[]): ArrayId {
    let latest = inputs;
    for (const source of sources) latest = [this.kernel(source, latest)];
    const [result] = latest;
    if (result === undefined) throw new Error("gpu: a sequence of kernels is empty");
    return result;
  }

  /** Gives an array a place of its own for good. */
  keep(array: ArrayId): void {
    const info = this.arrays[array];
    if (info !== undefined) this.arrays[array] = { ...info, exclusive: true };
  }
}

import { chainOf, elementwiseKernel, partsOf, readsOf } from "../../backends/gpu/kernels/chain.ts";
import { sumKernels } from "../../backends/gpu/kernels/sums.ts";
import type { Values } from "../../dtype.ts";
import type { Equation, Program, Variable } from "../../interpret/program.ts";
import type { Donation } from "../../program/memory.ts";
import { type Loop, type Step, schedule } from "../../program/schedule.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { pairDonations } from "../donation.ts";
import { lowerLoop } from "../loop.ts";
import type { LoweringOptions } from "../lowering.ts";
import { callOf } from "./calls.ts";
import { type ArrayId, Code, type Conversion } from "./code.ts";
import type { DeviceCode, DeviceTraits, Result } from "./deviceCode.ts";

/** The elements that the host computes a second time at most. */
const LARGEST_RECOMPUTED = 2 ** 20;

/** Writes a program as commands: float32 arrays on the device, keys, indices and float64 on the host. */
export function lowerForDevice(program: Program, options: LoweringOptions, traits: DeviceTraits): DeviceCode {
  return new Lowering(program, options, traits).result();
}

class Lowering {
  private readonly program: Program;
  private readonly options: LoweringOptions;
  private readonly traits: DeviceTraits;
  private readonly steps: readonly Step[];
  private readonly code = new Code();
  private readonly roots = new Map<Variable, Variable>();
  private readonly arrays = new Map<Variable, ArrayId>();
  private readonly conversions = new Map<string, ArrayId>();
  /** The values that the host has once the commands so far have run. */
  private readonly known = new Set<Variable>();
  private readonly uploads: { input: number; array: ArrayId }[] = [];
  private readonly hostInputs = new Set<number>();
  private readonly constants: { array: ArrayId; values: Values }[] = [];
  private readonly constantValues: ReadonlyMap<Variable, Tensor>;
  private readonly definitions: ReadonlyMap<Variable, Equation>;

  constructor(program: Program, options: LoweringOptions, traits: DeviceTraits) {
    this.program = program;
    this.options = options;
    this.traits = traits;
    this.constantValues = new Map(program.constants.map(({ variable, value }) => [variable, value]));
    this.definitions = new Map(program.equations.map((equation) => [equation.output, equation]));
    this.steps = schedule(program, options);
  }

  result(): DeviceCode {
    for (const step of this.steps) this.lower(step);
    const { program, code } = this;
    const results = program.outputs.map((variable) => this.resultOf(variable));
    return {
      code,
      uploads: this.uploads,
      hostInputs: [...this.hostInputs],
      constants: this.constants,
      results,
      donations: this.donations(results),
      rootOf: (variable) => this.rootOf(variable),
    };
  }

  private lower(step: Step): void {
    if (step.kind === "alias") this.alias(step.equation);
    else if (step.kind === "loop") this.loop(step);
    else this.call(step.equation);
  }

  private alias({ output, inputs: [x] }: Equation): void {
    if (x !== undefined) this.roots.set(output, this.rootOf(x));
  }

  /** One kernel per value that is needed outside of the loop, and one or more per sum. */
  private loop(step: Loop): void {
    const { kernel, sizes, inputs, outputs } = lowerLoop(step, (x) => this.literalOf(x));
    const arrays = inputs.map((x) => this.arrayOf(x));
    kernel.outputs.forEach(({ value, axes, sum }, i) => {
      const output = outputs[i];
      if (output === undefined) return;
      const stored = new Map<number, ArrayId>(arrays.entries());
      let array: ArrayId | undefined;
      const parts = partsOf(chainOf(kernel, value));
      parts.forEach((part, index) => {
        const reads = readsOf(part).flatMap((read) => stored.get(read) ?? []);
        const isSum = index === parts.length - 1 && sum && axes.includes(false);
        array = isSum
          ? this.code.sequence(sumKernels(part, sizes, axes), reads)
          : this.code.kernel(elementwiseKernel(part, sizes), reads);
        stored.set(part.value, array);
      });
      if (array !== undefined) this.arrays.set(output, array);
    });
  }

  private call(equation: Equation): void {
    const array = callOf(equation, {
      code: this.code,
      ...this.traits,
      arrayOf: (x) => this.arrayOf(x),
      converted: (x, conversion) => this.converted(x, conversion),
    });
    if (array !== null) {
      this.arrays.set(equation.output, array);
      return;
    }
    this.computeOnHost(equation);
  }

  private computeOnHost(equation: Equation): void {
    for (const x of equation.inputs) this.toHost(x);
    this.code.commands.push({ kind: "host", equation });
    this.known.add(equation.output);
  }

  private rootOf(variable: Variable): Variable {
    return this.roots.get(variable) ?? variable;
  }

  /** The device's array of a value of floats, brought there if need be. */
  private arrayOf(variable: Variable): ArrayId {
    const root = this.rootOf(variable);
    const known = this.arrays.get(root);
    if (known !== undefined) return known;
    const array = this.code.array(sizeOf(root.shape), true);
    this.arrays.set(root, array);
    const input = this.program.inputs.indexOf(root);
    const constant = this.constantValues.get(root);
    if (input >= 0) this.uploads.push({ input, array });
    else if (constant !== undefined) this.constants.push({ array, values: constant.data });
    else this.code.commands.push({ kind: "write", array, variable: root, conversion: { kind: "elements" } });
    return array;
  }

  /** The array of a value as the host converts it. */
  private converted(variable: Variable, conversion: Conversion): ArrayId {
    const root = this.rootOf(variable);
    this.recompute(root);
    const key = `${root.index} ${JSON.stringify(conversion)}`;
    const known = this.conversions.get(key);
    if (known !== undefined) return known;
    this.toHost(root);
    const array = this.code.array(conversion.kind === "key" ? 40 : sizeOf(root.shape), true);
    this.conversions.set(key, array);
    this.code.commands.push({ kind: "write", array, variable: root, conversion });
    return array;
  }

  /**
   * Lets the host compute what the device computes from keys and constants alone, such as row numbers that were drawn:
   * then the device need not be waited for.
   */
  private recompute(variable: Variable): void {
    const order: Equation[] = [];
    if (!this.dependsOnKeysOnly(variable, order, new Set())) return;
    if (order.reduce((sum, { output }) => sum + sizeOf(output.shape), 0) > LARGEST_RECOMPUTED) return;
    for (const equation of order) this.computeOnHost(equation);
  }

  /** Whether a value depends on nothing that is on the device; adds what has to be computed for it in order. */
  private dependsOnKeysOnly(variable: Variable, order: Equation[], seen: Set<Variable>): boolean {
    const root = this.rootOf(variable);
    if (this.known.has(root) || this.constantValues.has(root) || seen.has(root)) return true;
    seen.add(root);
    const definition = this.definitions.get(root);
    if (definition === undefined) return root.dtype !== "float32";
    if (!definition.inputs.every((x) => this.dependsOnKeysOnly(x, order, seen))) return false;
    if (definition.fill !== null) order.push(definition);
    return true;
  }

  /** Brings a value to the host if need be. */
  private toHost(variable: Variable): void {
    const root = this.rootOf(variable);
    if (this.known.has(root)) return;
    this.known.add(root);
    const input = this.program.inputs.indexOf(root);
    if (input >= 0) this.hostInputs.add(input);
    else if (!this.constantValues.has(root)) {
      this.code.commands.push({ kind: "read", array: this.arrayOf(root), variable: root });
    }
  }

  /** A constant that can stand in a kernel's text. */
  private literalOf(variable: Variable): number | null {
    const constant = this.constantValues.get(variable);
    if (constant?.size !== 1 || constant.dtype !== "float32") return null;
    const value = constant.item();
    const magnitude = Math.abs(value);
    return value === 0 || (magnitude > 1e-30 && magnitude < 1e9) ? value : null;
  }

  private resultOf(variable: Variable): Result {
    const root = this.rootOf(variable);
    const constant = this.constantValues.get(root);
    if (constant !== undefined && root === variable) return { kind: "constant", value: constant };
    const isOnDevice = this.arrays.has(root) || (variable.dtype === "float32" && sizeOf(root.shape) > 0);
    if (this.known.has(root) || !isOnDevice) {
      this.toHost(root);
      return { kind: "host", variable };
    }
    const array = this.arrayOf(root);
    this.code.keep(array);
    return { kind: "array", variable, array };
  }

  private donations(results: readonly Result[]): DeviceCode["donations"] {
    const { program, options } = this;
    const isUploaded = (input: number): boolean => this.uploads.some((upload) => upload.input === input);
    // An input that is an output too must stay what it was.
    const returned = new Set(program.outputs.map((x) => this.rootOf(x)));
    return pairDonations(program, options.donated ?? []).flatMap(({ input, output }: Donation) => {
      const [from, to] = [program.outputs.indexOf(output), program.inputs.indexOf(input)];
      return results[from]?.kind === "array" && isUploaded(to) && !returned.has(input)
        ? [{ input: to, result: from }]
        : [];
    });
  }
}

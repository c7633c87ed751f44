import { chainOf, elementwiseKernel, partsOf, readsOf } from "../../backends/gpu/kernels/chain.ts";
import { sumKernels } from "../../backends/gpu/kernels/sums.ts";
import type { Axes } from "../../backends/wasm/fused/graph.ts";
import type { Equation, Program, Variable } from "../../interpret/program.ts";
import type { Donation } from "../../program/plan.ts";
import { type Loop, type Step, schedule } from "../../program/schedule.ts";
import { pairDonations } from "../donation.ts";
import { lowerLoop } from "../loop.ts";
import type { LoweringOptions } from "../lowering.ts";
import { type ArrayId, Code } from "./code.ts";
import type { DeviceCode, DeviceTraits, Result } from "./deviceCode.ts";
import { callOf } from "./kernels.ts";
import { ProgramValues } from "./values.ts";

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
  private readonly values: ProgramValues;

  constructor(program: Program, options: LoweringOptions, traits: DeviceTraits) {
    this.program = program;
    this.options = options;
    this.traits = traits;
    this.values = new ProgramValues(program, this.code);
    this.steps = schedule(program, options);
  }

  result(): DeviceCode {
    for (const step of this.steps) this.lower(step);
    const { program, code, values } = this;
    const results = program.outputs.map((variable) => this.resultOf(variable));
    return {
      code,
      uploads: values.uploads,
      hostInputs: [...values.hostInputs],
      constants: values.constants,
      results,
      donations: this.donations(results),
      rootOf: (variable) => values.rootOf(variable),
    };
  }

  private lower(step: Step): void {
    if (step.kind === "alias") this.alias(step.equation);
    else if (step.kind === "loop") this.loop(step);
    else if (step.kind === "call") this.call(step.equation);
    else throw new Error("gpu: a loop was not unrolled");
  }

  private alias({ output, inputs: [x] }: Equation): void {
    if (x !== undefined) this.values.alias(output, x);
  }

  /** One kernel per value that is needed outside of the loop, which reads those before it, and one or more per sum. */
  private loop(step: Loop): void {
    const { kernel, sizes, inputs, outputs } = lowerLoop(step, (x) => this.values.literalOf(x));
    const stored = new Map<number, ArrayId>(inputs.map((x) => this.values.arrayOf(x)).entries());
    const computed = new Map<number, Axes>();
    const whole = sizes.map(() => true);
    kernel.outputs.forEach(({ value, axes, sum }, i) => {
      const output = outputs[i];
      if (output === undefined) return;
      let array = computed.has(value) ? stored.get(value) : undefined;
      const parts = array !== undefined && !sum ? [] : partsOf(chainOf(kernel, value, computed));
      parts.forEach((part, index) => {
        const reads = readsOf(part).flatMap((read) => stored.get(read) ?? []);
        const isSum = index === parts.length - 1 && sum && axes.includes(false);
        array = isSum
          ? this.code.sequence(sumKernels(part, sizes, axes), reads)
          : this.code.kernel(elementwiseKernel(part, sizes), reads);
        if (isSum) return;
        stored.set(part.value, array);
        computed.set(part.value, whole);
      });
      if (array !== undefined) this.values.define(output, array);
    });
  }

  private call(equation: Equation): void {
    const { code, values, traits } = this;
    const array = callOf(equation, {
      code,
      ...traits,
      arrayOf: (x) => values.arrayOf(x),
      converted: (x, conversion) => values.converted(x, conversion),
    });
    if (array === null) values.computeOnHost(equation);
    else values.define(equation.output, array);
  }

  private resultOf(variable: Variable): Result {
    const { values } = this;
    const root = values.rootOf(variable);
    const constant = values.constantOf(root);
    if (constant !== undefined && root === variable) return { kind: "constant", value: constant };
    if (values.isOnHost(variable)) {
      values.toHost(root);
      return { kind: "host", variable };
    }
    const array = values.arrayOf(root);
    this.code.keep(array);
    return { kind: "array", variable, array };
  }

  private donations(results: readonly Result[]): DeviceCode["donations"] {
    const { program, options, values } = this;
    const isUploaded = (input: number): boolean => values.uploads.some((upload) => upload.input === input);
    // An input that is an output too must stay what it was.
    const returned = new Set(program.outputs.map((x) => values.rootOf(x)));
    return pairDonations(program, options.donated ?? []).flatMap(({ input, output }: Donation) => {
      const [from, to] = [program.outputs.indexOf(output), program.inputs.indexOf(input)];
      return results[from]?.kind === "array" && isUploaded(to) && !returned.has(input)
        ? [{ input: to, result: from }]
        : [];
    });
  }
}

import type { Backend, Operand } from "../backend.ts";
import type { Values } from "../dtype.ts";
import { allConstants, type Program, type Variable } from "../interpret/program.ts";
import { planMemory } from "../program/plan.ts";
import { allSteps, type Step, schedule } from "../program/schedule.ts";
import { sizeOf } from "../shape.ts";
import { Dense } from "../tensor.ts";
import { iterate } from "./iterate.ts";
import type { Executable, LoweringOptions, ProgramBackend } from "./lowering.ts";

/**
 * Programs on the kernels of an eager backend: one kernel call per equation, every array planned once, so that a
 * run allocates nothing but its results. The same kernels in the same order as eager ops: the same bits.
 */
export function interpretedBy(backend: Backend): ProgramBackend {
  return {
    name: backend.name,
    keepsOrder: true,
    lower: (program, options) => lower(program, backend, options),
  };
}

function lower(program: Program, backend: Backend, options: LoweringOptions): Executable {
  const steps = schedule(program, { loops: false });
  const plan = planMemory(program, steps, { reuse: options.reuseMemory ?? true });
  const memory = new ArrayBuffer(plan.end);
  const operands = new Map<Variable, Operand>();
  const operandOf = (variable: Variable): Operand => {
    const known = operands.get(variable);
    if (known !== undefined) return known;
    const operand = { ...variable, data: view(memory, variable, plan.offsets.get(variable)) };
    operands.set(variable, operand);
    return operand;
  };
  for (const { variable, value } of allConstants(program)) operandOf(variable).data.set(value.data);
  const bytes = new Uint8Array(memory);
  const runsOf = (step: Step): (() => void)[] => {
    if (step.kind === "scan") {
      const inside = step.steps.flatMap(runsOf);
      return [iterate(step.equation, inside, bytes, (x) => plan.offsets.get(x) ?? 0)];
    }
    if (step.kind !== "call") return [];
    const { fill, inputs, output } = step.equation;
    const [into, from] = [operandOf(output), inputs.map(operandOf)];
    return [() => fill?.(backend, into, from)];
  };
  const runs = steps.flatMap(runsOf);
  const inputs = program.inputs.map(operandOf);
  const outputs = program.outputs.map(operandOf);
  return {
    run(values) {
      inputs.forEach(({ data }, i) => {
        const value = values[i];
        if (value !== undefined) data.set(value.data);
      });
      for (const run of runs) run();
      return outputs.map(({ shape, dtype, data }) => new Dense(shape, data.slice(), dtype, backend));
    },
    describe: () => ({
      backend: backend.name,
      steps: allSteps(steps).filter(({ kind }) => kind === "call").length,
      bytes: plan.end,
    }),
    dispose() {},
  };
}

/** The elements of a variable in the program's memory. */
export function view(memory: ArrayBufferLike, { shape, dtype }: Variable, offset = 0): Values {
  const size = sizeOf(shape);
  switch (dtype) {
    case "float32":
      return new Float32Array(memory, offset, size);
    case "float64":
      return new Float64Array(memory, offset, size);
    case "uint32":
      return new Uint32Array(memory, offset, size);
  }
}

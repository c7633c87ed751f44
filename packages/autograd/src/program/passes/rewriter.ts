import type { KernelName, KernelParameters } from "../../backend.ts";
import {
  type Equation,
  equationOf,
  type Iteration,
  outputsOf,
  Program,
  type Variable,
} from "../../interpret/program.ts";
import type { Op } from "../../op.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** A step from one program to an equal one. */
export interface Pass {
  readonly name: string;
  run(program: Program): Program;
}

/** An equation that applies the op of this name. */
export type Application<K extends KernelName> = Equation & { readonly parameters: KernelParameters[K] };

/** Whether an equation applies the named op; its parameters are then of that op's type. */
export function applies<K extends KernelName>(
  equation: Equation | undefined,
  op: K,
): equation is Application<K> {
  return equation?.op === op;
}

/** Builds a new program from an old one, equation by equation, with some values replaced by others. */
export class Rewriter {
  private readonly program: Program;
  private readonly replacements = new Map<Variable, Variable>();
  private readonly definitions = new Map<Variable, Equation>();
  private readonly values: Map<Variable, Tensor>;
  private readonly equations: (Equation | Iteration)[] = [];
  /** The first index that is free; looked for when it is needed. */
  private next: number | null = null;

  constructor(program: Program) {
    this.program = program;
    this.values = new Map(program.constants.map(({ variable, value }) => [variable, value]));
  }

  /** What stands for a value of the old program by now. */
  resolve(variable: Variable): Variable {
    const replacement = this.replacements.get(variable);
    return replacement === undefined ? variable : this.resolve(replacement);
  }

  /** The equation, already in the new program, that computes a value; none for inputs and constants. */
  definition(variable: Variable): Equation | undefined {
    return this.definitions.get(variable);
  }

  /** The value of a constant. */
  constant(variable: Variable): Tensor | undefined {
    return this.values.get(variable);
  }

  /** An equation with its inputs resolved. */
  resolved<E extends Equation | Iteration>(equation: E): E {
    const { inputs } = equation;
    if (!inputs.some((x) => this.replacements.has(x))) return equation;
    return { ...equation, inputs: inputs.map((x) => this.resolve(x)) };
  }

  /** Takes over an equation, with its inputs resolved. */
  keep(equation: Equation | Iteration): void {
    this.push(this.resolved(equation));
  }

  /** Lets another value stand for an old one. */
  replace(old: Variable, by: Variable): void {
    if (old !== by) this.replacements.set(old, by);
  }

  /** Adds an application of an op. */
  emit<P extends object>(op: Op<P>, parameters: P, inputs: readonly Variable[]): Variable {
    const shape = op.shape(parameters, ...inputs.map((x) => x.shape));
    const dtype = op.dtype(parameters, ...inputs.map((x) => x.dtype));
    const output = this.variable(shape, dtype);
    this.push(equationOf(op, parameters, inputs, output));
    return output;
  }

  /** Adds a constant. */
  emitConstant(value: Tensor): Variable {
    const variable = this.variable(value.shape, value.dtype);
    this.values.set(variable, value);
    return variable;
  }

  /** The new program, without the constants that nothing uses any more; the old one where all was kept. */
  finish(): Program {
    if (this.replacements.size === 0 && this.next === null) return this.program;
    const outputs = this.program.outputs.map((x) => this.resolve(x));
    const used = new Set(outputs);
    for (const { inputs } of this.equations) for (const input of inputs) used.add(input);
    const constants = [...this.values]
      .filter(([variable]) => used.has(variable))
      .map(([variable, value]) => ({ variable, value }));
    return new Program(this.program.inputs, constants, this.equations, outputs);
  }

  private push(equation: Equation | Iteration): void {
    this.equations.push(equation);
    if (!("body" in equation)) this.definitions.set(equation.output, equation);
  }

  private variable(shape: Shape, dtype: Variable["dtype"]): Variable {
    const index = this.next ?? firstFreeIndex(this.program);
    this.next = index + 1;
    return { index, shape, dtype };
  }
}

/** The index after that of all values of a program. */
function firstFreeIndex({ inputs, constants, equations }: Program): number {
  let last = -1;
  const count = ({ index }: Variable): void => {
    last = Math.max(last, index);
  };
  inputs.forEach(count);
  for (const { variable } of constants) count(variable);
  for (const equation of equations) outputsOf(equation).forEach(count);
  return last + 1;
}

/** A pass that looks at each op in turn: it returns what stands for its output, or `null` to keep it. Loops are kept. */
export function eachEquation(
  name: string,
  visit: (equation: Equation, rewriter: Rewriter) => Variable | null,
): Pass {
  return {
    name,
    run(program) {
      const rewriter = new Rewriter(program);
      for (const equation of program.equations) {
        if ("body" in equation) {
          rewriter.keep(equation);
          continue;
        }
        const resolved = rewriter.resolved(equation);
        const replacement = visit(resolved, rewriter);
        if (replacement === null) rewriter.keep(resolved);
        else rewriter.replace(equation.output, replacement);
      }
      return rewriter.finish();
    },
  };
}

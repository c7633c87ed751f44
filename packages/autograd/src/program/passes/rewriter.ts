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
  private readonly values = new Map<Variable, Tensor>();
  private readonly equations: (Equation | Iteration)[] = [];
  private next: number;

  constructor(program: Program) {
    this.program = program;
    this.next = 0;
    const indices = [...program.inputs, ...program.constants.map(({ variable }) => variable)];
    for (const { index } of indices) this.next = Math.max(this.next, index + 1);
    for (const { index } of program.equations.flatMap(outputsOf)) this.next = Math.max(this.next, index + 1);
    for (const { variable, value } of program.constants) this.values.set(variable, value);
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

  /** Takes over an equation, with its inputs resolved. */
  keep(equation: Equation | Iteration): void {
    this.push({ ...equation, inputs: equation.inputs.map((x) => this.resolve(x)) });
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

  /** The new program; constants that nothing uses any more are gone. */
  finish(): Program {
    const outputs = this.program.outputs.map((x) => this.resolve(x));
    const used = new Set([...outputs, ...this.equations.flatMap(({ inputs }) => inputs)]);
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
    return { index: this.next++, shape, dtype };
  }
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
        const resolved = { ...equation, inputs: equation.inputs.map((x) => rewriter.resolve(x)) };
        const replacement = visit(resolved, rewriter);
        if (replacement === null) rewriter.keep(resolved);
        else rewriter.replace(equation.output, replacement);
      }
      return rewriter.finish();
    },
  };
}

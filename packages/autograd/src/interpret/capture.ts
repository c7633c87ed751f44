import type { Backend } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { commonBackend, type Interpreter, nextLevel, type Op, Tracer } from "../op.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { escaped } from "./escape.ts";
import { rowOf } from "./lifted.ts";
import { type Equation, equationOf, Program, type Variable } from "./program.ts";

/** A value in a program that is being captured: it has a shape, and no elements yet. */
class CaptureTracer extends Tracer {
  readonly primal = null;
  constructor(
    readonly interpreter: Capture,
    readonly variable: Variable,
    readonly backend: Backend,
  ) {
    super();
  }
  get shape(): Shape {
    return this.variable.shape;
  }
  get dtype(): DType {
    return this.variable.dtype;
  }
  protected override row(i: number): Tensor {
    return rowOf(this, i);
  }
  protected override describe(): string {
    return `Tensor${showShape(this.shape)} ${this.dtype}, which is being captured: it has no elements yet`;
  }
  get data(): Values {
    throw new Error(
      `reading the elements of a tensor of shape ${showShape(this.shape)} while a program is captured: they do ` +
        "not exist yet; use where instead of control flow that depends on values, and return what you want to read",
    );
  }
}

/** Records the ops of a function without computing them. */
export class Capture implements Interpreter {
  readonly level: number = nextLevel();
  private readonly inputs: Variable[] = [];
  private readonly constants = new Map<Tensor, Variable>();
  private readonly equations: Equation[] = [];
  private count = 0;
  private open = true;

  /** `expand`: whether an op that has a program inside is recorded as the equations of that program. */
  constructor(private readonly options: { readonly expand: boolean }) {}

  /** An input of the program, of the shape and dtype of an example. */
  input(example: Tensor): Tensor {
    const variable = this.variable(example.shape, example.dtype);
    this.inputs.push(variable);
    return new CaptureTracer(this, variable, example.backend);
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    if (this.options.expand && op.expand !== undefined) return op.expand(parameters, ...inputs);
    const shape = op.shape(parameters, ...inputs.map((x) => x.shape));
    const dtype = op.dtype(parameters, ...inputs.map((x) => x.dtype));
    const output = this.variable(shape, dtype);
    const variables = inputs.map((x) => this.variableOf(x));
    this.equations.push(equationOf(op, parameters, variables, output));
    return new CaptureTracer(this, output, commonBackend(op.name, inputs));
  }

  /** Ends the recording: from here on the function's own tracers are out of reach. */
  close(): void {
    this.open = false;
  }

  /** What was recorded, with the values that the function returned. */
  finish(outputs: readonly Tensor[]): Program {
    const results = outputs.map((x) => this.variableOf(x));
    const constants = [...this.constants].map(([value, variable]) => ({ value, variable }));
    return new Program(this.inputs, constants, this.equations, results);
  }

  private variable(shape: Shape, dtype: DType): Variable {
    return { index: this.count++, shape, dtype };
  }

  private variableOf(x: Tensor): Variable {
    if (x instanceof CaptureTracer && x.interpreter === this) return x.variable;
    const known = this.constants.get(x);
    if (known !== undefined) return known;
    const variable = this.variable(x.shape, x.dtype);
    this.constants.set(x, variable);
    return variable;
  }
}

import { type Backend, eager } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { commonBackend, type Interpreter, nextLevel, type Op, Tracer } from "../op.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { escaped, within } from "./escape.ts";
import { rowOf } from "./lifted.ts";
import {
  type Equation,
  equationOf,
  type Iteration,
  type IterationLike,
  Program,
  type Variable,
} from "./program.ts";

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

/** What a capture does with ops that have a program inside. */
export interface CaptureOptions {
  /** Whether such an op is recorded as the equations of its program; a loop stays one. */
  readonly expand: boolean;
  /** Whether a loop is recorded as the equations of all its runs. */
  readonly unroll?: boolean;
}

/** Records the ops of a function without computing them. */
export class Capture implements Interpreter {
  readonly level: number = nextLevel();
  private readonly inputs: Variable[] = [];
  private readonly constants = new Map<Tensor, Variable>();
  private readonly equations: (Equation | Iteration)[] = [];
  private count = 0;
  private open = true;

  constructor(private readonly options: CaptureOptions) {}

  /** An input of the program, of the shape and dtype of an example. */
  input(example: Pick<Tensor, "shape" | "dtype" | "backend">): Tensor {
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

  /** Whether loops are to be recorded run by run. */
  get unrolls(): boolean {
    return this.options.unroll === true;
  }

  /** Records a loop; `outputs` are what its results are like. */
  iterate(
    loop: IterationLike,
    inputs: readonly Tensor[],
    outputs: readonly Pick<Variable, "shape" | "dtype">[],
    apply: Iteration["apply"],
  ): Tensor[] {
    if (!this.open) throw escaped("scan");
    const body = this.options.expand ? expanded(loop.body) : loop.body;
    const { length, isReversed, invariants, carries } = loop;
    const equation: Iteration = {
      ...{ op: "scan", body, length, isReversed, invariants, carries, apply },
      inputs: inputs.map((x) => this.variableOf(x)),
      outputs: outputs.map(({ shape, dtype }) => this.variable(shape, dtype)),
    };
    this.equations.push(equation);
    const backend = commonBackend("scan", inputs);
    return equation.outputs.map((output) => new CaptureTracer(this, output, backend));
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

/** The program with the programs inside its ops in the place of those. */
function expanded(program: Program): Program {
  const recorder = new Capture({ expand: true });
  const inputs = program.inputs.map((x) => recorder.input({ ...x, backend: eager }));
  return recorder.finish(within(recorder, () => program.replay(inputs)));
}

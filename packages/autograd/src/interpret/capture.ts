import type { Backend } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { bind, commonBackend, type Interpreter, nextLevel, type Op, Tracer } from "../op.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { escaped } from "./escape.ts";

/** A value of a program: where it comes from, and what it is. */
export interface Variable {
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of an op. */
export interface Equation {
  readonly output: Variable;
  readonly op: string;
  readonly parameters: object;
  readonly inputs: readonly Variable[];
  /** Applies the op, with its parameters, to other inputs. */
  apply(inputs: readonly Tensor[]): Tensor;
}

/** A function as a list of equations in the order of their application. */
export class Program {
  constructor(
    readonly inputs: readonly Variable[],
    /** Values from outside the function that it used. */
    readonly constants: readonly { readonly variable: Variable; readonly value: Tensor }[],
    readonly equations: readonly Equation[],
    readonly outputs: readonly Variable[],
  ) {}

  /** Runs the program on other inputs, and on other constants where they are given. */
  replay(
    inputs: readonly Tensor[],
    constants: readonly Tensor[] = this.constants.map(({ value }) => value),
  ): Tensor[] {
    const values = new Map<number, Tensor>();
    const set = (variables: readonly Variable[], tensors: readonly Tensor[]): void =>
      variables.forEach(({ index }, i) => {
        const value = tensors[i];
        if (value === undefined)
          throw new Error(`program: ${variables.length} values needed, got ${tensors.length}`);
        values.set(index, value);
      });
    const get = ({ index }: Variable): Tensor => {
      const value = values.get(index);
      if (value === undefined) throw new Error(`program: ${nameOf(index)} is used before it is computed`);
      return value;
    };
    set(this.inputs, inputs);
    set(
      this.constants.map(({ variable }) => variable),
      constants,
    );
    for (const { output, inputs: from, apply } of this.equations)
      values.set(output.index, apply(from.map(get)));
    return this.outputs.map(get);
  }

  /** The program as text, one equation a line: `d: [3] = mul b c`. */
  toString(): string {
    const typed = ({ index, shape, dtype }: Variable): string =>
      `${nameOf(index)}: ${showShape(shape)}${dtype === "float32" ? "" : ` ${dtype}`}`;
    const lines = [
      `inputs ${this.inputs.map(typed).join(", ")}`,
      ...this.constants.map(({ variable, value }) => `${typed(variable)} = constant${showConstant(value)}`),
      ...this.equations.map(
        ({ output, op, parameters, inputs }) =>
          `${typed(output)} = ${op}${showParameters(parameters)} ${inputs.map(({ index }) => nameOf(index)).join(" ")}`,
      ),
      `outputs ${this.outputs.map(({ index }) => nameOf(index)).join(", ")}`,
    ];
    return lines.join("\n");
  }
}

/** A value in a program that is being captured: it has a shape, and no elements yet. */
class CaptureTracer extends Tracer {
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

  /** An input of the program, of the shape and dtype of an example. */
  input(example: Tensor): Tensor {
    const variable = this.variable(example.shape, example.dtype);
    this.inputs.push(variable);
    return new CaptureTracer(this, variable, example.backend);
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    const shape = op.shape(parameters, ...inputs.map((x) => x.shape));
    const dtype = op.dtype(parameters, ...inputs.map((x) => x.dtype));
    const output = this.variable(shape, dtype);
    this.equations.push({
      output,
      op: op.name,
      parameters,
      inputs: inputs.map((x) => this.variableOf(x)),
      apply: (replacements) => bind(op, parameters, ...replacements),
    });
    return new CaptureTracer(this, output, commonBackend(op.name, inputs));
  }

  /** Ends the recording with the values that the function returned. */
  finish(outputs: readonly Tensor[]): Program {
    const results = outputs.map((x) => this.variableOf(x));
    this.open = false;
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

/** a, b, ..., z, aa, ab, ... */
function nameOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : nameOf(Math.floor(index / 26) - 1) + letter;
}

function showConstant(value: Tensor): string {
  return value.size === 1 && !(value instanceof Tracer) ? ` ${value.item()}` : "";
}

function showParameters(parameters: object): string {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return "";
  return `{${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")}}`;
}

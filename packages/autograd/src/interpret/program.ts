import { kindOf } from "../arguments.ts";
import { type Backend, js, type Operand } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { bind, type Op, Tracer, type Traits } from "../op.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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
  readonly traits: Traits<object>;
  readonly parameters: object;
  readonly inputs: readonly Variable[];
  /** Applies the op, with its parameters, to other inputs. */
  apply(inputs: readonly Tensor[]): Tensor;
  /** Computes the values into an array of the output's shape; `null` where they are the first input's. */
  readonly fill: ((backend: Backend, output: Operand, inputs: readonly Operand[]) => void) | null;
}

/** The application of an op to variables. */
export function equationOf<P extends object>(
  op: Op<P>,
  parameters: P,
  inputs: readonly Variable[],
  output: Variable,
): Equation {
  return {
    output,
    op: op.name,
    traits: op.traits,
    parameters,
    inputs,
    apply: (replacements) => bind(op, parameters, ...replacements),
    fill:
      op.kernel(js) === null
        ? null
        : (backend, into, from) => {
            op.kernel(backend)?.(into, parameters, ...from);
          },
  };
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

/** Throws unless what a backend is to run is a program. */
export function checkProgram(name: string, program: unknown): void {
  if (program instanceof Program) return;
  throw new TypeError(`${name}: the program is ${kindOf(program)}; give what capture makes`);
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

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

/** A loop whose body is a program of its own, run once for every row of its sequences. */
export interface Iteration {
  readonly op: "scan";
  /**
   * From the invariants, the carries and a row of each sequence to the next carries and a row of each further result.
   */
  readonly body: Program;
  /** How often the body runs. */
  readonly length: number;
  /** Whether it takes the rows from the last one to the first. */
  readonly isReversed: boolean;
  /** How many of the inputs are the same in every run. */
  readonly invariants: number;
  /** How many of the inputs and of the results are carried from one run to the next. */
  readonly carries: number;
  /** The invariants, the first carries, the sequences. */
  readonly inputs: readonly Variable[];
  /** The last carries, then the rows of each further result as one array. */
  readonly outputs: readonly Variable[];
  /** Runs a loop like this one, with a body that may have been rewritten, on other inputs. */
  apply(loop: IterationLike, inputs: readonly Tensor[]): Tensor[];
}

/** What makes a loop, without what it is applied to. */
export type IterationLike = Pick<Iteration, "body" | "length" | "isReversed" | "invariants" | "carries">;

/** The values that an equation defines. */
export function outputsOf(equation: Equation | Iteration): readonly Variable[] {
  return "body" in equation ? equation.outputs : [equation.output];
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
    readonly equations: readonly (Equation | Iteration)[],
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
    for (const equation of this.equations) {
      const from = equation.inputs.map(get);
      set(outputsOf(equation), "body" in equation ? equation.apply(equation, from) : [equation.apply(from)]);
    }
    return this.outputs.map(get);
  }

  /** The program as text, one equation a line: `d: [3] = mul b c`. */
  toString(): string {
    const typed = ({ index, shape, dtype }: Variable): string =>
      `${nameOf(index)}: ${showShape(shape)}${dtype === "float32" ? "" : ` ${dtype}`}`;
    const lines = [
      `inputs ${this.inputs.map(typed).join(", ")}`,
      ...this.constants.map(({ variable, value }) => `${typed(variable)} = constant${showConstant(value)}`),
      ...this.equations.map((equation) => {
        const [results, inputs] = [outputsOf(equation).map(typed).join(", "), equation.inputs];
        const names = inputs.map(({ index }) => nameOf(index)).join(" ");
        if (!("body" in equation))
          return `${results} = ${equation.op}${showParameters(equation.parameters)} ${names}`;
        const { length, invariants, carries, body } = equation;
        const inside = String(body).replaceAll(/^/gm, "    ");
        return `${results} = scan${showParameters({ length, invariants, carries })} ${names}\n${inside}`;
      }),
      `outputs ${this.outputs.map(({ index }) => nameOf(index)).join(", ")}`,
    ];
    return lines.join("\n");
  }
}

/** The application of an op that computes each value; inputs, constants and results of loops have none. */
export function definitionsOf(program: Program): Map<Variable, Equation> {
  return new Map(
    program.equations.flatMap((equation) =>
      "body" in equation ? [] : [[equation.output, equation] as const],
    ),
  );
}

/** The constants of a program and of the bodies inside it. */
export function allConstants(program: Program): Program["constants"] {
  const inside = program.equations.flatMap((equation) =>
    "body" in equation ? allConstants(equation.body) : [],
  );
  return [...program.constants, ...inside];
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

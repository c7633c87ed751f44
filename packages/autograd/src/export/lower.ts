import type { KernelName, MatrixParameters } from "../backend.ts";
import { type Equation, type Iteration, outputsOf, Program, type Variable } from "../interpret/program.ts";
import { uniformValue } from "../program/passes/constants.ts";
import { type Application, applies } from "../program/passes/rewriter.ts";
import { Builder } from "./builder.ts";
import type { Region, Value } from "./primitives.ts";
import { elementwise } from "./rules/elementwise.ts";
import { lines } from "./rules/lines.ts";
import { matrices } from "./rules/matrices.ts";
import { movement } from "./rules/movement.ts";
import { random } from "./rules/random.ts";
import type { Rules } from "./rules/rule.ts";
import { sums } from "./rules/sums.ts";

/** The ops that no list of primitives computes: their kernels are algorithms with steps that depend on the values. */
type NotExported = keyof Pick<MatrixParameters, "eigh">;
type Exported = Exclude<KernelName, NotExported>;

const rules: Rules<Exported> = { ...elementwise, ...movement, ...sums, ...lines, ...matrices, ...random };

/**
 * A program as equations of primitives.
 *
 * @param name who asks, for messages
 * @throws RangeError when an op has no rule
 */
export function lowered(name: string, program: Program): Region {
  const b = new Builder();
  const inputs = program.inputs.map(({ shape, dtype }) => b.fresh(shape, dtype));
  return b.finish(inputs, write(name, b, program, inputs));
}

/** Writes the equations of a program, and says which values are its results. */
function write(name: string, b: Builder, program: Program, inputs: readonly Value[]): Value[] {
  const values = new Map<Variable, Value>();
  const set = (variables: readonly Variable[], results: readonly Value[]): void =>
    variables.forEach((variable, i) => {
      const value = results[i];
      if (value === undefined) throw new Error(`${name}: an equation has ${variables.length} results`);
      values.set(variable, value);
    });
  const get = (variable: Variable): Value => {
    const value = values.get(variable);
    if (value === undefined) throw new Error(`${name}: a value is used before it is computed`);
    return value;
  };
  set(program.inputs, inputs);
  for (const { variable, value } of program.constants) {
    const { shape, dtype } = variable;
    values.set(variable, b.constant(uniformValue(value) ?? value.data, shape, dtype));
  }
  for (const equation of program.equations) {
    const from = equation.inputs.map(get);
    set(
      outputsOf(equation),
      "body" in equation ? loop(name, b, equation, from) : [application(name, b, equation, from)],
    );
  }
  return program.outputs.map(get);
}

function application(name: string, b: Builder, equation: Equation, inputs: readonly Value[]): Value {
  const { op, output } = equation;
  if (!isExported(op)) throw notExported(name, equation);
  if (output.shape.includes(0)) return b.constant(0, output.shape, output.dtype);
  return apply(op, b, equation, inputs);
}

function apply<K extends Exported>(op: K, b: Builder, equation: Equation, inputs: readonly Value[]): Value {
  if (!applies(equation, op)) throw new Error(`${op} is not ${equation.op}`);
  const rule: (b: Builder, equation: Application<K>, ...inputs: Value[]) => Value = rules[op];
  return rule(b, equation, ...inputs);
}

function isExported(op: string): op is Exported {
  return Object.hasOwn(rules, op);
}

function loop(name: string, b: Builder, iteration: Iteration, inputs: readonly Value[]): Value[] {
  const { body, length, isReversed, invariants, carries } = iteration;
  const [same, rest] = [inputs.slice(0, invariants), inputs.slice(invariants)];
  return b.scan(rest.slice(0, carries), rest.slice(carries), { length, isReversed }, (run, own, rows) => {
    const results = write(name, run, body, [...same, ...own, ...rows]);
    return { carries: results.slice(0, carries), rows: results.slice(carries) };
  });
}

function notExported(name: string, equation: Equation): RangeError {
  const [, line = ""] = String(new Program([], [], [equation], [])).split("\n");
  return new RangeError(
    `${name}: ${equation.op} cannot be exported, in the line ${JSON.stringify(line)} of the program; ` +
      "compute what it gives before, outside of the function, and make it an argument",
  );
}

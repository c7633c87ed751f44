import type { Values } from "../dtype.ts";
import {
  allConstants,
  type Equation,
  type Iteration,
  outputsOf,
  type Program,
  type Variable,
} from "../interpret/program.ts";
import { isTraced } from "../op.ts";
import { indexAt, showShape } from "../shape.ts";
import type { Captured } from "../transforms/capture.ts";
import * as tree from "../tree.ts";

/** What a capture saw, kept so that another one can be held against it. */
export interface Sight {
  readonly program: Program;
  /** The elements of its constants at that time. */
  readonly constants: readonly Values[];
  readonly structure: string;
}

/** What a capture saw, with its constants copied: their elements may be written to later. */
export function sightOf<R extends tree.TreeOf<R>>({ program, result }: Captured<R>): Sight {
  return {
    program,
    constants: allConstants(program).map(({ value }) => (isTraced(value) ? value.data : value.data.slice())),
    structure: tree.structureOf(result.unflatten(result.leaves)),
  };
}

/** Throws where two captures of one function at the same arguments differ: it is no function of its arguments. */
export function checkSameSight(first: Sight, second: Sight): void {
  const found = difference(first, second);
  if (found === null) return;
  throw new Error(
    `compile: the function reads something that changes from call to call (Math.random, the clock, a counter, ` +
      `elements that were written to): ${found}; a program would hold it fixed: pass it as an argument, or draw ` +
      "it with random from a key that is one",
  );
}

function difference(first: Sight, second: Sight): string | null {
  const [ours, theirs] = [first.program, second.program];
  const othersConstants = allConstants(theirs);
  const users = [...first.program.equations.entries()];
  for (const [i, { variable }] of allConstants(ours).entries()) {
    const other = othersConstants[i]?.variable;
    const [a, b] = [first.constants[i], second.constants[i]];
    if (other === undefined || a === undefined || b === undefined || typed(variable) !== typed(other)) break;
    const at = a.findIndex((value, k) => !Object.is(value, b[k]));
    if (at < 0) continue;
    const position = variable.shape.length === 0 ? "" : ` at ${showShape(indexAt(at, variable.shape))}`;
    const user = users.find(([, { inputs }]) => inputs.includes(variable));
    const where = user === undefined ? "" : `, an argument of ${user[1].op} (equation ${user[0]})`;
    return `constant ${i}, ${typed(variable)}${where}, is ${a[at]} in one capture and ${b[at]} in another${position}`;
  }
  for (let i = 0; i < Math.max(ours.equations.length, theirs.equations.length); i++) {
    const [a, b] = [shown(ours.equations[i]), shown(theirs.equations[i])];
    if (a !== b) return `equation ${i} is ${a} in one capture and ${b} in another`;
  }
  if (first.structure === second.structure) return null;
  return `the result is ${first.structure} in one capture and ${second.structure} in another`;
}

function typed({ shape, dtype }: Variable): string {
  return `${showShape(shape)} ${dtype}`;
}

function shown(equation: Equation | Iteration | undefined): string {
  if (equation === undefined) return "missing";
  const { op, inputs } = equation;
  const parameters = "body" in equation ? { length: equation.length } : equation.parameters;
  const given = Object.keys(parameters).length === 0 ? "" : ` ${JSON.stringify(parameters)}`;
  const results = outputsOf(equation).map(typed).join(", ");
  const inside = "body" in equation ? `, with the body\n${equation.body}\n` : "";
  return `${op}${given} of ${inputs.map((x) => `${x.index}: ${typed(x)}`).join(", ")} to ${results}${inside}`;
}

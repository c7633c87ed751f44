import type { DType } from "../dtype.ts";
import { cast } from "../ops/layout.ts";
import type { Tensor } from "../tensor.ts";
import { Call, type GraphValue, nodeFailure, REMEDY, type Surroundings } from "./call.ts";
import { OnnxError } from "./error.ts";
import type { Graph, Step } from "./graph.ts";

/** How many times the elements of one value all of those have that are kept at a time. */
const KEPT = 16;

/** The results of a graph, from the values that its nodes find there. */
export function evaluate(
  { steps, outputs }: Graph,
  found: Map<string, GraphValue>,
  dtype: DType,
  surroundings: Surroundings,
): Tensor[] {
  const last = lastUses(steps, new Set(outputs.map(({ name }) => name)));
  const most = KEPT * surroundings.mostElements;
  const sizes = new Map<string, number>();
  let kept = 0;
  steps.forEach((step, i) => {
    const results = resultsOf(step, found, dtype, surroundings);
    step.node.outputs.forEach((name, k) => {
      const result = results[k];
      if (result === undefined || name === "") return;
      found.set(name, result);
      sizes.set(name, result.tensor.size);
      kept += result.tensor.size;
    });
    if (kept > most) {
      const told = `with its result ${kept} elements are kept for later nodes, more than ${most}`;
      throw nodeFailure(step.node, `${told}; give mostElements if that is meant`);
    }
    for (const name of last[i] ?? []) {
      found.delete(name);
      kept -= sizes.get(name) ?? 0;
    }
  });
  return outputs.map(({ name }) => {
    const value = found.get(name);
    if (value === undefined)
      throw new OnnxError(`fromOnnx: the result ${JSON.stringify(name)} was not computed`);
    return cast(value.tensor, dtype);
  });
}

/** The names that each step is the last one to read: their tensors may go. */
function lastUses(steps: readonly Step[], results: ReadonlySet<string>): string[][] {
  const seen = new Set(results);
  return steps
    .toReversed()
    .map(({ node }) => {
      const names = [...node.inputs, ...node.outputs].filter((name) => !seen.has(name));
      for (const name of names) seen.add(name);
      return names;
    })
    .reverse();
}

function resultsOf(
  { node, rule }: Step,
  found: ReadonlyMap<string, GraphValue>,
  dtype: DType,
  surroundings: Surroundings,
): GraphValue[] {
  const given = node.inputs.map((name) => (name === "" ? undefined : found.get(name)));
  const isOperand = (i: number): boolean => rule.settings?.includes(i) !== true;
  const known =
    rule.ofShapes === true || given.every((value, i) => value === undefined || value.known || !isOperand(i));
  const values = given.map((value, i) => {
    if (value === undefined || known || !value.known || !isOperand(i)) return value;
    return { ...value, tensor: cast(value.tensor, dtype) };
  });
  const call = new Call(node, values, surroundings);
  try {
    const kind = typeof rule.kind === "function" ? rule.kind(call) : (rule.kind ?? call.kind(0));
    const results = rule.apply(call);
    return [results].flat().map((tensor) => {
      call.room(tensor.shape);
      return { tensor, kind, known };
    });
  } catch (error) {
    if (error instanceof OnnxError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw nodeFailure(node, `${message}; ${REMEDY}`, error);
  }
}

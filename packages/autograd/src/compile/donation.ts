import { outputsOf, type Program } from "../interpret/program.ts";
import type { Donation } from "../program/plan.ts";
import { sameShape } from "../shape.ts";

/**
 * Which output takes over the place of which donated input: in order, the first that is left of the same shape
 * and dtype. An output that is itself an input or a constant keeps its own place.
 */
export function pairDonations(program: Program, donated: readonly boolean[]): Donation[] {
  const computed = new Set(program.equations.flatMap(outputsOf));
  const left = program.outputs.filter((x, i) => computed.has(x) && program.outputs.indexOf(x) === i);
  return program.inputs.flatMap((input, i) => {
    if (donated[i] !== true) return [];
    const at = left.findIndex((x) => x.dtype === input.dtype && sameShape(x.shape, input.shape));
    const output = left[at];
    if (output === undefined) return [];
    left.splice(at, 1);
    return [{ input, output }];
  });
}

import type { Iteration, Variable } from "../interpret/program.ts";
import { bytesPerElement, carriesOf } from "../program/plan.ts";
import { sizeOf } from "../shape.ts";

/** A stretch of a program's memory. */
interface Stretch {
  readonly at: number;
  readonly bytes: number;
}

/**
 * A loop over a body as a function without arguments: the first carries go to their places, and for every run the rows
 * go in, the steps of the body follow, the rows of the results go out, and the carries that are not in place already
 * move there.
 *
 * @param memory all of the program's memory
 * @param offsetOf where a value lies in it
 */
export function iterate(
  loop: Iteration,
  steps: readonly (() => void)[],
  memory: Uint8Array,
  offsetOf: (variable: Variable) => number,
): () => void {
  const { body, length, isReversed, invariants, carries, inputs, outputs } = loop;
  const stretch = (x: Variable | undefined): Stretch => {
    if (x === undefined) throw new Error("scan: a loop has not as many values as its body");
    return { at: offsetOf(x), bytes: sizeOf(x.shape) * bytesPerElement(x.dtype) };
  };
  const copy = (from: Stretch, to: Stretch): void => {
    if (from.at !== to.at) memory.copyWithin(to.at, from.at, from.at + from.bytes);
  };
  const bytesIn = ({ at, bytes }: Stretch): Uint8Array => memory.subarray(at, at + bytes);
  const begin = inputs
    .slice(invariants, invariants + carries)
    .map((x, i) => [stretch(x), stretch(outputs[i])] as const);
  const rowsIn = inputs
    .slice(invariants + carries)
    .map((x, i) => [stretch(x).at, stretch(body.inputs[invariants + carries + i])] as const);
  const rowsOut = outputs
    .slice(carries)
    .map((x, i) => [stretch(body.outputs[carries + i]), stretch(x).at] as const);
  const moves = carriesOf(loop).flatMap(({ input, output }) => {
    const [from, to] = [stretch(output), stretch(input)];
    return from.at === to.at
      ? []
      : { from: bytesIn(from), to: bytesIn(to), kept: new Uint8Array(from.bytes) };
  });
  return () => {
    for (const [from, to] of begin) copy(from, to);
    for (let run = 0; run < length; run++) {
      const row = isReversed ? length - 1 - run : run;
      for (const [from, to] of rowsIn)
        memory.copyWithin(to.at, from + row * to.bytes, from + (row + 1) * to.bytes);
      for (const step of steps) step();
      for (const [from, to] of rowsOut)
        memory.copyWithin(to + row * from.bytes, from.at, from.at + from.bytes);
      // One carry may come from where another goes.
      for (const { from, kept } of moves) kept.set(from);
      for (const { kept, to } of moves) to.set(kept);
    }
  };
}

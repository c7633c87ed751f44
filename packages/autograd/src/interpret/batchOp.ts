import type { Confined, Direction, Op } from "../op.ts";
import { sum } from "../ops/reduce.ts";
import { Dense, type Tensor } from "../tensor.ts";
import type { ExamplesPass } from "./examplesPass.ts";
import { settled } from "./tape.ts";

/**
 * An op that stands for several, applied to every example of a batch, as one op again: its derivative is that of the op
 * in every example, whatever the op's own rule says of it. Each use runs in a pass of its own.
 */
export function batchOp<P extends object>(
  op: Op<P>,
  isBatched: readonly boolean[],
  pass: ExamplesPass,
): Op<P> {
  const { derivative, expand } = op;
  if (expand === undefined) throw new TypeError(`${op.name}: an op that stands for several has to name them`);
  const example = <T extends Tensor | null>(batch: ExamplesPass, x: T, i: number): Tensor | T =>
    x !== null && isBatched[i] ? batch.input(x) : x;
  const whole = (parameters: P, inputs: readonly Tensor[]): Tensor => {
    const batch = pass.inner();
    return batch.wholeOf(expand(parameters, ...inputs.map((x, i) => example(batch, x, i))));
  };
  return {
    name: op.name,
    traits: op.traits,
    shape: (parameters, ...inputs) => [
      pass.size,
      ...op.shape(parameters, ...inputs.map((shape, i) => (isBatched[i] ? shape.slice(1) : shape))),
    ],
    dtype: (parameters, ...inputs) => op.dtype(parameters, ...inputs),
    kernel:
      (backend) =>
      (output, parameters, ...inputs) => {
        const values = inputs.map(({ shape, data, dtype }) => new Dense(shape, data, dtype, backend));
        output.data.set(whole(parameters, values).data);
      },
    expand: (parameters, ...inputs) => whole(parameters, inputs),
    derivative:
      derivative &&
      ((parameters, output, ...inputs) => {
        const batch = pass.inner();
        const own = inputs.map((x, i) => example(batch, x, i));
        const each = derivative(parameters, batch.input(output), ...own);
        return {
          jvp(tangents) {
            const tangent = each.jvp(tangents.map((t, i) => example(batch, t, i)));
            return tangent && batch.wholeOf(tangent);
          },
          vjp(cotangent, wanted, reach) {
            const reached = reach && (() => batch.input(reach()));
            return each
              .vjp(batch.input(cotangent), wanted, reached)
              .map((part, i) => part && collected(batch, part, isBatched[i] === true));
          },
        };
      }),
  };
}

/** The cotangents of all examples: along the batch, or summed where the examples share the argument. */
function collected(batch: ExamplesPass, part: Tensor | Confined, isBatched: boolean): Direction | Confined {
  // Where one example does not reach, another may: what is summed has to be 0 there.
  const { cotangent, reach } = settled(part);
  const over = (x: Tensor): Tensor => {
    const whole = batch.wholeOf(x);
    return isBatched ? whole : sum(whole, { axis: 0 });
  };
  return { cotangent: over(cotangent), reach: reach && (() => over(reach())), exact: true };
}

import { checkFunction } from "../arguments.ts";
import { Dual } from "../interpret/dual.ts";
import { within } from "../interpret/escape.ts";
import { Tape } from "../interpret/tape.ts";
import type * as tree from "../tree.ts";
import { asOneOp, type ProgramParameters, programOp, runJoined } from "./programOp.ts";

/** It keeps only its inputs, and runs again when its derivative is asked for. */
export const checkpointOp = /* @__PURE__ */ programOp<ProgramParameters>(
  "checkpoint",
  ({ program }, _output, ...inputs) => ({
    jvp(tangents) {
      const dual = new Dual();
      const lifted = inputs.map((x, i) => {
        const tangent = tangents[i] ?? null;
        return tangent === null ? x : dual.input(x, tangent);
      });
      const result = within(dual, () => runJoined(program, lifted));
      return dual.tangentOf(result);
    },
    vjp(cotangent, wanted, reach) {
      const tape = new Tape();
      const lifted = inputs.map((x, i) => (wanted[i] ? tape.input(x) : x));
      const result = within(tape, () => runJoined(program, lifted));
      const count = wanted.filter(Boolean).length;
      const confined = { cotangent, reach, exact: true };
      const pulled = tape.pull([tape.indexOf(result)], [confined], count, true);
      let next = 0;
      return wanted.map((want) => {
        const sum = want ? (pulled[next++] ?? null) : null;
        return sum === null ? null : { ...sum, exact: true };
      });
    },
  }),
);

/**
 * f, but a reverse sweep keeps only its arguments (and the tensors it closes over) instead of every
 * intermediate value, and computes those again when the sweep reaches it: memory for time
 * (Griewank & Walther 2000). Its value and all its derivatives are f's. In a compiled program it is f itself: common
 * subexpressions are computed once there, and memory is planned.
 *
 * @throws when the control flow of f depends on values
 *
 * @example
 * ```ts
 * import { checkpoint, grad, square, sum, type Tensor, tanh, tensor } from "@scoretape/autograd";
 *
 * const layers = (x: Tensor) => tanh(square(tanh(square(x))));
 * const x = tensor([0.5, 1]);
 * const plain = grad((y: Tensor) => sum(layers(y)))(x);
 * const lean = grad((y: Tensor) => sum(checkpoint(layers)(y)))(x);
 * console.log(String(plain) === String(lean)); // true
 * ```
 */
export function checkpoint<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
): (...primals: A) => R {
  checkFunction("checkpoint", f);
  return (...primals) => asOneOp(checkpointOp, f, primals, (program) => ({ program }));
}

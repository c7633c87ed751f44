import { checkFunction } from "../arguments.ts";
import { Dual } from "../interpret/dual.ts";
import { within } from "../interpret/escape.ts";
import type { Program } from "../interpret/program.ts";
import { Tape } from "../interpret/tape.ts";
import { bind, type Op, oneFloat } from "../op.ts";
import { reshape } from "../ops/layout.ts";
import { concat, slice } from "../ops/movement.ts";
import { sizeOf } from "../shape.ts";
import { Dense, type Tensor } from "../tensor.ts";
import * as tree from "../tree.ts";
import { captureWithStructure } from "./capture.ts";

export interface CheckpointParameters {
  readonly program: Program;
}

/** The outputs of a program, one after another in a single vector. */
function runFlat(program: Program, values: readonly Tensor[]): Tensor {
  const outputs = program.replay(values.slice(0, program.inputs.length), values.slice(program.inputs.length));
  return concat(outputs.map((x) => reshape(x, [x.size])));
}

/** A whole program as one op: it keeps only its inputs, and runs again when its derivative is asked for. */
export const checkpointOp: Op<CheckpointParameters> = {
  name: "checkpoint",
  traits: { kind: "composite" },
  shape: ({ program }) => [program.outputs.reduce((total, { shape }) => total + sizeOf(shape), 0)],
  dtype: ({ program }) =>
    oneFloat(
      "checkpoint",
      program.outputs.map(({ dtype }) => dtype),
    ),
  kernel:
    (backend) =>
    (output, { program }, ...inputs) => {
      const values = inputs.map(({ shape, data, dtype }) => new Dense(shape, data, dtype, backend));
      output.data.set(runFlat(program, values).data);
    },
  expand: ({ program }, ...inputs) => runFlat(program, inputs),
  derivative: ({ program }, _output, ...inputs) => ({
    jvp(tangents) {
      const dual = new Dual();
      const lifted = inputs.map((x, i) => {
        const tangent = tangents[i] ?? null;
        return tangent === null ? x : dual.input(x, tangent);
      });
      const result = within(dual, () => runFlat(program, lifted));
      return dual.tangentOf(result);
    },
    vjp(cotangent, wanted, reach) {
      const tape = new Tape();
      const lifted = inputs.map((x, i) => (wanted[i] ? tape.input(x) : x));
      const result = within(tape, () => runFlat(program, lifted));
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
};

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
  return (...primals) => {
    const { program, result } = captureWithStructure("checkpoint", f, primals, { expand: false });
    const constants = program.constants.map(({ value }) => value);
    const flat = bind(checkpointOp, { program }, ...tree.leaves(primals), ...constants);
    let offset = 0;
    return result.unflatten(
      program.outputs.map(({ shape }) => {
        const start = offset;
        offset += sizeOf(shape);
        return reshape(slice(flat, [start], [offset]), shape);
      }),
    );
  };
}

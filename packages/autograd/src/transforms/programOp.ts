import type { Program } from "../interpret/program.ts";
import { bind, type Op, oneFloat } from "../op.ts";
import { reshape } from "../ops/layout.ts";
import { concat, slice } from "../ops/movement.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { Dense, type Tensor } from "../tensor.ts";
import * as tree from "../tree.ts";
import { captureWithStructure } from "./capture.ts";

/** A program is what such an op computes; its last inputs are its constants. */
export interface ProgramParameters {
  readonly program: Program;
}

/** Tensors one after another in a single vector. */
export function joined(tensors: readonly Tensor[]): Tensor {
  return concat(tensors.map((x) => reshape(x, [x.size])));
}

/** The tensors of these shapes that {@link joined} has laid out. */
export function parted(flat: Tensor, like: readonly { readonly shape: Shape }[]): Tensor[] {
  let offset = 0;
  return like.map(({ shape }) => {
    const start = offset;
    offset += sizeOf(shape);
    return reshape(slice(flat, [start], [offset]), shape);
  });
}

/** The outputs of a program, as one vector. */
export function runJoined(program: Program, values: readonly Tensor[]): Tensor {
  return joined(program.replay(values.slice(0, program.inputs.length), values.slice(program.inputs.length)));
}

/** A whole program as one op, of which the value is that of its ops, and the derivative is said. */
export function programOp<P extends ProgramParameters>(name: string, derivative: Op<P>["derivative"]): Op<P> {
  return {
    name,
    traits: { kind: "composite" },
    shape: ({ program }) => [program.outputs.reduce((total, { shape }) => total + sizeOf(shape), 0)],
    dtype: ({ program }) =>
      oneFloat(
        name,
        program.outputs.map(({ dtype }) => dtype),
      ),
    kernel:
      (backend) =>
      (output, { program }, ...inputs) => {
        const values = inputs.map(({ shape, data, dtype }) => new Dense(shape, data, dtype, backend));
        output.data.set(runJoined(program, values).data);
      },
    expand: ({ program }, ...inputs) => runJoined(program, inputs),
    derivative,
  };
}

/** The result of f, whose program is applied as one op. */
export function asOneOp<P extends ProgramParameters, A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  op: Op<P>,
  f: (...primals: A) => R,
  primals: A,
  parameters: (program: Program, result: tree.Flat<R>) => P,
): R {
  const { program, result } = captureWithStructure(op.name, f, primals, { expand: false });
  const constants = program.constants.map(({ value }) => value);
  const flat = bind(op, parameters(program, result), ...tree.leaves(primals), ...constants);
  return result.unflatten(parted(flat, program.outputs));
}

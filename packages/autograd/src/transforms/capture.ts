import { checkFunction } from "../arguments.ts";
import { Capture } from "../interpret/capture.ts";
import { within } from "../interpret/escape.ts";
import type { Program } from "../interpret/program.ts";
import * as tree from "../tree.ts";

/**
 * The ops that f applies, as a program: nothing is computed, so a function whose control flow reads a value
 * throws. `String(program)` lists the equations.
 *
 * @returns a function that takes examples of f's arguments (only shapes and dtypes matter)
 *
 * @example
 * ```ts
 * import { capture, grad, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const program = capture(grad((x: Tensor) => sum(square(x))))(tensor([1, 2]));
 * console.log(program.inputs.length, program.outputs[0]?.shape); // 1 [ 2 ]
 * ```
 */
export function capture<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
): (...examples: A) => Program {
  checkFunction("capture", f);
  return (...examples) => captureWithStructure("capture", f, examples).program;
}

/** The program of f, and how its list of outputs becomes f's result. */
export interface Captured<R> {
  readonly program: Program;
  readonly result: tree.Flat<R>;
}

/** Captures f at examples of its arguments, with its checkpoints expanded unless said. */
export function captureWithStructure<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  name: string,
  f: (...primals: A) => R,
  examples: A,
  options: { readonly expand: boolean } = { expand: true },
): Captured<R> {
  const recorder = new Capture(options);
  const input = tree.flatten(examples, name);
  const traced = input.unflatten(input.leaves.map((leaf) => recorder.input(leaf)));
  const result = tree.flatten(
    within(recorder, () => f(...traced)),
    `${name}: the function's result`,
  );
  return { program: recorder.finish(result.leaves), result };
}

import fc from "fast-check";
import type { AsyncProgramBackend } from "../../src/compile/lowering.ts";
import { compile, read, type Tensor } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import type { Subject } from "./cases/index.ts";
import { materialize } from "./cases/opCase.ts";
import { largestDifference, scaleOf } from "./distance.ts";

/** Rounding errors of float32 for values of size 1, with room for functions of 5 ulp and other orders of sums. */
export const ROUNDING = 4e-6;

/**
 * Fails unless an op gives on a device what it gives eagerly on the reference kernels, in its applications.
 *
 * @returns the largest difference, relative to the largest element and at least 1
 */
export async function agreesWithReference(
  { name, op, cases }: Subject,
  backend: AsyncProgramBackend,
  runs: { readonly seed: number; readonly numRuns: number },
): Promise<number> {
  let worst = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ parameters, inputs }) => {
      const x = inputs.map((input) => materialize(input, "float32"));
      const f = (...y: Tensor[]): Tensor => bind(op, parameters, ...y);
      const expected = f(...x);
      const compiled = compile(f, { backend });
      const actual = await read(await compiled(...x));
      compiled.dispose();
      const kinds = [actual, expected].map(({ dtype, shape }) => `${dtype} [${shape}]`);
      if (kinds[0] !== kinds[1]) throw new Error(`${name}: ${kinds[0]}, expected ${kinds[1]}`);
      const difference = largestDifference(actual.data, expected.data) / scaleOf(expected, ...x);
      if (difference > ROUNDING) {
        throw new Error(`${name}: [${actual.data}], expected [${expected.data}], off by ${difference}`);
      }
      worst = Math.max(worst, difference);
    }),
    runs,
  );
  return worst;
}

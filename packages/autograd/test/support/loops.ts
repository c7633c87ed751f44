import fc from "fast-check";
import { add, mean, mul, type ScanOptions, scan, sin, stack, type Tensor, tensor } from "../../src/index.ts";
import { whole } from "./arbitrary.ts";
import { compositions } from "./compositions.ts";
import type { VectorFunction } from "./derivatives.ts";

/** A loop over a random composition of ops as one op, and the same one run by the host. */
export interface LoopCase {
  readonly scanned: VectorFunction;
  readonly looped: VectorFunction;
  readonly x: readonly Tensor[];
}

/**
 * Every run applies the composition to the carries displaced by a row, keeps its results as rows, and carries something
 * of them on. The arguments are the first carries, one sequence for each, and a scalar that the body closes over.
 */
export const loops = (
  dtype: "float32" | "float64",
  options: { smooth: boolean; length?: number },
): fc.Arbitrary<LoopCase> =>
  fc
    .tuple(compositions(dtype, { length: 4, ...options }), whole(0, 3), fc.boolean())
    .map(([{ f, x }, length, reverse]) => {
      const body =
        (factor: Tensor) =>
        (
          carries: readonly Tensor[],
          rows: readonly Tensor[],
        ): readonly [readonly Tensor[], readonly Tensor[]] => {
          const results = f(carries.map((carry, i) => add(carry, mul(0.25, rows[i] ?? carry))));
          const moved = results.reduce((sum, y) => add(sum, y.size === 0 ? 0 : mean(sin(y))), factor);
          return [carries.map((carry) => add(mul(0.5, sin(carry)), mul(mul(0.25, factor), moved))), results];
        };
      const sequences = x.map((leaf) =>
        stack(Array.from({ length: length + 1 }, (_, i) => mul(1 / (i + 1), leaf))),
      );
      const split = (y: readonly Tensor[]) => ({
        carries: y.slice(0, x.length),
        rows: y.slice(x.length, 2 * x.length),
        factor: y[2 * x.length] ?? tensor(1),
      });
      const order: ScanOptions = { reverse };
      return {
        x: [...x, ...sequences, tensor(0.5, { dtype })],
        scanned: (y) => {
          const { carries, rows, factor } = split(y);
          const [last, results] = scan(body(factor), carries, rows, order);
          return [...last, ...results];
        },
        looped: (y) => {
          const { carries, rows, factor } = split(y);
          let now: readonly Tensor[] = carries;
          const kept: (readonly Tensor[])[] = [];
          for (let run = 0; run <= length; run++) {
            const at = reverse ? length - run : run;
            const [next, results] = body(factor)(
              now,
              rows.map((row) => [...row][at] ?? row),
            );
            now = next;
            kept[at] = results;
          }
          return [
            ...now,
            ...(kept[0] ?? []).map((_, i) => stack(kept.flatMap((results) => results[i] ?? []))),
          ];
        },
      };
    });

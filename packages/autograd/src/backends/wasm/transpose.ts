import type { FunctionBody } from "./emitter/body.ts";
import type { F32x4 } from "./emitter/vector.ts";

export type Four<T> = readonly [T, T, T, T];

/** The columns of a 4×4 block, given its rows. */
export function transpose4(f: FunctionBody, [a, b, c, d]: Four<F32x4>): Four<F32x4> {
  const abLow = f.let(a.shuffle(b, [0, 4, 1, 5]));
  const cdLow = f.let(c.shuffle(d, [0, 4, 1, 5]));
  const abHigh = f.let(a.shuffle(b, [2, 6, 3, 7]));
  const cdHigh = f.let(c.shuffle(d, [2, 6, 3, 7]));
  return [
    f.let(abLow.shuffle(cdLow, [0, 1, 4, 5])),
    f.let(abLow.shuffle(cdLow, [2, 3, 6, 7])),
    f.let(abHigh.shuffle(cdHigh, [0, 1, 4, 5])),
    f.let(abHigh.shuffle(cdHigh, [2, 3, 6, 7])),
  ];
}

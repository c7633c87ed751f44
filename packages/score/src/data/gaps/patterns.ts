import { cast, isNaN as isGap, not, type Tensor, tensor } from "@scoretape/autograd";

/** Which coordinates the rows of x have, and which rows have the same ones. */
export interface Patterns {
  /** 1 where a row has a number, 0 where it has a gap: [n, d] in float64. */
  readonly known: Tensor;
  /** The p rows of `known` that differ from each other, [p, d]. */
  readonly masks: Tensor;
  /** How many rows have each of them, [p]. */
  readonly counts: Tensor;
  /** The number of each row's pattern, uint32 [n]. */
  readonly of: Tensor;
}

/** The patterns of gaps (NaN) among rows [n, d]. */
export function patternsOf(x: Tensor): Patterns {
  const known = cast(not(isGap(x)), "float64");
  const [n = 0, d = 0] = x.shape;
  const numbers = new Map<string, number>();
  const masks: number[] = [];
  const counts: number[] = [];
  const of = Uint32Array.from({ length: n }, (_, row) => {
    const mask = known.data.subarray(row * d, row * d + d);
    const name = mask.join("");
    const number = numbers.get(name) ?? numbers.size;
    if (number === numbers.size) {
      numbers.set(name, number);
      masks.push(...mask);
      counts.push(0);
    }
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  return {
    known,
    masks: tensor(Float64Array.from(masks), { shape: [numbers.size, d] }),
    counts: tensor(Float64Array.from(counts)),
    of: tensor(of),
  };
}

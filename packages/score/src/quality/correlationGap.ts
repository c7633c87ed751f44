import {
  cast,
  concat,
  type Key,
  matmul,
  mean,
  mul,
  random,
  sub,
  type Tensor,
  take,
} from "@scoretape/autograd";
import { someRows } from "../someRows.ts";

/** Where the correlations of samples and data differ most. */
export interface CorrelationGap {
  /** Of which two columns, from 0. */
  readonly columns: readonly [number, number];
  readonly samples: number;
  readonly data: number;
  /** |samples − data|. */
  readonly difference: number;
  /** The largest difference in 19 random divisions of all rows: fresh rows pass it once in 20 times. */
  readonly byChance: number;
}

const DIVISIONS = 19;
/** Of more columns so many are looked at, and of more rows. */
const [MOST_COLUMNS, MOST_ROWS] = [50, 2000];

/** Compares correlations, two columns or more. */
export function correlationGap(samples: Tensor, rows: Tensor, key: Key): CorrelationGap {
  const columns = chosenColumns(rows.shape[1] ?? 0, random.foldIn(key, 0));
  const part = (x: Tensor, own: Key): Tensor =>
    take(cast(someRows(x, MOST_ROWS, own), "float64"), columns, 1);
  const [ofSamples, ofRows] = [part(samples, random.foldIn(key, 1)), part(rows, random.foldIn(key, 2))];
  const found = largestGap(ofSamples, ofRows);
  const all = concat([ofSamples, ofRows], 0);
  const [m = 0] = ofSamples.shape;
  const byChance = Array.from({ length: DIVISIONS }, (_, i) => {
    const order = [...random.permutation(random.foldIn(key, 3 + i), all.shape[0] ?? 0).data];
    return largestGap(take(all, order.slice(0, m)), take(all, order.slice(m))).difference;
  });
  const [i, j] = found.columns;
  return { ...found, columns: [columns[i] ?? i, columns[j] ?? j], byChance: Math.max(...byChance) };
}

function chosenColumns(d: number, key: Key): number[] {
  if (d <= MOST_COLUMNS) return Array.from({ length: d }, (_, j) => j);
  return [...random.permutation(key, d).data.subarray(0, MOST_COLUMNS)].sort((a, b) => a - b);
}

function largestGap(x: Tensor, y: Tensor): Omit<CorrelationGap, "byChance"> {
  const [, d = 0] = x.shape;
  const [a, b] = [correlationsOf(x), correlationsOf(y)];
  let [at, largest] = [1, -1];
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const difference = Math.abs((a[i * d + j] as number) - (b[i * d + j] as number));
      if (difference > largest) [at, largest] = [i * d + j, difference];
    }
  }
  const columns = [Math.floor(at / d), at % d] as const;
  return { columns, samples: a[at] as number, data: b[at] as number, difference: largest };
}

/** Pearson's correlations, d·d numbers; 0 with a column that does not vary. */
function correlationsOf(x: Tensor): ArrayLike<number> {
  const centered = sub(x, mean(x, { axis: 0 }));
  const covariance = mul(1 / (x.shape[0] ?? 1), matmul(centered, centered, { transposeX: true })).data;
  const [, d = 0] = x.shape;
  const deviations = Float64Array.from({ length: d }, (_, j) => Math.sqrt(covariance[j * d + j] as number));
  return Float64Array.from(covariance, (value, at) => {
    const scale = (deviations[Math.floor(at / d)] as number) * (deviations[at % d] as number);
    return scale > 0 ? value / scale : 0;
  });
}

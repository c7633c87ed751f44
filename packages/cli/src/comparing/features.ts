import { type Tensor, tensor } from "@scoretape/autograd";

/** A coordinate of rows, or whether a column has a gap there. */
export interface Feature {
  readonly name: string;
  /** In both tables; where there are gaps, those that are none. */
  readonly values: readonly [Float64Array, Float64Array];
}

/** What is compared of two tables. */
export interface Features {
  /** Each column in its standard deviations over both tables, and beside one with gaps where these are. */
  readonly alone: readonly Feature[];
  /** All of these side by side, gaps filled with the column's mean: [n, k] and [m, k]. */
  readonly together: readonly [Tensor, Tensor];
}

/** The columns of two tables in units that can be compared: the deviations of both tables together. */
export function featuresOf(columns: readonly string[], [a, b]: readonly [Tensor, Tensor]): Features {
  const whole = columns.flatMap((name, j): WholeFeature[] => {
    const own = scaled([columnOf(a, j), columnOf(b, j)]);
    const gaps = own.map((values) => values.map((value) => (Number.isNaN(value) ? 1 : 0)));
    const hasGaps = gaps.some((values) => values.includes(1));
    const ofGaps = hasGaps
      ? [{ name: `${name}, gaps`, values: pairOf(gaps), filled: scaled(pairOf(gaps)) }]
      : [];
    const filled = pairOf(own.map((values) => values.map((value) => (Number.isNaN(value) ? 0 : value))));
    const values = pairOf(own.map((all) => all.filter((value) => !Number.isNaN(value))));
    return [{ name, values, filled }, ...ofGaps];
  });
  const sideBySide = (i: 0 | 1): Tensor => {
    const rows = (i === 0 ? a : b).shape[0] ?? 0;
    const k = whole.length;
    const values = new Float64Array(rows * k);
    whole.forEach(({ filled }, j) => {
      filled[i].forEach((value, row) => {
        values[row * k + j] = value;
      });
    });
    return tensor(values, { shape: [rows, k] });
  };
  return { alone: whole, together: [sideBySide(0), sideBySide(1)] };
}

type Both = readonly [Float64Array, Float64Array];
interface WholeFeature extends Feature {
  readonly filled: Both;
}

/** Less the mean of both, over the deviation of both; gaps stay. A column of one value becomes 0. */
function scaled(both: Both): Both {
  let [count, sum] = [0, 0];
  const each = (visit: (value: number) => void): void => {
    for (const values of both) for (const value of values) if (!Number.isNaN(value)) visit(value);
  };
  each((value) => {
    count += 1;
    sum += value;
  });
  const mean = sum / count;
  let squares = 0;
  each((value) => {
    squares += (value - mean) * (value - mean);
  });
  const deviation = Math.sqrt(squares / count);
  const unit = deviation > 0 ? deviation : 1;
  return pairOf(both.map((values) => values.map((value) => (value - mean) / unit)));
}

function pairOf([a = new Float64Array(), b = new Float64Array()]: readonly Float64Array[]): Both {
  return [a, b];
}

function columnOf({ data, shape: [n = 0, d = 0] }: Tensor, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * d + j] ?? Number.NaN);
}

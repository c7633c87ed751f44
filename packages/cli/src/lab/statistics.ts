import { type Key, portable, random, tensor } from "@scoretape/autograd";
import { modeWeights } from "@scoretape/score";
import { quantile } from "../plots/density.ts";

/** A number measured, with the ends of its 99 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** So that of a hundred true claims one fails by chance: with 95 % some would in every run. */
export const CONFIDENCE = 0.99;

/** A number that is known without error. */
export function exactly(value: number): Estimate {
  return { value, low: value, high: value };
}

/**
 * The mean of independent values, with Student's interval: m ± t·s/√n, t the quantile at n − 1 degrees of freedom
 * (Student 1908). One value alone has an interval without ends.
 */
export function meanOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  const mean = average(values);
  if (n < 2) return { value: mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const squares = Float64Array.from(values, (value) => portable.pow(value - mean, 2));
  const error = Math.sqrt(average(squares) / (n - 1));
  const half = studentQuantile(n - 1) * error;
  return { value: mean, low: mean - half, high: mean + half };
}

/** The geometric mean of independent values above 0, with Student's interval of the mean logarithm: for factors. */
export function geometricMeanOf(values: ArrayLike<number>): Estimate {
  const { value, low, high } = meanOf(Float64Array.from(values, portable.log));
  return { value: portable.exp(value), low: portable.exp(low), high: portable.exp(high) };
}

/**
 * The median of independent values of one distribution, with the order statistics that enclose it with at least
 * 99 %, whatever the distribution: the k-th lowest and highest, with 2·P(B < k) ≤ 1 % for B ~ Binomial(n, ½). Fewer
 * than eight values have an interval without ends.
 */
export function medianOf(values: ArrayLike<number>): Estimate {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let [k, probability, below] = [0, portable.pow(0.5, n), portable.pow(0.5, n)];
  while (2 * below <= 1 - CONFIDENCE) {
    k += 1;
    probability *= (n - k + 1) / k;
    below += probability;
  }
  const value = quantile(sorted, 0.5);
  if (k === 0) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { value, low: sorted[k - 1] ?? Number.NaN, high: sorted[n - k] ?? Number.NaN };
}

/** The power b in y = a·xᵇ: the slope of the least-squares line through (log x, log y). NaN for fewer than two x. */
export function powerOf(points: readonly (readonly [x: number, y: number])[]): number {
  const x = points.map(([value]) => portable.log(value));
  const y = points.map(([, value]) => portable.log(value));
  const [centreX, centreY] = [average(x), average(y)];
  const product = (i: number, of: readonly number[], centre: number): number =>
    ((x[i] ?? Number.NaN) - centreX) * ((of[i] ?? Number.NaN) - centre);
  const indices = [...points.keys()];
  return (
    average(indices.map((i) => product(i, y, centreY))) / average(indices.map((i) => product(i, x, centreX)))
  );
}

/** How often something was so among n independent trials, with Wilson's interval; see `modeWeights`. */
export function shareOf(count: number, n: number): Estimate {
  const trials = tensor(new Float32Array(n).fill(1, 0, count), { shape: [n, 1] });
  const [share] = modeWeights(
    trials,
    { count: 2, assign: ([hit = 0]) => 1 - hit },
    { confidence: CONFIDENCE },
  );
  return { value: count / n, low: share?.low ?? Number.NaN, high: share?.high ?? Number.NaN };
}

/**
 * A statistic of n independent rows, with the interval between the percentiles of its values on samples of n rows
 * drawn from them with replacement (Efron 1979).
 *
 * @param statistic - Takes the numbers of the rows that are in.
 */
export function bootstrap(
  n: number,
  statistic: (rows: ArrayLike<number>) => number,
  key: Key,
  resamples = 1000,
): Estimate {
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  const values = Float64Array.from({ length: resamples }, (_, r) => {
    const uniform = random.uniform(random.foldIn(key, r), [n], { dtype: "float64" });
    return statistic(Uint32Array.from(uniform.data, (u) => Math.floor(u * n)));
  }).sort();
  const tail = (1 - CONFIDENCE) / 2;
  return { value: statistic(all), low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** A number times a known factor above 0. */
export function scaled({ value, low, high }: Estimate, factor: number): Estimate {
  return { value: factor * value, low: factor * low, high: factor * high };
}

/** The quotient of two independent numbers above 0: its interval is as far as their ends allow, if anything too wide. */
export function quotient(a: Estimate, b: Estimate): Estimate {
  return { value: a.value / b.value, low: a.low / b.high, high: a.high / b.low };
}

/** The t that |T| exceeds with probability 1 − confidence, for Student's T with ν degrees of freedom; by bisection. */
export function studentQuantile(freedom: number, confidence = CONFIDENCE): number {
  let [low, high] = [0, 1 / (1 - confidence)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentCoverage(middle, freedom) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(|T| ≤ t) for Student's T with ν = 1, 2, … degrees of freedom, a finite sum in θ = arctan(t/√ν). Abramowitz &
 * Stegun 1964, 26.7.3 and 26.7.4.
 */
export function studentCoverage(t: number, freedom: number): number {
  const theta = portable.atan(t / Math.sqrt(freedom));
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? portable.cos(theta) : 1;
  let total = 0;
  for (let k = isOdd ? 1 : 0; k <= freedom - 2; k += 2) {
    total += term;
    term *= (portable.pow(portable.cos(theta), 2) * (k + 1)) / (k + 2);
  }
  const part = portable.sin(theta) * total;
  return isOdd ? (2 / Math.PI) * (theta + part) : part;
}

/** P(|Z| ≤ z) for a standard normal Z, to four digits: Student's with many degrees of freedom. */
export function normalCoverage(z: number): number {
  return studentCoverage(z, NEARLY_NORMAL);
}

/** The z that |Z| exceeds with probability 1 − confidence, likewise. */
export function normalQuantile(confidence = CONFIDENCE): number {
  return studentQuantile(NEARLY_NORMAL, confidence);
}

const NEARLY_NORMAL = 2000;

/** The mean alone. */
export function average(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}

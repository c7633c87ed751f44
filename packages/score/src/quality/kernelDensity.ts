import { type Key, portable, type Tensor } from "@scoretape/autograd";
import { kernelBandwidth } from "../metrics/kernelBandwidth.ts";
import { someRows } from "../someRows.ts";

/** The bandwidth is chosen on so many rows at most: it looks at all pairs, many times. */
const PAIRED_ROWS = 700;
/** So many differences of coordinates are taken at most, by leaving kernels out. */
const DIFFERENCES = 4e8;

/** The kernel density estimate of rows with the bandwidth under which each is likeliest by the others: [k, d] ↦ k numbers. */
export function kernelDensity(
  training: Tensor,
  least: number,
  key: Key,
): { readonly bandwidth: number; logDensity(x: Tensor): Float64Array } {
  const [n = 0, d = 0] = training.shape;
  const paired = someRows(training, PAIRED_ROWS, key);
  // The best bandwidth falls as n^(−1/(d + 4)).
  const shrunk = portable.pow((paired.shape[0] ?? n) / n, 1 / (d + 4));
  const bandwidth = Math.max(least, shrunk * kernelBandwidth(paired, { least }));
  return {
    bandwidth,
    logDensity(x) {
      const most = Math.max(PAIRED_ROWS, Math.floor(DIFFERENCES / x.size));
      return logMeanKernel(someRows(training, most, key), bandwidth, x);
    },
  };
}

/** Of more kernels those are left out that have less than e⁻⁴⁰ of the nearest one's part. */
const [FEW, LOST] = [5000, 40];

/** log (1/n) Σⱼ N(x; xⱼ, h²I) of each row of x: all pairs, without keeping them. */
function logMeanKernel({ data, shape }: Tensor, h: number, x: Tensor): Float64Array {
  const [n = 0, d = 0] = shape;
  const centres = new Float64Array(data);
  const squares = new Float64Array(n);
  const scale = 2 * h * h;
  const reach = n > FEW ? LOST * scale : Number.POSITIVE_INFINITY;
  const constant = -portable.log(n) - 0.5 * d * portable.log(2 * Math.PI * h * h);
  return Float64Array.from({ length: x.shape[0] ?? 0 }, (_, i) => {
    const least = squaredDistances(squares, new Float64Array(x.data.subarray(i * d, (i + 1) * d)), centres);
    const nearest = least / scale;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const square = squares[j] as number;
      if (square - least <= reach) sum += portable.exp(nearest - square / scale);
    }
    return constant - nearest + portable.log(sum);
  });
}

/** ‖x − xⱼ‖² of each row of the centres, and the least of them. */
function squaredDistances(squares: Float64Array, x: Float64Array, centres: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0, at = 0; j < squares.length; j++) {
    let square = 0;
    for (let k = 0; k < x.length; k++, at++) {
      const difference = (x[k] as number) - (centres[at] as number);
      square += difference * difference;
    }
    squares[j] = square;
    if (square < least) least = square;
  }
  return least;
}

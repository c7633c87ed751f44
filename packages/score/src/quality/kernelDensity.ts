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

/** log (1/n) Σⱼ N(x; xⱼ, h²I) of each row of x: all pairs, without keeping them. */
function logMeanKernel({ data: centres, shape }: Tensor, h: number, x: Tensor): Float64Array {
  const [n = 0, d = 0] = shape;
  const squares = new Float64Array(n);
  const constant = -portable.log(n) - 0.5 * d * portable.log(2 * Math.PI * h * h);
  return Float64Array.from({ length: x.shape[0] ?? 0 }, (_, i) => {
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) {
        const difference = (x.data[i * d + k] as number) - (centres[j * d + k] as number);
        square += difference * difference;
      }
      squares[j] = square / (2 * h * h);
    }
    const nearest = squares.reduce((least, square) => Math.min(least, square), Number.POSITIVE_INFINITY);
    const sum = squares.reduce((total, square) => total + portable.exp(nearest - square), 0);
    return constant - nearest + portable.log(sum);
  });
}

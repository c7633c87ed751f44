import {
  abs,
  add,
  cast,
  div,
  expandDims,
  eye,
  matmul,
  max,
  mul,
  ShapeError,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  where,
  zeros,
} from "@scoretape/autograd";
import type { Scatter } from "../scatter.ts";
import { knownPrecision, predicted } from "./conditional.ts";
import { type Patterns, patternsOf } from "./patterns.ts";

/** The steps end when none moves a mean by so many deviations, or a covariance by as much of two; or after so many. */
const [ENOUGH, MOST_STEPS] = [1e-8, 2000];
/** A step inverts a d×d matrix for every pattern of gaps: so many multiplications are what is waited for. */
const MOST_WORK = 2e9;

/**
 * The mean and the scatter n·Σ of rows with gaps (NaN), under which what is observed is likeliest, by the EM algorithm (Dempster, Laird &
 * Rubin 1977, Maximum likelihood from incomplete data; Little & Rubin, Statistical analysis with missing data, section
 * 11.2): each gap counts as its conditional mean, and the scatter as that of these rows plus the conditional covariances.
 * Where gaps depend on nothing but what the row still shows, that is consistent. `centered` has the conditional means.
 *
 * @throws ShapeError when a column has fewer than two numbers, or patterns of gaps and columns are too many
 * @throws RangeError when all numbers of a column are equal
 */
export function observedScatter(name: string, x: Tensor): Scatter {
  const [n = 0, d = 0] = x.shape;
  const patterns = patternsOf(x);
  const { known, masks } = patterns;
  const [p = 0] = masks.shape;
  const values = where(known, cast(x, "float64"), 0);
  const numbers = sum(known, { axis: 0 });
  const few = numbers.data.findIndex((count) => count < 2);
  if (few >= 0) {
    throw new ShapeError(
      `${name}: column ${few} of x has ${numbers.data[few]} numbers and else gaps; leave it out, or give two or more`,
    );
  }
  if (p * d * d * d > MOST_WORK) {
    throw new ShapeError(
      `${name}: ${p} patterns of gaps in ${d} columns are too many; leave out columns or rows with gaps`,
    );
  }
  const start = div(sum(values, { axis: 0 }), numbers);
  const rows = where(known, sub(values, start), 0);
  const variances = div(sum(square(rows), { axis: 0 }), numbers);
  const constant = variances.data.indexOf(0);
  if (constant >= 0) {
    throw new RangeError(`${name}: column ${constant} of x is the same in every row; leave it out`);
  }
  const sums = sumsByPattern(rows, patterns);
  let moments: Moments = {
    mean: zeros([d], { dtype: "float64" }),
    covariance: mul(eye(d, { dtype: "float64" }), variances),
  };
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = improved(moments, patterns, sums);
    const moved = movement(moments, next, variances);
    moments = next;
    if (moved < ENOUGH) break;
  }
  const { mean, covariance } = moments;
  const seen = where(known, sub(rows, mean), 0);
  const expected = predicted(covariance, knownPrecision(covariance, patterns.masks), patterns.of, seen);
  return { mean: add(start, mean), centered: where(known, seen, expected), scatter: mul(n, covariance) };
}

/** N(μ, Σ). */
interface Moments {
  readonly mean: Tensor;
  readonly covariance: Tensor;
}

/** Of the rows of each pattern, with 0 at their gaps: Σx, [p, d], and Σxxᵀ, [p, d, d]. */
interface Sums {
  readonly first: Tensor;
  readonly second: Tensor;
}

function sumsByPattern(rows: Tensor, { masks, of }: Patterns): Sums {
  const [p = 0, d = 0] = masks.shape;
  const [first, second] = [new Float64Array(p * d), new Float64Array(p * d * d)];
  of.data.forEach((pattern, row) => {
    const x = rows.data.subarray(row * d, row * d + d);
    x.forEach((value, i) => {
      if (value === 0) return;
      first[pattern * d + i] = (first[pattern * d + i] ?? 0) + value;
      const at = (pattern * d + i) * d;
      for (let j = 0; j < d; j++) second[at + j] = (second[at + j] ?? 0) + value * (x[j] ?? 0);
    });
  });
  return { first: tensor(first, { shape: [p, d] }), second: tensor(second, { shape: [p, d, d] }) };
}

/** B of each pattern, by which a row's conditional mean is μ + B(x − μ): the identity for what is known, ΣA for the rest. */
function knownOrPredicted(covariance: Tensor, masks: Tensor): Tensor {
  const [, d = 0] = masks.shape;
  const ofRest = matmul(covariance, knownPrecision(covariance, masks));
  return where(expandDims(masks, 2), eye(d, { dtype: "float64" }), ofRest);
}

/** A step of the EM algorithm. */
function improved({ mean, covariance }: Moments, { masks, counts, known }: Patterns, sums: Sums): Moments {
  const [n = 0] = known.shape;
  const B = knownOrPredicted(covariance, masks);
  const count = expandDims(counts, 1);
  const seen = mul(masks, mean);
  const first = sub(sums.first, mul(count, seen));
  const cross = outer(sums.first, seen);
  const second = add(
    sub(sums.second, add(cross, transpose(cross, [0, 2, 1]))),
    mul(expandDims(count, 2), outer(seen, seen)),
  );
  const shift = div(sum(matmul(B, expandDims(first, 2)), { axis: 0 }), n);
  const expected = sum(matmul(matmul(B, second), B, { transposeY: true }), { axis: 0 });
  const missing = sub(1, masks);
  const unknown = mul(outer(missing, missing), sub(covariance, matmul(B, covariance)));
  const hidden = sum(mul(expandDims(count, 2), unknown), { axis: 0 });
  const next = sub(div(add(expected, hidden), n), matmul(shift, shift, { transposeY: true }));
  return { mean: add(mean, squeeze(shift, 1)), covariance: mul(0.5, add(next, transpose(next))) };
}

/** xyᵀ of each row: [p, d] and [p, d] → [p, d, d]. */
function outer(x: Tensor, y: Tensor): Tensor {
  return mul(expandDims(x, 2), expandDims(y, 1));
}

/** The largest change of a mean, in deviations, or of a covariance. */
function movement(from: Moments, to: Moments, variances: Tensor): number {
  const deviations = sqrt(variances);
  const both = mul(expandDims(deviations, 1), deviations);
  const change = (a: Tensor, b: Tensor, unit: Tensor): number => max(abs(div(sub(a, b), unit))).item();
  return Math.max(change(from.mean, to.mean, deviations), change(from.covariance, to.covariance, both));
}

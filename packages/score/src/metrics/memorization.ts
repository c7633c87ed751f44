import { normalCdf, ShapeError, type Tensor, tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";

/** Whether samples are copies of the rows that a model was trained on. */
export interface Memorization {
  /**
   * The probability that a sample lies nearer to its nearest training row than a test row does to its own, ties counted
   * half: ½ where samples are as good as fresh data, 1 where all are copies.
   */
  readonly nearer: number;
  /** The standard error of `nearer` where it is ½. */
  readonly standardError: number;
  /** The probability of so large a `nearer`, or a larger one, where samples are as good as fresh data. */
  readonly pValue: number;
  /** `"cannot tell"`: there are too few rows to notice that a quarter of the samples are copies. */
  readonly verdict: "copies" | "no copies found" | "cannot tell";
}

/** Below it fresh data are found to be copies: one time in a hundred. */
const LEVEL = 0.01;
/** Standard errors above ½ that the level takes. */
const BOUND = 2.33;
/** A quarter of copies, the rest as good as fresh data, gives nearer = ½ + ¼/2; so much must be noticed. */
const NOTICED = 0.125;

/**
 * A test for copies among samples: by ranks (Mann–Whitney) it compares the distances from samples to their nearest
 * training row with those from test rows to theirs. A model that gives its training rows back, or rows too near to them,
 * has smaller ones. Meehan, Chaudhuri & Dasgupta 2020 (A non-parametric test to detect data-copying in generative
 * models), section 3, over the whole space.
 *
 * Standardise the columns first: distances are Euclidean.
 *
 * @param samples [m, d]
 * @param training the rows that the model was trained on, [n, d]
 * @param test rows of the same kind that it was not, [k, d]
 * @throws ShapeError when they are not matrices of equal width with rows in them
 * @throws RangeError when an element is not finite
 *
 * @example
 * ```ts
 * import { add, mul, random } from "@scoretape/autograd";
 * import { data, memorization } from "@scoretape/score";
 *
 * const rows = (i: number, n: number) => data.moons.sample(random.key(i), n);
 * const training = rows(0, 200);
 * const copies = add(training, mul(0.001, random.normal(random.key(1), training.shape)));
 * console.log(memorization(copies, training, rows(2, 100)).verdict); // copies
 * console.log(memorization(rows(3, 200), training, rows(2, 100)).verdict); // no copies found
 * ```
 */
export function memorization(samples: Tensor, training: Tensor, test: Tensor): Memorization {
  const name = "memorization";
  for (const [what, x] of Object.entries({ samples, training, test })) checkData(name, x, what);
  for (const [what, x] of Object.entries({ samples, test })) {
    if (x.shape[1] !== training.shape[1]) {
      throw new ShapeError(
        `${name}: ${what} have shape [${x.shape.join(", ")}], the training rows [${training.shape.join(", ")}]; ` +
          "they have the same columns",
      );
    }
  }
  const [ofSamples, ofTest] = [nearestDistances(samples, training), nearestDistances(test, training)];
  const [m, k] = [ofSamples.length, ofTest.length];
  const nearer = shareBelow(ofSamples, ofTest);
  const standardError = Math.sqrt((m + k + 1) / (12 * m * k));
  const pValue = normalCdf(tensor((0.5 - nearer) / standardError, { dtype: "float64" })).item();
  const copies = pValue < LEVEL;
  const seesLittle = BOUND * standardError > NOTICED;
  return {
    nearer,
    standardError,
    pValue,
    verdict: copies ? "copies" : seesLittle ? "cannot tell" : "no copies found",
  };
}

/** The squared distance from each row of x to the nearest row of y. */
function nearestDistances(x: Tensor, y: Tensor): Float64Array {
  const [n = 0, d = 0] = x.shape;
  const rows = y.shape[0] ?? 0;
  return Float64Array.from({ length: n }, (_, i) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < rows; j++) {
      let square = 0;
      for (let k = 0; k < d && square < nearest; k++) {
        const difference = (x.data[i * d + k] as number) - (y.data[j * d + k] as number);
        square += difference * difference;
      }
      nearest = Math.min(nearest, square);
    }
    return nearest;
  });
}

/** The share of pairs in which x is below y, ties counted half. */
function shareBelow(x: Float64Array, y: Float64Array): number {
  const [a, b] = [x.toSorted(), y.toSorted()];
  let [below, upTo, total] = [0, 0, 0];
  for (const value of b) {
    while (below < a.length && (a[below] as number) < value) below += 1;
    upTo = Math.max(upTo, below);
    while (upTo < a.length && (a[upTo] as number) <= value) upTo += 1;
    total += 0.5 * (below + upTo);
  }
  return total / (a.length * b.length);
}

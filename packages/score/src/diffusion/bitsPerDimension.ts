import {
  add,
  checkOptions,
  type Key,
  kindOf,
  portable,
  random,
  ShapeError,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkList, checkNumbers } from "../check.ts";
import { rademacher } from "../probes.ts";
import { type Estimate, estimateOf } from "../quality/estimate.ts";
import { floatOf } from "../samplers/walk.ts";
import { type LogLikelihoodOptions, likelihoodAlongFlow } from "./logLikelihood.ts";
import type { DiffusionProcess } from "./process.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/** How to measure bits per dimension. */
export interface BitsPerDimensionOptions extends Omit<LogLikelihoodOptions, "probes"> {
  /** Draws what is added to the levels, and the probes: the same key, the same bits. */
  readonly key: Key;
  /** How many values a coordinate has, from 2; 256 unless said. */
  readonly levels?: number;
  /** The lowest and the highest of them, the others evenly between; [-1, 1] unless said. */
  readonly range?: readonly [low: number, high: number];
  /** How many probes of random signs a row has, from 1, or `exact`, for which d products are taken; 1 unless said. */
  readonly probes?: number | "exact";
}

/** The mean over rows, with its standard error. */
export interface BitsPerDimension extends Estimate {
  /** The bits per dimension of each row, [n]. */
  readonly bits: Tensor;
  /** How often the score was evaluated at all rows. */
  readonly evaluations: number;
}

/**
 * Bits per dimension of points whose coordinates have one of L levels, δ apart: the mean over the rows of
 * −log₂ p_ε(x + δ·(u − ½))/d − log₂ δ with uniform u (uniform dequantisation), by {@link logLikelihood} with Hutchinson's
 * probes. In expectation over u it is no less than −log₂ P(x)/d, P(x) being what the density has in the cell of x: Theis, van
 * den Oord & Bethge 2016, section 3.1; Song et al. 2021, appendix D.
 *
 * The standard error is that of a mean over independent rows. What u, the probes and the choice of rows leave to chance is in
 * it, the solver's error is not.
 *
 * @param score s(x, t), [n, d] → [n, d]; t is a scalar
 * @param x points on the levels, [n, d] with n ≥ 2, at time ε
 * @throws RangeError when an element of x is none of the levels, a state becomes NaN or infinite, or an option is out of range
 * @throws ShapeError when x is not [n, d] or has a single row, or the score returns another shape
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { bitsPerDimension, data, dormandPrince, timeConditional, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0, 0] });
 * const process = variancePreserving();
 * const score = timeConditional((x, sigma) => set.score(x, sigma), process);
 * const x = tensor([[-1, 1], [1, -1], [1, 1], [-1, -1]]);
 * const { value } = bitsPerDimension(score, x, process, {
 *   solver: dormandPrince(),
 *   key: random.key(0),
 *   levels: 21,
 *   range: [-1, 1],
 * });
 * // log₂(√(2πe)/0.1)
 * console.log(value.toFixed(1), Math.log2(Math.sqrt(2 * Math.PI * Math.E) / 0.1).toFixed(1)); // 5.4 5.4
 * ```
 */
export function bitsPerDimension(
  score: TimeConditionalScore,
  x: Tensor,
  process: DiffusionProcess,
  options: BitsPerDimensionOptions,
): BitsPerDimension {
  const name = "bitsPerDimension";
  checkOptions(name, options, {
    solver: "any",
    key: "any",
    levels: "number",
    range: "any",
    probes: "any",
    backend: "any",
  });
  const { key, levels = 256, range = [-1, 1], probes = 1, ...how } = options;
  checkKey(name, key);
  checkData(name, x);
  if (x.shape[0] === 1) {
    throw new ShapeError(`${name}: x has one row; a standard error needs two or more`);
  }
  const gap = gapOf(name, levels, range);
  checkOnLevels(name, x, levels, range, gap);
  if (probes !== "exact") checkCount(name, probes, "probes");
  const dtype = floatOf(x);
  const noise = random.uniform(random.foldIn(key, 0), x.shape, { low: -gap / 2, high: gap / 2, dtype });
  const { bitsPerDimension: density, evaluations } = likelihoodAlongFlow(
    name,
    score,
    add(x, noise),
    process,
    {
      ...how,
      ...(probes === "exact"
        ? {}
        : { probes: rademacher(random.foldIn(key, 1), [probes, ...x.shape], { dtype }) }),
    },
  );
  const bits = sub(density, portable.log(gap) / Math.LN2);
  return { ...estimateOf(bits.data), bits, evaluations };
}

/** δ. */
function gapOf(name: string, levels: number, range: readonly [number, number]): number {
  checkCount(name, levels, "levels");
  if (levels === 1) throw new RangeError(`${name}: levels is 1; a coordinate has two values or more`);
  checkList(name, range, "range");
  checkNumbers(name, range, "an end of the range");
  const [low, high] = range;
  if (range.length !== 2 || !(low < high && high - low < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: range is [${range.join(", ")}]; give a finite low end and a higher one`);
  }
  return (high - low) / (levels - 1);
}

/** So much of δ may rounding have moved a coordinate. */
const ROUNDING = 0.01;

function checkOnLevels(
  name: string,
  x: Tensor,
  levels: number,
  [low, high]: readonly [number, number],
  gap: number,
): void {
  const at = x.data.findIndex((value) => {
    const level = (value - low) / gap;
    const nearest = Math.round(level);
    return nearest < 0 || nearest >= levels || Math.abs(level - nearest) > ROUNDING;
  });
  if (at < 0) return;
  const [, d = 1] = x.shape;
  throw new RangeError(
    `${name}: x is ${kindOf(x.data[at])} in coordinate ${at % d} of row ${Math.floor(at / d)}, none of the ${levels} ` +
      `levels from ${low} to ${high}; say how many levels there are, and their range`,
  );
}

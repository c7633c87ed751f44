import { checkOptions, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { assignedModes, type ModeAssignment } from "./modeAssignment.ts";
import { normalQuantile } from "./normalQuantile.ts";
import { wilson } from "./wilson.ts";

/** The share of the points in one mode. */
export interface ModeWeight {
  /** count/n. */
  readonly weight: number;
  /** How many points belong to the mode. */
  readonly count: number;
  /** The lower end of the confidence interval. */
  readonly low: number;
  /** The upper end of the confidence interval. */
  readonly high: number;
}

/** How sure the intervals are. */
export interface ModeWeightsOptions {
  /** The probability with which each interval covers the true weight, in (0, 1); 0.95 unless said. */
  readonly confidence?: number;
}

/**
 * The share of the points in each mode, with Wilson's score interval (Wilson 1927) for independent points:
 * (p + z²/2n ± z√(p(1 − p)/n + z²/4n²))/(1 + z²/n), which holds at shares near 0 and 1 too.
 *
 * @param x [n, d]
 * @param modes the centres [k, d], where a point belongs to the nearest one (the first of equally near ones); or
 *   a rule of your own
 * @throws ShapeError when x is not [n, d], or the centres are not [k, d] with the same d
 * @throws RangeError when a value is not finite, the confidence is not in (0, 1), or a rule returns no mode
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { modeWeights } from "@scoretape/score";
 *
 * const modes = modeWeights(tensor([[0.1], [1.9], [2.2], [2.1]]), tensor([[0], [2]]));
 * console.log(modes.map(({ weight, high }) => [weight, high.toFixed(2)])); // [ [ 0.25, '0.70' ], [ 0.75, '0.95' ] ]
 * ```
 */
export function modeWeights(
  x: Tensor,
  modes: Tensor | ModeAssignment,
  options: ModeWeightsOptions = {},
): ModeWeight[] {
  checkOptions("modeWeights", options, { confidence: "number" });
  const { confidence = 0.95 } = options;
  checkData("modeWeights", x);
  const [n = 0, d = 0] = x.shape;
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `modeWeights: confidence is ${confidence}; it is a probability above 0 and below 1, such as 0.95`,
    );
  }
  const assigned = assignedModes("modeWeights", modes, d);
  const counts = new Array<number>(assigned.count).fill(0);
  for (const mode of assigned.of(x)) counts[mode] = (counts[mode] ?? 0) + 1;
  const [z = 0] = normalQuantile([0.5 + confidence / 2]);
  return counts.map((hits) => ({ weight: hits / n, count: hits, ...wilson(hits / n, n, z) }));
}

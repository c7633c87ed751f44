import { checkOptions, kindOf, ShapeError, type Tensor } from "@scoretape/autograd";
import { chainVariances, halves, type Series, seriesOf } from "./chains.ts";
import { folded, rankNormalized } from "./rankNormalization.ts";

/** Which R̂ to compute. */
export interface RHatOptions {
  /**
   * `rank-normalized`, unless said: of the halves of the chains, the larger one of the R̂ of normal scores of the
   * ranks and of the same after folding about the median (Vehtari et al. 2021). `split`: of the values in the
   * halves of the chains. `classic`: of the values in the whole chains (Gelman & Rubin 1992).
   */
  readonly method?: "rank-normalized" | "split" | "classic";
}

/**
 * The potential scale reduction R̂ = √(var⁺/W) of each coordinate: how much wider all chains together are than each
 * alone. Near 1 when the chains agree; Vehtari et al. 2021 advise to trust no chains above 1.01. The default sees
 * differences in width and in heavy tails too, and half a chain against the other, so one chain is enough.
 *
 * @param trajectory the states of the chains in order, as a sampler keeps them: a list of [chains, d], or
 *   [steps, chains, d]; four steps or more
 * @returns d numbers; Infinity where chains stand still in different places
 * @throws ShapeError when the trajectory has another shape, or `classic` is asked of one chain
 * @throws RangeError when a value is not finite, or a coordinate has one value throughout
 *
 * @example
 * ```ts
 * import { add, random, tensor } from "@scoretape/autograd";
 * import { rHat } from "@scoretape/score";
 *
 * const draws = random.normal(random.key(0), [500, 4, 1]);
 * const apart = add(draws, tensor([[[0], [0], [0], [1]]]));
 * console.log(rHat(draws).every((r) => r < 1.01)); // true
 * console.log(rHat(apart).every((r) => r > 1.05)); // true
 * ```
 */
export function rHat(trajectory: Tensor | readonly Tensor[], options: RHatOptions = {}): number[] {
  checkOptions("rHat", options, { method: "string" });
  const { method = "rank-normalized" } = options;
  if (method !== "rank-normalized" && method !== "split" && method !== "classic") {
    throw new RangeError(`rHat: method is ${kindOf(method)}; it is "rank-normalized", "split" or "classic"`);
  }
  return seriesOf("rHat", trajectory).map((series) => {
    if (method === "classic") return scaleReduction(atLeastTwo(series));
    if (method === "split") return scaleReduction(halves(series));
    return rankRHat(series);
  });
}

/** The larger R̂ of normal scores of the ranks, in the halves of the chains, as they are and folded. */
export function rankRHat(series: Series): number {
  const ofRanks = (values: Series): number => scaleReduction(rankNormalized(halves(values)));
  return Math.max(ofRanks(series), ofRanks(folded(series)));
}

/** √(var⁺/W); 1 where nothing varies, as folded values need not. */
function scaleReduction(series: Series): number {
  const { within, pooled } = chainVariances(series);
  return pooled === 0 ? 1 : Math.sqrt(pooled / within);
}

function atLeastTwo(series: Series): Series {
  if (series.length > 1) return series;
  throw new ShapeError("rHat: the classic method compares chains, and there is one; give more, or use split");
}

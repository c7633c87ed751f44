import { checkFraction, checkOptions } from "../arguments.ts";
import { add } from "../ops/arithmetic.ts";
import { div } from "../ops/elementwise.ts";
import { cast } from "../ops/layout.ts";
import type { Tensor } from "../tensor.ts";
import * as tree from "../tree.ts";
import { mixIn, totalWeight } from "./average.ts";
import { checkLikeParameters, checkStep, firstStep } from "./transformation.ts";

/** The state of an {@link ema}. */
export type EmaState<P extends tree.TreeOf<P>> = {
  /** The number of updates made. */
  readonly step: Tensor;
  /** The average so far; before the first update, the parameters that `init` got. */
  readonly average: P;
};

/** Options of {@link ema}. */
export interface EmaOptions {
  /** Averages only what `update` gets (true unless said); otherwise begins at the parameters of `init`. */
  readonly debias?: boolean;
}

/** A running average of parameters. */
export interface Ema {
  /** The state before the first update. */
  init<P extends tree.TreeOf<P>>(params: P): EmaState<P>;
  /**
   * The average with the new parameters in it, and the next state.
   *
   * @throws ShapeError when the parameters have not the structure, the shapes and the dtypes of the average
   */
  update<P extends tree.TreeOf<P>>(params: P, state: EmaState<P>): [average: P, state: EmaState<P>];
}

/**
 * The exponential moving average of parameters, a ← δa + (1 − δ)p. Debiased, it is the mean of p₁ ... p_t with
 * weights δ^(t − i), which sum to (1 − δᵗ)/(1 − δ): a ← a + (p − a)·(1 − δ)/(1 − δᵗ).
 *
 * @param decay δ in [0, 1)
 *
 * @example
 * ```ts
 * import { optim, tensor } from "@scoretape/autograd";
 *
 * const average = optim.ema(0.5);
 * const [, first] = average.update(tensor(1), average.init(tensor(0)));
 * const [mean] = average.update(tensor(4), first);
 * // Weights ½ and 1, divided by their sum.
 * console.log(mean.item().toFixed(3)); // 3.000
 * ```
 */
export function ema(decay: number, options: EmaOptions = {}): Ema {
  checkOptions("optim.ema", options, { debias: "boolean" });
  const { debias = true } = options;
  checkFraction("optim.ema", "decay", decay);
  return {
    init: (params) => ({ step: firstStep("optim.ema", params), average: params }),
    update(params, state) {
      checkStep("optim.ema", state);
      checkLikeParameters("optim.ema", state.average, { parameter: params });
      const step = add(state.step, 1);
      const weight = debias ? div(1 - decay, totalWeight(decay, step)) : 1 - decay;
      const average = tree.zip(
        (p, a) => mixIn(a, p, typeof weight === "number" ? weight : cast(weight, p.dtype)),
        params,
        state.average,
      );
      return [average, { step, average }];
    },
  };
}

import {
  add,
  checkOptions,
  div,
  type Key,
  mul,
  random,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkKey } from "../check.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { keptSteps } from "./keptSteps.ts";
import type { Samples } from "./langevin.ts";
import {
  denoiserOf,
  descend,
  type NoiseLevelOptions,
  noiseLevelKinds,
  scalarLike,
  shrunkToward,
} from "./noiseLevels.ts";
import { noiseLike } from "./walk.ts";

/** How to sample ancestrally. */
export interface AncestralOptions extends NoiseLevelOptions {
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
}

/**
 * Ancestral sampling, one sample per row of the start: from each level σ to the next σ' a draw from what x' is given x and
 * the clean point, which the denoiser D(x, σ) = x + σ²·s(x, σ) stands for:
 * x ← D + (σ'/σ)²·(x − D) + σ'·√(1 − (σ'/σ)²)·z, z standard normal. The sampler of DDPM (Ho et al. 2020, equation 7) for
 * noise of growing variance, Euler's ancestral method of Karras' k-diffusion. One evaluation a step.
 *
 * The clean point has a spread around D, which is left out: an error that falls with the length of the steps.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d]: noise N(0, σ₀²I) where σ₀ is far above the data's spread, or points with
 *   noise of that level, which are edited
 * @throws RangeError and ShapeError as {@link ddim} does
 *
 * @example
 * ```ts
 * import { mean, mul, random } from "@scoretape/autograd";
 * import { ancestral, data, karrasSchedule } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [3] });
 * const sigmas = karrasSchedule({ sigmaMin: 0.02, sigmaMax: 50, steps: 50 });
 * const start = mul(50, random.normal(random.key(0), [10_000, 1]));
 * const { samples } = ancestral((x, sigma) => set.score(x, sigma), start, { sigmas, key: random.key(1) });
 * console.log(mean(samples).item().toFixed(1)); // 3.0
 * ```
 */
export function ancestral(score: NoiseConditionalScore, start: Tensor, options: AncestralOptions): Samples {
  const name = "ancestral";
  checkOptions(name, options, { ...noiseLevelKinds, key: "any" });
  const { key, backend } = options;
  checkKey(name, key);
  const step = steps(backend, score, name);
  return descend(name, score, start, options, (x, { step: i, from, to }) =>
    step(x, random.foldIn(key, i - 1), scalarLike(x, from), scalarLike(x, to)),
  );
}

const steps = /* @__PURE__ */ keptSteps((score: NoiseConditionalScore, name: string) => {
  const D = denoiserOf(name, score);
  return (x: Tensor, own: Key, from: Tensor, to: Tensor) => ancestralStep(D(x, from), x, own, from, to);
});

/** A draw of the states at level σ' from those at σ and the clean points c: N(c + (σ'/σ)²·(x − c), σ'²·(1 − (σ'/σ)²)·I). */
export function ancestralStep(c: Tensor, x: Tensor, key: Key, from: Tensor, to: Tensor): Tensor {
  const share = square(div(to, from));
  const deviation = mul(to, sqrt(sub(1, share)));
  return add(shrunkToward(c, x, share), mul(deviation, noiseLike(key, x)));
}

import {
  add,
  checkOptions,
  type Key,
  mul,
  random,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount } from "../check.ts";
import { ancestralStep } from "../samplers/ancestral.ts";
import { compiled } from "../samplers/compiled.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import type { Samples } from "../samplers/langevin.ts";
import { denoiserOf, descend, scalarLike } from "../samplers/noiseLevels.ts";
import { noiseLike } from "../samplers/walk.ts";
import type { NoiseConditionalScore } from "../score.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";
import { checkObserved, type PosteriorOptions, posteriorKinds, projected } from "./options.ts";

/** How to sample by RePaint. */
export interface RepaintOptions extends PosteriorOptions {
  /** How often each step is taken, from 1: with 1, which it is unless said, measured parts are replaced and no more. */
  readonly repeats?: number;
}

/**
 * Samples of the points x of which y = Ax was measured exactly, one per row of the start, by RePaint (Lugmayr et al. 2022,
 * algorithm 1, for noise of growing variance): after an ancestral step from σ to σ', as {@link ancestral} takes it, what was
 * measured is replaced by y + σ'·Az. So that the rest comes to fit it, noise leads back to σ, x ← x + √(σ² − σ'²)·z, and the
 * step is repeated; but not that to 0.
 *
 * With few repeats the rest fits what was measured less than it should, and modes far apart keep too much of the weights that
 * they have without it however many there are. One evaluation for each repeat, and no derivative.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d], as for {@link ancestral}
 * @throws RangeError when the measurement is not exact, a state becomes infinite or NaN, with the step, the row and what to
 *   do, and when an option is out of range
 * @throws ShapeError when the start is not [n, d], what was observed does not fit it, or the score returns another shape
 *
 * @example
 * ```ts
 * import { broadcastTo, mean, mul, random, tensor } from "@scoretape/autograd";
 * import { data, karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
 *
 * // Two numbers that go together; the first was measured, the second is sought: it is 1.6 on average, 0.8 times the first.
 * const set = data.gaussian({ mean: [0, 0], covariance: [[1, 0.8], [0.8, 1]] });
 * const start = mul(20, random.normal(random.key(0), [5000, 2]));
 * const { samples } = posterior.repaint((x, sigma) => set.score(x, sigma), start, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: broadcastTo(tensor([2, 0]), start.shape),
 *   sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 20, steps: 50 }),
 *   repeats: 20,
 *   key: random.key(1),
 * });
 * console.log([...mean(samples, { axis: 0 }).data].map((x) => x.toFixed(1)).join(" ")); // 2.0 1.6
 * ```
 */
export function repaint(score: NoiseConditionalScore, start: Tensor, options: RepaintOptions): Samples {
  const name = "posterior.repaint";
  checkOptions(name, options, { ...posteriorKinds, repeats: "number" });
  return repainted(name, score, start, options);
}

/** {@link repaint}, called by one of its names. */
export function repainted(
  name: string,
  score: NoiseConditionalScore,
  start: Tensor,
  options: RepaintOptions,
): Samples {
  const { measurement, observed, key, repeats = 1, backend } = options;
  checkCount(name, repeats, "repeats");
  checkObserved(name, start, options);
  if (measurement.noise !== 0) {
    throw new RangeError(
      `${name}: the measurement has noise ${measurement.noise}; it replaces what was measured exactly, ` +
        "use posterior.pseudoinverseGuidance",
    );
  }
  const step = steps(backend, score, name, measurement);
  const backwards = compiled((x: Tensor, own: Key, from: Tensor, to: Tensor) => {
    const deviation = sqrt(sub(square(from), square(to)));
    return add(x, mul(deviation, noiseLike(random.foldIn(own, 2), x)));
  }, backend);
  return descend(name, score, start, options, (x, { step: i, from, to }) => {
    const [high, low] = [scalarLike(x, from), scalarLike(x, to)];
    const keyOf = (repeat: number): Key => random.foldIn(random.foldIn(key, i - 1), repeat);
    let next = step(x, observed, keyOf(0), high, low);
    for (let repeat = 1; repeat < repeats && to > 0; repeat++) {
      const again = backwards(next, keyOf(repeat - 1), high, low);
      next = step(again, observed, keyOf(repeat), high, low);
    }
    return next;
  });
}

const steps = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string, measurement: LinearMeasurement) => {
    const D = denoiserOf(name, score);
    return (x: Tensor, y: Tensor, own: Key, from: Tensor, to: Tensor) => {
      const drawn = ancestralStep(D(x, from), x, random.foldIn(own, 0), from, to);
      const noise = mul(to, noiseLike(random.foldIn(own, 1), x));
      return projected(measurement, drawn, add(y, measurement.observe(noise)));
    };
  },
);

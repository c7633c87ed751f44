import { claim, control } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { draw } from "./draw.ts";
import { sigmas } from "./learn.ts";
import { FILLING, type Measured, type Pair, smallest } from "./measure.ts";

export function findings(pairs: readonly Pair[], measured: Measured): Findings {
  const { regions, gap, slope } = measured;
  const filled = gap.levels.filter(({ sigma }) => sigma >= FILLING);
  return {
    tables: [
      {
        title: `E‖s − s*‖² of the learned score s, ${pairs.length} seeds`,
        rows: [
          ["points", "trained without noise", `with noise, at σ = ${smallest}`],
          ...regions.map(({ name, plain, noisy }) => [name, showEstimate(plain), showEstimate(noisy)]),
        ],
      },
      {
        title: "Between the modes: E‖s − s*‖² / E‖s*‖²",
        rows: [
          ["trained", "relative error", "how many times less than without noise"],
          ["without noise", showEstimate(gap.plain)],
          ["without noise, where the data are", showEstimate(gap.known)],
          ...gap.levels.map(({ sigma, noisy, factor }) => [
            `with noise, at σ = ${readable(sigma)}`,
            showEstimate(noisy),
            showEstimate(factor),
          ]),
        ],
      },
    ],
    claims: [
      claim({
        what: "without noise, error in the tenth of lowest density over that in the tenth of highest",
        measured: slope,
        isFactor: true,
        relation: "above",
        limit: 1,
        origin: control("the tenth of highest density, seed by seed; the loss weighs errors by the density"),
      }),
      claim({
        what: "without noise, relative error between the modes",
        measured: gap.plain,
        isFactor: true,
        relation: "above",
        limit: gap.known,
        origin: control("the same scores where the data are; between the modes they are a guess"),
      }),
      ...filled.map(({ sigma, factor }) =>
        claim({
          what: `error between the modes without noise over that at σ = ${readable(sigma)}`,
          measured: factor,
          isFactor: true,
          relation: "above",
          limit: 1,
          origin: control("the same training without noise; noise of the size of the gap fills it with data"),
        }),
      ),
      claim({
        what: `with noise, relative error between the modes at σ = ${smallest} over that at σ = ${readable(sigmas[0] ?? 0)}`,
        measured: gap.rise,
        isFactor: true,
        relation: "above",
        limit: 1,
        origin: control(
          "the same network at the widest level; noise much smaller than the gap leaves it empty",
        ),
      }),
    ],
    pictures: [{ name: "low-density", svg: draw(pairs, measured) }],
    numbers: { smallest, ...measured },
  };
}

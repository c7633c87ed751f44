import { readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { exactly } from "../statistics.ts";
import { draw } from "./draw.ts";
import { FILLING, type Measured, type Pair, smallest } from "./measure.ts";

export function findings(pairs: readonly Pair[], measured: Measured): Findings {
  const { regions, gap, slope } = measured;
  const filled = gap.levels.filter(({ sigma }) => sigma >= FILLING);
  const narrowest = gap.levels.at(-1)?.noisy ?? exactly(Number.NaN);
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
          ...gap.levels.map(({ sigma, noisy, factor }) => [
            `with noise, at σ = ${readable(sigma)}`,
            showEstimate(noisy),
            showEstimate(factor),
          ]),
        ],
      },
    ],
    claims: [
      {
        what: "without noise, error in the tenth of lowest density over that in the tenth of highest",
        measured: slope,
        above: 3,
        theory: "the loss weighs errors by the density",
      },
      {
        what: "without noise, relative error between the modes",
        measured: gap.plain,
        above: 0.3,
        theory: "there are no data there: the score is a guess, 1 for a score of 0",
      },
      ...filled.flatMap(({ sigma, noisy, factor }) => [
        {
          what: `with noise, relative error between the modes at σ = ${readable(sigma)}`,
          measured: noisy,
          below: 0.05,
          theory: "0: noise of the size of the gap fills it with data",
        },
        {
          what: `error between the modes without noise over that at σ = ${readable(sigma)}`,
          measured: factor,
          above: 10,
          theory: "the factor by which noise helps",
        },
      ]),
      {
        what: `with noise, relative error between the modes at σ = ${smallest}`,
        measured: narrowest,
        above: 0.3,
        theory: "noise much smaller than the gap leaves it empty: samplers must come from wide levels",
      },
    ],
    pictures: [{ name: "low-density", svg: draw(pairs, measured) }],
    numbers: { smallest, ...measured },
  };
}

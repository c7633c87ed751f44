import { type Claim, claim, control, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { type Estimate, exactly, shareOf } from "../statistics.ts";
import { draw } from "./draw.ts";
import { lawOf, type Prediction } from "./law.ts";
import { LEVELS, shareOfBasin, TRUTH } from "./modes.ts";
import type { Walked } from "./walk.ts";

export function findings(walked: readonly Walked[], stepsPerLevel: number): Findings {
  const results = walked.map((result) => {
    const { sampler, course } = result;
    const weight = shareOf(course.at(-1)?.[1] ?? 0, sampler.chains);
    return { ...result, weight, law: sampler.step && lawOf(sampler.step, stepsPerLevel) };
  });
  return {
    tables: [
      {
        title: `Weight of the larger mode after ${stepsPerLevel * LEVELS} steps, truth ${TRUTH.toFixed(3)}`,
        rows: [
          [
            "sampler",
            "chains",
            "weight [99 % interval]",
            "by its law",
            "changed the mode in the second half",
          ],
          ...results.map(({ sampler, weight, law, crossings }) => [
            `${sampler.name} (${sampler.note})`,
            sampler.chains.toLocaleString("en"),
            showEstimate(weight),
            law === null ? "" : law.weight.toFixed(4),
            crossings.toLocaleString("en"),
          ]),
        ],
      },
    ],
    claims: claimsOf(results),
    pictures: [{ name: "slow-mixing", svg: draw(walked) }],
    numbers: {
      truth: TRUTH,
      stepsPerLevel,
      samplers: results.map(({ sampler, weight, law, crossings, course }) => ({
        name: sampler.name,
        chains: sampler.chains,
        weight,
        law,
        crossings,
        course: course.map(([step, count]) => [step, count / sampler.chains]),
      })),
    },
  };
}

interface Result extends Walked {
  readonly weight: Estimate;
  readonly law: Prediction | null;
}

/** Of plain, annealed, mistaken and learned sampling. */
function claimsOf([plain, annealed, mistaken, learned]: readonly Result[]): Claim[] {
  const byLaw = (what: string, result: Result | undefined, says: string): Claim =>
    claim({
      what,
      measured: result?.weight ?? UNKNOWN,
      relation: "is",
      limit: result?.law?.weight ?? Number.NaN,
      rival: TRUTH,
      origin: theory(`the chain's own law, by quadrature: ${says}`),
    });
  const basin = shareOfBasin.toFixed(3);
  const crossing = plain?.law?.crossing ?? Number.NaN;
  const chains = plain?.sampler.chains ?? 0;
  return [
    byLaw(
      "weight by plain Langevin",
      plain,
      `about ${basin}, the share of the starts whose slope leads to that mode`,
    ),
    claim({
      what: "plain chains that changed the mode in the second half",
      measured: exactly(plain?.crossings ?? Number.NaN),
      relation: "is",
      limit: 0,
      origin: theory(
        `the chain's own law: ${readable(chains * crossing)} are expected, for between the modes p is e⁻²⁵`,
      ),
      falseAlarm: chains * crossing,
    }),
    byLaw(
      "weight by annealed Langevin",
      annealed,
      `${TRUTH}, less a lag, for each level has few steps to settle`,
    ),
    claim({
      what: "weight by annealed Langevin, from plain Langevin's",
      measured: annealed?.weight ?? UNKNOWN,
      relation: "above",
      limit: plain?.weight ?? UNKNOWN,
      origin: control("plain Langevin with as many steps"),
    }),
    byLaw(
      "weight by annealed Langevin whose noise does not follow its step size",
      mistaken,
      "without their noise the wide levels draw all chains to the mean, in the larger mode's reach",
    ),
    claim({
      what: "weight by annealed Langevin with a learned score",
      measured: learned?.weight ?? UNKNOWN,
      relation: "is",
      limit: annealed?.weight ?? UNKNOWN,
      rival: plain?.weight.value ?? Number.NaN,
      origin: control("the exact score"),
    }),
  ];
}

const UNKNOWN = exactly(Number.NaN);

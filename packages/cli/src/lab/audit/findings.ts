import { type Claim, claim, control, SINGLE_PRECISION, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { CONFIDENCE, type Estimate, exactly } from "../statistics.ts";
import { draw } from "./draw.ts";
import type { Audit, Level, Likelihood } from "./measure.ts";
import { largestByChance, largestDeviation, largestResidual, type SteinResidual } from "./stein.ts";
import type { Subject } from "./subject.ts";

/** p in the table is exp(−E)/Z of an energy, or the gradient part of a score, integrated and normalised on a grid. */
const NO_ENERGY = "not applicable: a score network has no energy whose constant could be asked for";
const NOT_IN_THE_PLANE = "not known: it is integrated in the plane alone";

export function findings(subject: Subject, levels: readonly Level[]): Findings {
  const dimension = subject.source.columns.length;
  const known = levels.flatMap(({ exact }) => (exact === null ? [] : [exact]));
  return {
    tables: [
      {
        title: `${subject.title}: ‖J − Jᵀ‖ / ‖J‖, and the largest residual of Stein's identity over the score's size`,
        rows: [
          [
            "noise level σ",
            "asymmetry",
            "shuffled",
            "Stein residual",
            "in standard errors",
            "the exact score's",
            "a Gaussian's residual",
            "−log p (nats)",
            "above the exact",
            "a Gaussian's",
          ],
          ...levels.map(({ sigma, learned, exact, gaussian, likelihood }) => [
            readable(sigma),
            showEstimate(learned.asymmetry.own),
            showEstimate(learned.asymmetry.shuffled),
            showEstimate(largestResidual(learned.stein)),
            largestDeviation(learned.stein).toFixed(1),
            exact === null ? "not known" : largestDeviation(exact.stein).toFixed(1),
            showEstimate(largestResidual(gaussian)),
            likelihood === null ? "not in the plane" : showEstimate(likelihood.nll),
            likelihood?.excess == null ? "" : showEstimate(likelihood.excess),
            likelihood?.gaussianExcess == null ? "" : showEstimate(likelihood.gaussianExcess),
          ]),
        ],
      },
      { title: "log Z", rows: [[logZInWords(subject, levels)]] },
    ],
    claims: [
      ...(known.length === 0 ? [] : controls(known, dimension)),
      ...ideals(levels, dimension),
      ...levels.flatMap(claimsOf),
    ],
    pictures: [{ name: "audit", svg: draw(subject, levels) }],
    numbers: {
      model: subject.title,
      data: subject.source.name,
      logZ: levels.at(-1)?.likelihood?.normaliser ?? logZInWords(subject, levels),
      levels: levels.map(({ likelihood, ...level }) => ({
        ...level,
        negativeLogLikelihood: likelihood === null ? null : withoutDensity(likelihood),
      })),
    },
  };
}

/** At the smallest noise level. */
function logZInWords({ model }: Subject, levels: readonly Level[]): string {
  if (model.standardEnergy === undefined) return NO_ENERGY;
  const { sigma = 0, likelihood = null } = levels.at(-1) ?? {};
  if (likelihood === null || likelihood.normaliser === null) return NOT_IN_THE_PLANE;
  const { logZ, error } = likelihood.normaliser;
  return `${logZ.toFixed(4)} ± ${error.toPrecision(1)} at σ = ${readable(sigma)}, by quadrature on a grid, standardised`;
}

function withoutDensity({ density: _, ...numbers }: Likelihood): Omit<Likelihood, "density"> {
  return numbers;
}

/** The audit itself: on exact scores it must find nothing. */
function controls(known: readonly Audit[], dimension: number): Claim[] {
  return [
    claim({
      what: "largest asymmetry found in the exact score",
      measured: largestOf(known.map(({ asymmetry }) => asymmetry.own)),
      relation: "below",
      limit: SINGLE_PRECISION,
      origin: theory("0, up to half the digits of single precision"),
    }),
    withinChance(
      "largest residual of Stein's identity found in the exact score, in standard errors",
      known.map(({ stein }) => stein),
      dimension,
    ),
  ];
}

/** What would be so of a score that is one. */
function ideals(levels: readonly Level[], dimension: number): Claim[] {
  return [
    claim({
      what: "largest asymmetry of the learned score's Jacobian",
      measured: largestOf(levels.map(({ learned }) => learned.asymmetry.own)),
      relation: "below",
      limit: SINGLE_PRECISION,
      origin: theory("0 for the gradient of a log density, up to half the digits of single precision"),
    }),
    withinChance(
      "largest residual of Stein's identity for the learned score, in standard errors",
      levels.map(({ learned }) => learned.stein),
      dimension,
    ),
  ];
}

function withinChance(
  what: string,
  residuals: readonly (readonly SteinResidual[])[],
  dimension: number,
): Claim {
  const count = residuals.reduce((total, { length }) => total + length * dimension, 0);
  return claim({
    what,
    measured: exactly(Math.max(...residuals.map(largestDeviation))),
    relation: "below",
    limit: largestByChance(count),
    origin: theory(
      `E[s g + ∇g] = 0: what chance alone gives the largest of ${count} in one of a hundred audits`,
    ),
    falseAlarm: 1 - CONFIDENCE,
  });
}

/** At every level the learned score is to be better than what knows nothing of the shape of the data. */
function claimsOf({ sigma, learned, gaussian, likelihood }: Level): Claim[] {
  const at = `σ = ${readable(sigma)}`;
  const normal = control("the normal distribution with the points' mean and covariance");
  return [
    claim({
      what: `${at}: asymmetry of the learned score's Jacobian`,
      measured: learned.asymmetry.own,
      relation: "below",
      limit: learned.asymmetry.shuffled,
      origin: control("the entries above the diagonal from the Jacobian at another point"),
    }),
    claim({
      what: `${at}: largest residual of Stein's identity for the learned score`,
      measured: largestResidual(learned.stein),
      relation: "below",
      limit: largestResidual(gaussian),
      origin: normal,
    }),
    ...(likelihood?.excess == null || likelihood.gaussianExcess == null
      ? []
      : [
          claim({
            what: `${at}: excess of −log p over that of the exact density, in nats`,
            measured: likelihood.excess,
            relation: "below",
            limit: likelihood.gaussianExcess,
            origin: normal,
          }),
        ]),
  ];
}

function largestOf(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((a, b) => (b.value > a.value ? b : a));
}

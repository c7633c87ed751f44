import type { Claim } from "../claim.ts";
import { readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { type Estimate, exactly } from "../statistics.ts";
import { draw } from "./draw.ts";
import type { Audit, Level } from "./measure.ts";
import { largestDeviation, largestResidual } from "./stein.ts";
import type { Subject } from "./subject.ts";

/** p in the table is the gradient part of the score, integrated and normalised on a grid. */
const LOG_Z = "not applicable: a score network has no energy whose constant could be asked for";

export function findings(subject: Subject, levels: readonly Level[]): Findings {
  const known = levels.flatMap(({ exact }) => (exact === null ? [] : [exact]));
  return {
    tables: [
      {
        title: `${subject.title}: ‖J − Jᵀ‖ / ‖J‖, and the largest residual of Stein's identity over the score's size`,
        rows: [
          [
            "noise level σ",
            "asymmetry",
            "Stein residual",
            "in standard errors",
            "the exact score's",
            "−log p (nats)",
            "above the exact",
          ],
          ...levels.map(({ sigma, learned, exact, likelihood }) => [
            readable(sigma),
            showEstimate(learned.asymmetry),
            showEstimate(largestResidual(learned.stein)),
            largestDeviation(learned.stein).toFixed(1),
            exact === null ? "not known" : largestDeviation(exact.stein).toFixed(1),
            likelihood === null ? "not in the plane" : showEstimate(likelihood.nll),
            likelihood?.excess == null ? "" : showEstimate(likelihood.excess),
          ]),
        ],
      },
      { title: "log Z", rows: [[LOG_Z]] },
    ],
    claims: [
      ...(known.length === 0 ? [] : controls(known)),
      {
        what: "largest asymmetry of the learned score's Jacobian",
        measured: largestOf(levels.map(({ learned }) => learned.asymmetry)),
        below: 0.3,
        theory: "0 for the gradient of a log density; √2 for a Jacobian without symmetry",
      },
      {
        what: "largest residual of Stein's identity E[s g + ∇g] = 0 for the learned score",
        measured: largestOf(levels.map(({ learned }) => largestResidual(learned.stein))),
        below: 0.15,
        theory: "0, as a share of the score's size",
      },
      ...excessClaims(levels),
    ],
    pictures: [{ name: "audit", svg: draw(subject, levels) }],
    numbers: {
      model: subject.title,
      data: subject.source.name,
      logZ: LOG_Z,
      levels: levels.map(({ sigma, learned, exact, likelihood }) => ({
        sigma,
        learned,
        exact,
        negativeLogLikelihood:
          likelihood === null ? null : { nll: likelihood.nll, excess: likelihood.excess },
      })),
    },
  };
}

/** The audit itself: on exact scores it must find nothing. */
function controls(known: readonly Audit[]): Claim[] {
  return [
    {
      what: "largest asymmetry found in the exact score",
      measured: largestOf(known.map(({ asymmetry }) => asymmetry)),
      below: 0.001,
      theory: "0, but for rounding",
    },
    {
      what: "largest residual of Stein's identity found in the exact score, in standard errors",
      measured: exactly(Math.max(...known.map(({ stein }) => largestDeviation(stein)))),
      below: 5,
      theory: `0, but for chance: about 3 for the largest of ${known.length * 12}`,
    },
  ];
}

/** Of the wider half of the levels: at narrow ones the weights of modes hang on the score between them. */
function excessClaims(levels: readonly Level[]): Claim[] {
  const wide = levels.slice(0, Math.ceil(levels.length / 2));
  const known = wide.flatMap(({ likelihood }) => (likelihood?.excess == null ? [] : [likelihood.excess]));
  if (known.length === 0) return [];
  return [
    {
      what: `largest excess of −log p over that of the exact density, in nats, down to σ = ${readable(wide.at(-1)?.sigma ?? 0)}`,
      measured: largestOf(known),
      below: 0.05,
      theory: "0: the Kullback–Leibler divergence from the data to the learned density",
    },
  ];
}

function largestOf(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((a, b) => (b.value > a.value ? b : a));
}

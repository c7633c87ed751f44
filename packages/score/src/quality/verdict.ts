import { checkTexts } from "../check.ts";
import type { LevelSkill } from "./denoisingSkill.ts";
import { failureOf } from "./failure.ts";
import { meanSkill } from "./meanSkill.ts";
import type { Quality } from "./quality.ts";
import { andMore, nats, negative, percent } from "./words.ts";

/** What to make of a model. */
export interface Verdict {
  /**
   * `failed`: the samples ran away or collapsed, or the network is far worse than a Gaussian. `untested`: there are no test
   * rows. `copies`: samples are training rows, or nearly. `worse`: a Gaussian explains the test rows better. `cannot tell`:
   * there are too few test rows to say. `good`: the model explains the test rows better than a Gaussian, or, where no likelihood is known, denoises them better.
   */
  readonly kind: "failed" | "untested" | "copies" | "worse" | "cannot tell" | "good";
  /** One or two sentences: what to believe, and what not. */
  readonly text: string;
}

/** So many standard errors are no chance. */
const CERTAIN = 2;

/**
 * A model's {@link quality} in plain words. Differences count from two standard errors on. A model has failed where the
 * standard deviation of its samples, of 100 or more, is over 1.5 or under 0.5 of the data's in some column, where it explains the test rows
 * worse than a Gaussian by more than a nat a row or 0.1 a column, or where its likelihood cannot be computed at all.
 *
 * @param names of the columns; their numbers, from 1, unless said
 *
 * @example
 * ```ts
 * import { mul, random } from "@scoretape/autograd";
 * import { data, quality, verdict } from "@scoretape/score";
 *
 * const training = data.moons.sample(random.key(0), 200);
 * const rows = { training, test: null, samples: mul(2, training) };
 * const { kind, text } = verdict(quality((z) => z, [1], rows, { key: random.key(1) }), ["x", "y"]);
 * console.log(`${kind}: ${text.slice(0, 26)}`); // failed: The samples ran away: in x
 * ```
 */
export function verdict(found: Quality, names?: readonly string[]): Verdict {
  if (typeof found !== "object" || found === null || !Array.isArray(found.columns)) {
    throw new TypeError("verdict: the quality is none; give what quality returned");
  }
  if (names !== undefined) checkTexts("verdict", names, "names");
  const called = (j: number): string => names?.[j] ?? `column ${j + 1}`;
  const failure = failureOf(found, called);
  if (failure !== null) return { kind: "failed", text: failure };
  const { kind, text } = belief(found);
  return { kind, text: [text, ...doubt(found, kind, called)].join(" ") };
}

/** The likelihood along the flow is solved to less than so many nats a row, which is no difference. */
const ACCURACY = 0.01;

/** What to believe. */
function belief({ heldOut, denoising, memorization, rows: { test } }: Quality): Verdict {
  if (memorization?.verdict === "copies") {
    return {
      kind: "copies",
      text:
        `Samples lie nearer to training rows than fresh rows do (${percent(memorization.nearer)} of comparisons, p = ` +
        `${memorization.pValue.toPrecision(1)}): some are copies, so do not take them for new rows.`,
    };
  }
  if (heldOut === null && denoising !== null) return ofDenoising(denoising, test);
  if (heldOut === null) {
    return {
      kind: "untested",
      text: "No rows were held out, so nothing tells how the model does on rows that it has not seen.",
    };
  }
  const { gaussian } = heldOut.advantage;
  const rows = `${heldOut.rows} rows that it never saw`;
  const chance = Math.max(ACCURACY, CERTAIN * (gaussian?.standardError ?? 0));
  if (gaussian === null || Math.abs(gaussian.value) < chance) {
    return {
      kind: "cannot tell",
      text: `${heldOut.rows} test rows cannot tell whether the model explains more than a Gaussian${
        gaussian === null ? "" : ` (difference ${nats(gaussian)})`
      }.`,
    };
  }
  if (gaussian.value < 0) {
    return {
      kind: "worse",
      text: `Believe a Gaussian rather than this model: it explains ${rows} better by ${nats(negative(gaussian))}.`,
    };
  }
  return {
    kind: "good",
    text: `Believe the shape: the model explains ${rows} better than a Gaussian by ${nats(gaussian)}.`,
  };
}

/** What to believe of a model of which only the denoising of test rows is known. */
function ofDenoising(levels: readonly LevelSkill[], test: number): Verdict {
  const { value, standardError } = meanSkill(levels);
  const than = `than a Gaussian's denoiser, on average over ${levels.length} noise levels`;
  const share = `${percent(Math.abs(1 - value))} ± ${percent(standardError)}`;
  if (Math.abs(value - 1) < CERTAIN * standardError) {
    return {
      kind: "cannot tell",
      text: `${test} test rows cannot tell whether the model knows more than a Gaussian (difference ${share}).`,
    };
  }
  const rows = `${test} rows that it never saw`;
  return value > 1
    ? {
        kind: "worse",
        text: `Believe a Gaussian rather than this model: on ${rows} it errs by ${share} more ${than}.`,
      }
    : { kind: "good", text: `Believe the shape: on ${rows} the model errs by ${share} less ${than}.` };
}

/** What not to believe: at most one sentence. */
function doubt(found: Quality, kind: Verdict["kind"], called: (j: number) => string): string[] {
  const { heldOut, distances, memorization, columns, correlations, rows } = found;
  const kde = heldOut?.advantage.kde ?? null;
  const fresh = 2 / (1 + rows.training + rows.test);
  const strayed = columns
    .map(({ outside }, j) => ({ outside, j }))
    .filter(({ outside }) => outside > Math.max(0.01, 3 * fresh))
    .sort((a, b) => b.outside - a.outside);
  const [worst] = strayed;
  const doubts = [
    ...(kde !== null && kde.value < -CERTAIN * kde.standardError
      ? [`a kernel density estimate explains the test rows better by ${nats(negative(kde))}`]
      : []),
    ...(distances !== null && distances.samples.value > distances.training.high
      ? ["samples are further from test rows than training rows are"]
      : []),
    ...(memorization?.verdict === "cannot tell"
      ? ["so few test rows cannot tell whether samples are copies"]
      : []),
    ...(worst === undefined
      ? []
      : [
          `${percent(worst.outside)} of the samples leave the data's range in ${andMore(called(worst.j), strayed.length - 1)}`,
        ]),
    ...(correlations !== null && correlations.difference > correlations.byChance
      ? [
          `the correlation of ${correlations.columns.map(called).join(" and ")} is ` +
            `${correlations.samples.toFixed(2)} in samples, ${correlations.data.toFixed(2)} in data`,
        ]
      : []),
  ];
  if (doubts.length > 0) return [`But ${doubts.join("; ")}.`];
  return kind === "good" ? ["Beyond the data's range nothing was tested."] : [];
}

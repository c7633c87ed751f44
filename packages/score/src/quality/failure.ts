import { portable } from "@scoretape/autograd";
import type { LevelSkill } from "./denoisingSkill.ts";
import { meanSkill } from "./meanSkill.ts";
import type { Quality } from "./quality.ts";
import { andMore, nats, negative } from "./words.ts";

/** A standard deviation over or under so much of the data's, by two standard errors, is no likeness. */
const [RAN_AWAY, COLLAPSED] = [1.5, 0.5];
/** The deviation of fewer samples is no reason to call a model a failure. */
const ENOUGH = 100;
/** A model so far below a Gaussian, by two standard errors too, has not learned: nats a row, or a column where that is more. */
const FAR = { row: 1, column: 0.1 };
const CERTAIN = 2;

/** Why a model has failed, or null. */
export function failureOf(
  { rows, columns, heldOut, denoising }: Quality,
  called: (j: number) => string,
): string | null {
  const widths = columns.flatMap(({ deviation: { ratio, standardError } }, j) =>
    ratio === null || rows.samples < ENOUGH
      ? []
      : [{ j, ratio, slack: portable.exp(CERTAIN * standardError) }],
  );
  const wide = widths
    .filter(({ ratio, slack }) => ratio > RAN_AWAY * slack)
    .sort((a, b) => b.ratio - a.ratio);
  const narrow = widths
    .filter(({ ratio, slack }) => ratio * slack < COLLAPSED)
    .sort((a, b) => a.ratio - b.ratio);
  for (const [what, [worst, ...more]] of [
    ["ran away", wide],
    ["collapsed", narrow],
  ] as const) {
    if (worst === undefined) continue;
    return (
      `The samples ${what}: in ${andMore(called(worst.j), more.length)} their standard deviation is ` +
      `${worst.ratio.toPrecision(2)} times the data's${more.length > 0 ? ", at worst" : ""}. ` +
      "Believe neither them nor the score."
    );
  }
  if (heldOut === null) return denoising === null ? null : misfitOf(denoising, rows.test);
  const { gaussian } = heldOut.advantage;
  if (gaussian === null) {
    return "The likelihood of test rows cannot be computed, so rough is the score. Believe neither it nor the samples.";
  }
  const deficit = -gaussian.value - CERTAIN * gaussian.standardError;
  if (deficit <= Math.max(FAR.row, FAR.column * columns.length)) return null;
  return (
    `The network did not fit: a Gaussian explains ${heldOut.rows} rows that it never saw better by ` +
    `${nats(negative(gaussian))}. Believe the Gaussian.`
  );
}

/** A denoiser whose error is so much that of a Gaussian's, by two standard errors, has not learned. */
const FAR_OFF = 1.1;

function misfitOf(levels: readonly LevelSkill[], test: number): string | null {
  const { value, standardError } = meanSkill(levels);
  if (!(value - CERTAIN * standardError > FAR_OFF)) return null;
  return (
    `The network did not fit: on ${test} rows that it never saw its error as a denoiser is ${value.toPrecision(3)} times a ` +
    "Gaussian's. Believe the Gaussian."
  );
}

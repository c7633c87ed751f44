import type { GivenMeasurements } from "@scoretape/score/model";
import { textTable } from "../terminal/text-table.ts";

type Share = GivenMeasurements["logScore"]["regression"];

/** How far the share that intervals hold may be from what it should be, beside what chance makes of it. */
const MISS = 0.03;

/** What test rows say of a model of a target, as a table for people, and in a sentence. */
export function showTarget({ rows, logScore, coverage }: GivenMeasurements): string {
  const table = [
    [`${rows.toLocaleString("en")} test rows`, "model", "linear regression"],
    [
      "log p(target | given), nats a row",
      logScore.model === null ? "none" : estimate(logScore.model),
      estimate(logScore.regression),
    ],
    ...(logScore.advantage === null ? [] : [["the model is better by", "", estimate(logScore.advantage)]]),
    ...coverage.flatMap(({ column, intervals }) =>
      intervals.flatMap(({ interval, model, regression, width }) => [
        [`${column} in its ${percent(interval)} intervals`, held(model), held(regression)],
        ["their mean width", width.model.toPrecision(3), width.regression.toPrecision(3)],
      ]),
    ),
  ];
  return `${textTable(table)}\n${inWords({ rows, logScore, coverage })}\n`;
}

/** What to believe of it. */
function inWords({ logScore: { advantage }, coverage }: GivenMeasurements): string {
  const wrong = coverage.flatMap(({ column, intervals }) =>
    intervals
      .filter(({ interval, model }) => Math.abs(model.value - interval) > MISS + 3 * model.standardError)
      .map(
        ({ interval, model }) =>
          `the ${percent(interval)} intervals of ${column} hold ${percent(model.value)}`,
      ),
  );
  const better =
    advantage === null
      ? "The density of the model could not be followed."
      : advantage.value > 2 * advantage.standardError
        ? "The model knows more of the target than a linear regression does."
        : "The model is no better than a linear regression.";
  return wrong.length === 0
    ? `${better} Its intervals hold what they say.`
    : `${better} Its intervals are not to be trusted: ${wrong.join(", ")}.`;
}

function estimate({ value, standardError }: Share): string {
  return `${value.toFixed(3)} ± ${standardError.toFixed(3)}`;
}

function held({ value, standardError }: Share): string {
  return `${percent(value)} ± ${percent(standardError)}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

import type { ModeWeight } from "@scoretape/score";
import type { LevelError, Measurements } from "@scoretape/score/model";
import { textTable } from "../terminal/text-table.ts";

/** The results as a table for people: modes, then distances, then errors by noise level if asked for. */
export function showResults(
  { modes, resemblance, byLevel }: Measurements,
  options: { byLevel: boolean },
): string {
  const shown = modes.length === 2 ? modes.slice(0, 1) : modes;
  const weights = [
    ["", "samples", "data"],
    ...shown.map(({ name, samples, data }) => [`weight of ${name}`, interval(samples), interval(data)]),
  ];
  const { slicedWasserstein, maximumMeanDiscrepancy, halves, ratio } = resemblance;
  const distances = [
    ["", "samples to data", "between halves of the data", "ratio"],
    [
      "sliced Wasserstein distance",
      slicedWasserstein.toFixed(4),
      halves?.slicedWasserstein.toFixed(4) ?? "",
      ratio?.toFixed(2) ?? "",
    ],
    [
      "maximum mean discrepancy²",
      maximumMeanDiscrepancy?.toFixed(5) ?? "",
      halves?.maximumMeanDiscrepancy?.toFixed(5) ?? "",
    ],
  ];
  const tables = [
    ...(shown.length > 0 ? [weights] : []),
    distances,
    ...(options.byLevel ? levelTables(byLevel) : []),
  ];
  return tables.map(textTable).join("\n");
}

/** The losses by noise level, and where the exact score is known the errors too, over all and by density. */
function levelTables(byLevel: readonly LevelError[]): string[][][] {
  const levels = [
    ["noise level σ", "denoising loss × σ²", "Fisher divergence ½E‖s − s*‖²", "standard error", "of ½E‖s*‖²"],
    ...byLevel.map(({ sigma, denoisingLoss, fisherDivergence }) => [
      sigma.toPrecision(3),
      denoisingLoss.toFixed(4),
      ...(fisherDivergence === null
        ? ["not known"]
        : [
            fisherDivergence.value.toPrecision(4),
            fisherDivergence.standardError.toPrecision(2),
            percent(fisherDivergence.relative),
          ]),
    ]),
  ];
  const known = byLevel.flatMap(({ fisherDivergence }) => fisherDivergence ?? []);
  const [first] = known;
  if (first === undefined) return [levels];
  const last = first.byDensity.length - 1;
  const byDensity = [
    [
      "of ½E‖s*‖², by tenths of the points",
      ...first.byDensity.map((_, i) => (i === 0 ? "lowest density" : i === last ? "highest" : `${i + 1}`)),
    ],
    ...known.map(({ sigma, byDensity: parts }) => [
      `σ = ${sigma.toPrecision(3)}`,
      ...parts.map(({ relative }) => percent(relative)),
    ]),
  ];
  return [levels, byDensity];
}

function percent(share: number): string {
  const hundredths = 100 * share;
  return `${hundredths < 99.5 ? hundredths.toPrecision(2) : hundredths.toFixed(0)} %`;
}

function interval({ weight, low, high }: ModeWeight): string {
  return `${weight.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

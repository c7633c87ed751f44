import type { ColumnComparison, Estimate, ModeWeight, Quality, Spread } from "@scoretape/score";
import type { LevelError, Measurements, ModeShare } from "@scoretape/score/model";
import { textTable } from "../terminal/text-table.ts";
import type { CategorySummary, ColumnSummary, NumberSummary } from "./table-summary.ts";

/**
 * The results as tables for people: what test rows say of the model and of its samples, each beside what others get; the
 * modes; the errors by noise level if asked for; and last the verdict. Of images the columns are pixels, which say little.
 */
export function showResults(
  results: Measurements,
  options: {
    columns: readonly string[];
    byLevel: boolean;
    images?: boolean;
    table?: readonly ColumnSummary[] | undefined;
  },
): string {
  const tables = [
    ...likelihoods(results, options.table !== undefined),
    ...denoising(results),
    ...distances(results),
    ...classified(results),
    ...(options.images === true ? [] : columnTables(results, options)),
    ...modesOf(results.modes),
    ...(options.byLevel ? levelTables(results.byLevel) : []),
  ];
  return [...tables.map(textTable), `${results.verdict.text}\n`].join("\n");
}

function likelihoods({ heldOut }: Quality, areCoordinates: boolean): string[][][] {
  if (heldOut === null) return [];
  const { logLikelihood, advantage, rows } = heldOut;
  const { model, gaussian, kde } = logLikelihood;
  return [
    [
      [`${count(rows)} test rows`, "model", "Gaussian", "kernel density"],
      [
        `log-likelihood, nats a row${areCoordinates ? " of coordinates" : ""}`,
        model === null ? "none" : error(model),
        error(gaussian),
        error(kde),
      ],
      ...(advantage.gaussian === null || advantage.kde === null
        ? []
        : [["the model is better by", "", error(advantage.gaussian), error(advantage.kde)]]),
    ],
  ];
}

/** At most five levels, the ends among them. */
function denoising({ denoising: levels }: Quality): string[][][] {
  if (levels === null) return [];
  const number = Math.min(5, levels.length);
  const step = (levels.length - 1) / Math.max(1, number - 1);
  const shown = Array.from({ length: number }, (_, i) => levels[Math.round(i * step)]).flatMap(
    (level) => level ?? [],
  );
  return [
    [
      ["noise level σ", ...shown.map(({ sigma }) => sigma.toPrecision(2))],
      ["denoising error over a Gaussian's", ...shown.map((level) => error(level))],
    ],
  ];
}

function distances({ distances: found, memorization }: Quality): string[][][] {
  if (found === null) return [];
  const { rows, samples, training, gaussian, independent } = found;
  return [
    [
      [`${count(rows)} of each`, "samples", "training rows", "Gaussian", "independent columns"],
      ["distance to test rows", ...[samples, training, gaussian, independent].map(spread)],
      ...(memorization === null
        ? []
        : [
            [
              "nearer to training rows",
              `${percent(memorization.nearer)} ± ${percent(memorization.standardError)}`,
              "(50 % of fresh rows)",
            ],
          ]),
    ],
  ];
}

function classified({ classified: found }: Measurements): string[][][] {
  if (found === null) return [];
  const { confidence, agreement, frechet } = found;
  return [
    [
      ["by a classifier", "samples", "real images"],
      ["sure of", percent(confidence.samples), percent(confidence.real)],
      ["of the class that they should be", percent(agreement.samples), percent(agreement.real)],
      ["Fréchet distance to real images", frechet.samples.toPrecision(3), frechet.real.toPrecision(3)],
    ],
  ];
}

/** Of more columns the report has the numbers. */
const MOST_COLUMNS = 8;

function columnsOf(columns: readonly ColumnComparison[], names: readonly string[]): string[][] {
  const left = columns.length - MOST_COLUMNS;
  return [
    ["samples | data", "1 %", "median", "99 %", "deviation", "out of range"],
    ...columns
      .slice(0, MOST_COLUMNS)
      .map(({ quantiles: { samples, data }, deviation, outside }, j) => [
        names[j] ?? `column ${j + 1}`,
        ...[0, 3, 6].map((i) => pair(samples[i], data[i])),
        pair(deviation.samples, deviation.data),
        percent(outside),
      ]),
    ...(left > 0 ? [[`and ${left} more columns`]] : []),
  ];
}

/** The columns, in what they hold. */
function columnTables(
  { columns }: Quality,
  { columns: names, table }: { columns: readonly string[]; table?: readonly ColumnSummary[] | undefined },
): string[][][] {
  if (table === undefined) return [columnsOf(columns, names)];
  const quantiles = table.flatMap((column, j) =>
    column.kind === "category" ? [] : [{ ...column, outside: columns[j]?.outside ?? Number.NaN }],
  );
  const categories = table.flatMap((column) => (column.kind === "category" ? [column] : []));
  return [...quantilesOf(quantiles), ...sharesOf(categories)];
}

function quantilesOf(columns: readonly (NumberSummary & { readonly outside: number })[]): string[][][] {
  if (columns.length === 0) return [];
  const left = columns.length - MOST_COLUMNS;
  const shown = (cell: string | number = ""): string =>
    typeof cell === "number" && !Number.isInteger(cell) ? short(cell) : String(cell);
  return [
    [
      ["samples | data", "1 %", "median", "99 %", "out of range"],
      ...columns
        .slice(0, MOST_COLUMNS)
        .map(({ name, quantiles: { samples, data }, outside }) => [
          name,
          ...[0, 3, 6].map((i) => `${shown(samples[i])} | ${shown(data[i])}`),
          percent(outside),
        ]),
      ...(left > 0 ? [[`and ${left} more columns`]] : []),
    ],
  ];
}

/** Of more labels the commonest. */
const MOST_LABELS = 5;

function sharesOf(columns: readonly CategorySummary[]): string[][][] {
  if (columns.length === 0) return [];
  const rows = columns.slice(0, MOST_COLUMNS).map(({ name, shares }) => {
    const commonest = shares.toSorted((a, b) => b.data - a.data).slice(0, MOST_LABELS);
    const rest = shares.length - commonest.length;
    return [
      name,
      ...commonest.map(({ label, samples, data }) => `${label}: ${percent(samples)} | ${percent(data)}`),
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ];
  });
  const left = columns.length - MOST_COLUMNS;
  return [[["shares: samples | data"], ...rows, ...(left > 0 ? [[`and ${left} more columns`]] : [])]];
}

function modesOf(modes: readonly ModeShare[]): string[][][] {
  const shown = modes.length === 2 ? modes.slice(0, 1) : modes;
  if (shown.length === 0) return [];
  return [
    [
      ["", "samples", "data"],
      ...shown.map(({ name, samples, data }) => [`weight of ${name}`, interval(samples), interval(data)]),
    ],
  ];
}

/** The losses by noise level, and where the exact score is known the errors too, over all and by density. */
function levelTables(byLevel: readonly LevelError[]): string[][][] {
  const levels = [
    ["noise level σ", "denoising loss × σ²", "Fisher divergence ½E‖s − s*‖²", "standard error", "of ½E‖s*‖²"],
    ...byLevel.map(({ sigma, denoisingLoss, standardError, fisherDivergence }) => [
      sigma.toPrecision(3),
      `${denoisingLoss.toFixed(4)} ± ${standardError.toFixed(4)}`,
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

function error({ value, standardError }: Estimate): string {
  return `${value.toFixed(3).replace("-0.000", "0.000")} ± ${standardError.toFixed(3)}`;
}

function spread({ value, low, high }: Spread): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function pair(samples = Number.NaN, data = Number.NaN): string {
  return `${short(samples)} | ${short(data)}`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function count(number: number): string {
  return number.toLocaleString("en");
}

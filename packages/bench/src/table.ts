import type { Result } from "./suite.ts";

/** The results of one suite as text: a line per row, a column per column, in each cell median (least–greatest). */
export function table(results: readonly Result[]): string {
  const columns = distinct(results, ({ column, unit }) => `${column}, ${unit}`);
  const rows = distinct(results, ({ row }) => row);
  const lines = [
    ["", ...columns.keys()],
    ...[...rows].map(([row, own]) => [
      row,
      ...[...columns.values()].map((shared) => showCell(own.find((result) => shared.includes(result)))),
    ]),
  ];
  const widths = columnWidths(lines);
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The results by name, names in the order of their first appearance. */
function distinct(results: readonly Result[], nameOf: (result: Result) => string): Map<string, Result[]> {
  const named = new Map<string, Result[]>();
  for (const result of results) named.set(nameOf(result), [...(named.get(nameOf(result)) ?? []), result]);
  return named;
}

function columnWidths(lines: readonly (readonly string[])[]): number[] {
  const [first = []] = lines;
  return first.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
}

function showCell(result: Result | undefined): string {
  if (result === undefined) return "";
  const { median, least, greatest } = result;
  return `${showNumber(median)} (${showNumber(least)} – ${showNumber(greatest)})`;
}

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

function showNumber(value: number): string {
  return threeDigits.format(value).replace("-", "−");
}

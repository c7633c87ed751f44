import { summarize } from "../statistics/summary.ts";

/** A time in the unit that suits it, three digits: `1.93 ms`. */
export function showSeconds(seconds: number): string {
  const [scale, unit] =
    seconds >= 1 ? [1, "s"] : seconds >= 1e-3 ? [1e3, "ms"] : seconds >= 1e-6 ? [1e6, "µs"] : [1e9, "ns"];
  return `${showNumber(seconds * scale)} ${unit}`;
}

/** How long something takes, in a round number: `40 s`, `12 min`. */
export function showDuration(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export function showNumber(value: number): string {
  return threeDigits.format(value).replace("-", "−");
}

export function showPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

export function gigaflops(
  { m, k, n }: { readonly m: number; readonly k: number; readonly n: number },
  seconds: number,
): string {
  return showNumber((2 * m * k * n) / seconds / 1e9);
}

/** Median, and quartiles in brackets, of times in seconds. */
export function showTimes(seconds: readonly number[]): string {
  const { median, lowerQuartile, upperQuartile } = summarize(seconds);
  return `${showSeconds(median)} (${showSeconds(lowerQuartile)} – ${showSeconds(upperQuartile)})`;
}

/** The median, and the ends in brackets where there are several. */
export function showMedian(values: readonly number[]): string {
  const { median, least, greatest } = summarize(values);
  const ends = values.length === 1 ? "" : ` [${showNumber(least)}, ${showNumber(greatest)}]`;
  return showNumber(median) + ends;
}

/** A table in Markdown; the cells of all columns but the first are set to the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `|${header.map((_, j) => (j === 0 ? "---" : "---:")).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

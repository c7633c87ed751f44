import { type DateFormat, dateFormat } from "../kinds/dateFormat.ts";

/** How some texts write dates. */
export interface FoundFormat {
  readonly format: string;
  /** The other order of day and month, where the texts do not tell them apart. */
  readonly other: string | null;
}

const days = [
  ...["-", "/", "."].flatMap((s) => [`YYYY${s}MM${s}DD`, `YYYY${s}M${s}D`]),
  // In doubt the first: the month first between strokes, the day first else.
  ...["YYYY", "YY"].flatMap((year) => [
    ...[`MM/DD/${year}`, `M/D/${year}`, `DD/MM/${year}`, `D/M/${year}`],
    ...["-", "."].flatMap((s) => [
      `DD${s}MM${s}${year}`,
      `D${s}M${s}${year}`,
      `MM${s}DD${s}${year}`,
      `M${s}D${s}${year}`,
    ]),
    ...["Mon", "Month", "MON"].flatMap((month) => [
      ...["DD", "D"].flatMap((day) => [`${month} ${day} ${year}`, `${month} ${day}, ${year}`]),
      ...["DD", "D"].flatMap((day) => [" ", "-", ""].map((s) => `${day}${s}${month}${s}${year}`)),
      `D. ${month} ${year}`,
    ]),
  ]),
];
const months = [
  "YYYY-MM",
  "YYYY/MM",
  "MM/YYYY",
  ...["Mon", "Month", "MON"].flatMap((month) => [
    ...[`${month} YYYY`, `${month}-YYYY`, `${month} YY`, `${month}-YY`, `YYYY ${month}`, `YYYY-${month}`],
  ]),
];
const times = ["hh:mm", "h:mm", "hh:mm:ss", "h:mm:ss", "hh:mm:ss.sss"].flatMap((time) =>
  [" ", "T"].flatMap((before) => ["", "Z", "+00:00"].map((zone) => `${before}${time}${zone}`)),
);

/** The format that all of some texts have, and that writes each of them as it is; null where there is none. */
export function formatOf(texts: readonly string[]): FoundFormat | null {
  const [first = ""] = texts;
  if (!/\d/.test(first)) return null;
  const candidates = first.includes(":")
    ? days.flatMap((day) => times.map((time) => day + time))
    : [...days, ...months];
  let left = candidates.flatMap((format) => {
    const meaning = dateFormat(format);
    return meaning !== null && writes(meaning, first) ? [{ format, meaning }] : [];
  });
  for (const text of texts) {
    if (left.length === 0) return null;
    left = left.filter(({ meaning }) => writes(meaning, text));
  }
  const [found] = left;
  if (found === undefined) return null;
  const format = coarsest(found.format, texts);
  const other = left.find(({ meaning }) =>
    texts.some((text) => meaning.parse(text) !== found.meaning.parse(text)),
  );
  return { format, other: other?.format ?? null };
}

/** Fewer texts tell nothing of what all dates have in common. */
const FEWEST = 3;
/** Parts from the finest, and how each begins. */
const beginnings = [
  ["sss", "000"],
  ["ss", "00"],
  ["mm", "00"],
  ["hh", "00"],
  ["h", "0"],
  ["DD", "01"],
  ["D", "1"],
  ["MM", "01"],
  ["M", "1"],
] as const;

/** A format without the parts that are at their beginning in all texts, which then stand there as they are: of months `YYYY-MM-01`. */
function coarsest(format: string, texts: readonly string[]): string {
  if (texts.length < FEWEST) return format;
  let coarse = format;
  for (const [part, beginning] of beginnings) {
    const parts = coarse.split(new RegExp(`(?<![A-SU-Ya-z])${part}(?![A-SU-Ya-z])`));
    if (parts.length !== 2) continue;
    const next = parts.join(beginning);
    const meaning = dateFormat(next);
    if (meaning === null || !texts.every((text) => writes(meaning, text))) return coarse;
    coarse = next;
  }
  return coarse;
}

function writes(format: DateFormat, text: string): boolean {
  const stretch = format.parse(text);
  return stretch !== null && format.write(stretch) === text;
}

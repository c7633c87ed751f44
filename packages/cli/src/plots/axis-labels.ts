import { utcTicks } from "d3-time";
import type { Range } from "./frame.ts";

/** How an axis that is not one of numbers is labelled. */
export type Labels = PlaceLabels | DateLabels;

/** Names at whole numbers. */
interface PlaceLabels {
  readonly kind: "places";
  readonly names: readonly string[];
}

/** Dates, where the axis counts days since 1970. */
interface DateLabels {
  readonly kind: "dates";
}

/** An axis: what it shows, how long it is in pixels, and how many characters a label may have. */
interface Axis {
  readonly range: Range;
  readonly length: number;
  readonly characters: number;
  /** Whether labels stand side by side. */
  readonly isAcross: boolean;
}

/** Where an axis has ticks, and what stands there. */
interface Ticks {
  readonly ticks: number[];
  readonly tickFormat: (value: number) => string;
}

/** So many names have room. */
const MOST_NAMES = 8;
/** Pixels: of a character, between labels side by side, from one above the other to the next, and past the end of the axis. */
const [CHARACTER, GAP, LINE, OVERHANG] = [7, 16, 42, 4];
const DAY = 86_400_000;

/** The ticks of an axis, of which none touches another or those of the next axis. */
export function ticksOf(labels: Labels, axis: Axis): Ticks {
  return labels.kind === "dates" ? dateTicks(axis) : nameTicks(labels, axis);
}

function nameTicks({ names }: PlaceLabels, { characters }: Axis): Ticks {
  const step = Math.ceil(names.length / MOST_NAMES);
  return {
    ticks: names.flatMap((_, place) => (place % step === 0 ? [place] : [])),
    tickFormat: (place: number) => shortened(names[place] ?? "", characters),
  };
}

/** First days of years, months or weeks, or days, whichever are most and have room; named no longer than it takes. */
function dateTicks({ range: [low, high], length, characters, isAcross }: Axis): Ticks {
  const perDay = length / (high - low);
  for (let most = Math.ceil(length / (isAcross ? 4 * CHARACTER : LINE)); most > 0; most--) {
    const days = utcTicks(new Date(low * DAY), new Date(high * DAY), most).map(
      (date) => date.getTime() / DAY,
    );
    const named = nameOf(days, characters);
    const text = CHARACTER * Math.max(...days.map((day) => named(day).length));
    const size = isAcross ? text + GAP : LINE;
    const apart = Math.min(...days.slice(1).map((day, i) => day - (days[i] ?? day)));
    if (days.some((day) => !Number.isInteger(day)) || apart * perDay < size) continue;
    const margin = isAcross ? text / 2 - OVERHANG : 0;
    const inside = days.filter((day) => Math.min(day - low, high - day) * perDay >= margin);
    if (inside.length > 0) return { ticks: inside, tickFormat: named };
  }
  return { ticks: [], tickFormat: String };
}

/** Years where all days are the first of one, months where they are of a month; without their year where it has no room. */
function nameOf(days: readonly number[], characters: number): (day: number) => string {
  const full = days.map(isoDate);
  if (full.every((date) => date.endsWith("-01-01"))) return (day) => isoDate(day).slice(0, -6);
  const kept = full.every((date) => date.endsWith("-01")) ? -3 : undefined;
  return (day) => {
    const name = isoDate(day).slice(0, kept);
    return name.length <= characters ? name : isoDate(day).slice(-5);
  };
}

/** Empty where a date cannot be. */
function isoDate(day: number): string {
  const date = new Date(day * DAY);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, date.toISOString().indexOf("T"));
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

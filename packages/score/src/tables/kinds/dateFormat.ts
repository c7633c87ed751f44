import { dayAt, daysTo } from "./calendar.ts";

/** A way to write dates, each of which is a stretch of time: a month, a day, a minute, … */
export interface DateFormat {
  /** The number of the stretch that a text stands for; null where it is no date of this form. */
  parse(text: string): number | null;
  write(stretch: number): string;
  /** When a stretch begins, in days since 1970-01-01. */
  start(stretch: number): number;
  /** The stretch that some day is in; the first or the last that can be written, beyond them. */
  at(days: number): number;
}

const monthNames =
  "January February March April May June July August September October November December".split(" ");

/** What stands for a part of a date in a format: what it may be, and how a value is written. */
const tokens = {
  YYYY: { pattern: "(\\d{4})", write: ({ year }) => padded(year, 4) },
  YY: { pattern: "(\\d\\d)", write: ({ year }) => padded(year % 100, 2) },
  Month: { pattern: named((name) => name), write: ({ month }) => monthNames[month - 1] ?? "" },
  Mon: { pattern: named(short), write: ({ month }) => short(monthNames[month - 1] ?? "") },
  MON: {
    pattern: named((name) => short(name).toUpperCase()),
    write: ({ month }) => short(monthNames[month - 1] ?? "").toUpperCase(),
  },
  MM: { pattern: "(\\d\\d)", write: ({ month }) => padded(month, 2) },
  M: { pattern: "([1-9]\\d?)", write: ({ month }) => String(month) },
  DD: { pattern: "(\\d\\d)", write: ({ day }) => padded(day, 2) },
  D: { pattern: "([1-9]\\d?)", write: ({ day }) => String(day) },
  hh: { pattern: "(\\d\\d)", write: ({ hour }) => padded(hour, 2) },
  h: { pattern: "(0|[1-9]\\d?)", write: ({ hour }) => String(hour) },
  mm: { pattern: "(\\d\\d)", write: ({ minute }) => padded(minute, 2) },
  sss: { pattern: "(\\d{3})", write: ({ millisecond }) => padded(millisecond, 3) },
  ss: { pattern: "(\\d\\d)", write: ({ second }) => padded(second, 2) },
} satisfies Record<string, { readonly pattern: string; write(moment: Moment): string }>;

type Token = keyof typeof tokens;

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const parts = {
  YYYY: "year",
  YY: "year",
  Month: "month",
  Mon: "month",
  MON: "month",
  MM: "month",
  M: "month",
  DD: "day",
  D: "day",
  hh: "hour",
  h: "hour",
  mm: "minute",
  ss: "second",
  sss: "millisecond",
} as const satisfies Record<Token, keyof Moment>;

/** The first of the hundred years that two digits stand for, as POSIX has it. */
const CENTURY = 1969;

/** A format's parts: tokens, and what stands between them as it is. */
function split(format: string): { readonly token: Token | null; readonly text: string }[] {
  const pattern = /YYYY|YY|Month|Mon|MON|MM|M|DD|D|hh|h|mm|sss|ss|[^A-Za-z]|[TZ]|./gu;
  return Array.from(format.matchAll(pattern), ([text]) => ({ token: tokenOf(text), text }));
}

function tokenOf(text: string): Token | null {
  return isToken(text) ? text : null;
}

function isToken(text: string): text is Token {
  return Object.hasOwn(tokens, text);
}

/** What a format means; null where it is none: it has the year, each part once, and no part without the larger. */
export function dateFormat(format: string): DateFormat | null {
  const pieces = split(format);
  const found = pieces.flatMap(({ token }) => (token === null ? [] : [token]));
  const names = found.map((token) => parts[token]);
  const depth = order.findLastIndex((name) => names.includes(name)) + 1;
  const isWhole = depth >= 1 && names.length === depth && new Set(names).size === depth;
  const areApart = pieces.every(
    ({ token, text }) => token !== null || /^[^A-Za-z\p{Cc}]$|^[TZ]$/u.test(text),
  );
  if (!isWhole || !areApart) return null;
  const pattern = new RegExp(
    `^${pieces.map(({ token, text }) => (token === null ? text.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&") : tokens[token].pattern)).join("")}$`,
  );
  const [least, most] = found.includes("YY") ? [CENTURY, CENTURY + 99] : [1, 9999];
  const { start, at, number, moment } = grains(depth);
  const [first, last] = [number(beginningOf(least)), number(beginningOf(most + 1)) - 1];
  return {
    parse(text) {
      const match = pattern.exec(text);
      if (match === null) return null;
      const read = { ...beginningOf(0) };
      found.forEach((token, i) => {
        read[parts[token]] = numberIn(token, match[i + 1] ?? "");
      });
      const stretch = number(read);
      // The 30th of February is another day.
      const back = moment(stretch);
      return order.every((name) => back[name] === read[name]) && stretch >= first && stretch <= last
        ? stretch
        : null;
    },
    write(stretch) {
      const written = moment(Math.min(Math.max(stretch, first), last));
      return pieces.map(({ token, text }) => (token === null ? text : tokens[token].write(written))).join("");
    },
    start,
    at: (days) => Math.min(Math.max(at(days), first), last),
  };
}

const order = ["year", "month", "day", "hour", "minute", "second", "millisecond"] as const;

function beginningOf(year: number): { -readonly [P in keyof Moment]: number } {
  return { year, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
}

function numberIn(token: Token, text: string): number {
  if (token === "YY") return CENTURY + ((((Number(text) - CENTURY) % 100) + 100) % 100);
  if (token !== "Month" && token !== "Mon" && token !== "MON") return Number(text);
  return 1 + monthNames.findIndex((name) => short(name).toLowerCase() === short(text).toLowerCase());
}

/** Stretches as fine as the first so many parts of a moment. */
function grains(depth: number): Pick<DateFormat, "start" | "at"> & {
  number(moment: Moment): number;
  moment(stretch: number): Moment;
} {
  if (depth === 1) {
    return {
      start: (year) => daysTo(year, 1, 1),
      at: (days) => dayAt(inReach(Math.floor(days))).year,
      number: ({ year }) => year,
      moment: beginningOf,
    };
  }
  if (depth === 2) {
    const monthOf = ({ year, month }: { year: number; month: number }): number => 12 * year + month - 1;
    return {
      start: (stretch) => daysTo(0, stretch + 1, 1),
      at: (days) => monthOf(dayAt(inReach(Math.floor(days)))),
      number: monthOf,
      moment: (stretch) => ({
        ...beginningOf(Math.floor(stretch / 12)),
        month: 1 + (stretch - 12 * Math.floor(stretch / 12)),
      }),
    };
  }
  const perDay = depth === 3 ? 1 : depth === 4 ? 24 : depth === 5 ? 1440 : depth === 6 ? 86_400 : 86_400_000;
  const perMillisecond = 86_400_000 / perDay;
  return {
    start: (stretch) => stretch / perDay,
    at: (days) => Math.floor(inReach(days) * perDay),
    number({ year, month, day, hour, minute, second, millisecond }) {
      const time = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
      return daysTo(year, month, day) * perDay + Math.floor(time / perMillisecond);
    },
    moment(stretch) {
      const days = Math.floor(stretch / perDay);
      const time = (stretch - days * perDay) * perMillisecond;
      return {
        ...dayAt(days),
        hour: Math.floor(time / 3_600_000),
        minute: Math.floor(time / 60_000) % 60,
        second: Math.floor(time / 1000) % 60,
        millisecond: time % 1000,
      };
    },
  };
}

/** Days that are not millennia away from all that can be written. */
function inReach(days: number): number {
  return Math.min(Math.max(days, -1e6), 4e6);
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

function short(name: string): string {
  return name.slice(0, 3);
}

function named(form: (name: string) => string): string {
  return `(${monthNames.map(form).join("|")})`;
}

import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** What stands for standard input or output. */
export const STREAM = "-";

/** What the text after an option stands for. */
export interface Value<T> {
  /** The text's place in the help, like `<number>`; empty where the option takes none. */
  readonly metavar: string;
  /** Whether `--no-name` says the opposite of `--name`; then neither is a third answer. */
  readonly negatable?: true;
  /** @throws UserError that names the option and says what it takes */
  parse(text: string, option: string): T;
  /** The text that stands for a value. */
  show(value: T): string;
}

/** An option that is there or not. */
export const toggle: Value<boolean> = { metavar: "", parse: () => true, show: String };

/** An option that says yes, and with `--no-` before its name no. */
export const either: Value<boolean> = { ...toggle, negatable: true };

interface Range {
  readonly least?: number;
  readonly most?: number;
  readonly metavar?: string;
}

/** A whole number, from 1 on unless said. */
export function wholeNumber({ least = 1, most, metavar = "<number>" }: Range = {}): Value<number> {
  return {
    metavar,
    parse(text, option) {
      const value = Number(text);
      const isWhole = /^\d+$/.test(text) && Number.isSafeInteger(value);
      if (isWhole && value >= least && value <= (most ?? value)) return value;
      const end = most === undefined ? "" : ` to ${most}`;
      throw new UserError(`${option} is ${quoted(text)}; give a whole number from ${least}${end}`);
    },
    show: String,
  };
}

/** Whole numbers from a first to a last one: "0-4" is [0, 1, 2, 3, 4]. */
export function range({ most }: { most: number }): Value<readonly number[]> {
  return {
    metavar: "<first-last>",
    parse(text, option) {
      const [, first = "", last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
      const count = first === "" ? 0 : Number(last) - Number(first) + 1;
      if (count >= 1 && count <= most) {
        return Array.from({ length: count }, (_, i) => Number(first) + i);
      }
      throw new UserError(
        `${option} is ${quoted(text)}; give the first and the last of at most ${most} whole numbers joined by a hyphen, such as 0-4`,
      );
    },
    show: (values) => `${values[0]}-${values.at(-1)}`,
  };
}

/** A finite number above 0. */
export function positive({ most = Number.MAX_VALUE }: Pick<Range, "most"> = {}): Value<number> {
  return {
    metavar: "<number>",
    parse(text, option) {
      const value = decimal(text);
      if (value > 0 && value <= most) return value;
      const end = most === Number.MAX_VALUE ? "" : ` and up to ${most}`;
      throw new UserError(`${option} is ${quoted(text)}; give a number above 0${end}`);
    },
    show: String,
  };
}

/** A finite number from 0. */
export const notNegative: Value<number> = {
  metavar: "<number>",
  parse(text, option) {
    const value = decimal(text);
    if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
    throw new UserError(`${option} is ${quoted(text)}; give a number from 0`);
  },
  show: String,
};

/** A number from 0 and below 1. */
export function fraction(metavar: string): Value<number> {
  return {
    metavar,
    parse(text, option) {
      const value = decimal(text);
      if (value >= 0 && value < 1) return value;
      throw new UserError(`${option} is ${quoted(text)}; give a number from 0 and below 1`);
    },
    show: String,
  };
}

/** A number above 0 and below 1. */
export function share(metavar: string): Value<number> {
  return {
    metavar,
    parse(text, option) {
      const value = decimal(text);
      if (value > 0 && value < 1) return value;
      throw new UserError(`${option} is ${quoted(text)}; give a number above 0 and below 1`);
    },
    show: String,
  };
}

/** Whole numbers joined by hyphens: "64-64" is [64, 64]. */
export function widths({ layers, most }: { layers: number; most: number }): Value<readonly number[]> {
  return {
    metavar: "<widths>",
    parse(text, option) {
      const values = text.split("-").map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
      if (values.length <= layers && values.every((value) => value >= 1 && value <= most)) return values;
      throw new UserError(
        `${option} is ${quoted(text)}; give the layers' widths joined by hyphens, such as 64-64: ` +
          `at most ${layers} layers, each from 1 to ${most}`,
      );
    },
    show: (value) => value.join("-"),
  };
}

/** The sides of an image, and 3 for colours: "8x8" is [8, 8, 1]. */
export const imageShape: Value<readonly [height: number, width: number, channels: number]> = {
  metavar: "<shape>",
  parse(text, option) {
    const [, height = 0, width = 0, channels = 1] =
      /^(\d{1,4})x(\d{1,4})(?:x([13]))?$/.exec(text)?.map(Number) ?? [];
    const shape = [height, width, channels || 1] as const;
    if (height >= 1 && width >= 1 && height <= 1024 && width <= 1024) return shape;
    throw new UserError(
      `${option} is ${quoted(text)}; give height and width joined by x, each from 1 to 1024, and x3 for colours, such as 28x28`,
    );
  },
  show: ([height, width, channels]) => `${height}x${width}${channels === 1 ? "" : `x${channels}`}`,
};

/** One of some names, as it is written there. */
export function oneOf<T extends string>(names: readonly T[]): Value<T> {
  return {
    metavar: "<name>",
    parse(text, option) {
      const found = names.find((name) => name === text);
      if (found !== undefined) return found;
      throw new UserError(
        `${option} is ${quoted(text)};${suggestion(text, names)} there are ${names.join(", ").replace(/, ([^,]*)$/, " and $1")}`,
      );
    },
    show: String,
  };
}

/** A directory, or something else that has a name of its own. */
export function path(metavar: string): Value<string> {
  const value = file(metavar);
  return {
    ...value,
    parse(text, option) {
      if (text !== STREAM) return value.parse(text, option);
      throw new UserError(`${option} is "-", which stands for standard input or output; give a path`);
    },
  };
}

/** A file, or `-` for standard input or output. */
export function file(metavar: string): Value<string> {
  return {
    metavar,
    parse(text, option) {
      if (text.trim() === "") throw new UserError(`${option} is empty; give a path`);
      if (text.includes("\0"))
        throw new UserError(`${option} has a character that no path may have; leave it out`);
      return text;
    },
    show: String,
  };
}

/** Texts apart by commas; one that holds a comma stands in double quotes: `a,"b, c"`. */
export function texts(metavar: string): Value<readonly string[]> {
  return {
    metavar,
    parse(text, option) {
      const cells = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/g)];
      const values = cells.map(([, inQuotes, bare = ""]) => inQuotes?.replaceAll('""', '"') ?? bare.trim());
      if (!/\p{Cc}/u.test(text) && values.every((value) => value.trim() !== "")) return values;
      throw new UserError(
        `${option} is ${quoted(text)}; give texts apart by commas, one with a comma in quotes`,
      );
    },
    show: (values) =>
      values
        .map((value) => (/[",]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
        .join(","),
  };
}

/** A text that some pattern allows. */
export function textLike(metavar: string, pattern: RegExp, rule: string): Value<string> {
  return {
    metavar,
    parse(text, option) {
      if (pattern.test(text)) return text;
      throw new UserError(`${option} is ${quoted(text)}; give ${rule}`);
    },
    show: String,
  };
}

/** What stands between cells: a character, or the name of one that is hard to type. */
export const delimiter: Value<string> = {
  metavar: "<character>",
  parse(text, option) {
    const named = Object.entries(delimiters).find(([name]) => name === text)?.[1];
    if (named !== undefined) return named;
    if (/^[^\p{L}\p{N}\p{Z}\p{C}"'.+\-−]$/u.test(text)) return text;
    throw new UserError(
      `${option} is ${quoted(text)}; give a character, such as ";", or one of ${Object.keys(delimiters).join(", ")}`,
    );
  },
  show: (value) => Object.entries(delimiters).find(([, character]) => character === value)?.[0] ?? value,
};

const delimiters = { comma: ",", semicolon: ";", tab: "\t", pipe: "|", space: " " };

/** NaN unless the text is a decimal number through and through; −0 is 0. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) + 0 : Number.NaN;
}

/** What was given, as far as a line holds it. */
function quoted(text: string): string {
  return `"${text.length <= 60 ? text : `${text.slice(0, 59)}…`}"`;
}

/** How a text is to be read as a table; what is left out is guessed from its lines. All of it is JSON. */
export interface Reading {
  /** What stands between cells: one character, or `" "` for any run of blanks and tabs. */
  readonly delimiter?: string;
  /** The decimal sign. */
  readonly decimal?: "." | ",";
  /** Whether a line names the columns. */
  readonly header?: boolean;
  /** What a line begins with that is to be skipped, such as `#`. */
  readonly comment?: string;
  /**
   * Cells that are gaps. Empty ones always are, and so are NA, N/A, NaN, null, none and nil in any case. A number
   * stands for every way to write it.
   */
  readonly missing?: readonly string[];
  /** The columns to take, in this order; by default all. */
  readonly columns?: readonly string[];
  /** Columns to leave out. */
  readonly drop?: readonly string[];
  /** Columns to leave out where there are any of these names. */
  readonly ignore?: readonly string[];
  /** What becomes of rows with gaps: the table is refused, which is the default, or they are left out, or kept as they are. */
  readonly gaps?: "refuse" | "drop" | "keep";
  /** The encoding of bytes, by its name on the web: `"utf-8"`, `"utf-16le"`, `"windows-1252"`, … */
  readonly encoding?: string;
}

/** What an option may be: a test, and the words for it. */
export type Rule = readonly [holds: (value: unknown) => boolean, rule: string];

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const names: Rule = [
  (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string"),
  "a list of at least one text",
];

/** What each option may be: a test, and the words for it. */
export const readingRules: Readonly<Record<keyof Reading, Rule>> = {
  delimiter: [
    (value) => isText(value) && /^[^\p{L}\p{N}"'.+\-−\r\n]$/u.test(value),
    'one character, such as ";", or " " for any run of blanks',
  ],
  decimal: [(value) => value === "." || value === ",", '"." or ","'],
  header: [(value) => typeof value === "boolean", "true or false"],
  comment: [
    (value) => isText(value) && !/^[\s"\d.,+-]|[\r\n]/.test(value),
    'what lines to skip begin with, such as "#"',
  ],
  missing: names,
  columns: names,
  drop: names,
  ignore: names,
  gaps: [(value) => value === "refuse" || value === "drop" || value === "keep", '"refuse", "drop" or "keep"'],
  encoding: [isText, 'a name, such as "windows-1252"'],
};

/** Throws, naming the function, unless `reading` says how to read. */
export function checkReading(name: string, reading: unknown): asserts reading is Reading {
  checkOptions(name, reading, readingRules);
}

/** Throws, naming the function, unless options are an object of known ones, each as its rule says. */
export function checkOptions(name: string, options: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${name}: the options are ${shown(options)}, not an object such as { delimiter: ";" }`,
    );
  }
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.entries(rules).find(([known]) => known === option)?.[1];
    if (rule === undefined) {
      throw new RangeError(
        `${name}: there is no option "${option}"; there are ${Object.keys(rules).join(", ")}`,
      );
    }
    const [holds, what] = rule;
    if (value !== undefined && !holds(value)) {
      throw new RangeError(`${name}: ${option} is ${shown(value)}; it is ${what}`);
    }
  }
}

/** A value as it stands in a message. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

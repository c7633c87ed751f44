import type { Inference } from "./infer/options.ts";
import type { Reading } from "./reading.ts";

/** Options to read a table by, or to tell what its columns are. */
export interface Options extends Reading, Inference {}

/**
 * A sentence about a text that was read. Where it names a way to read it, that stands as options, so that a program
 * can put them in the words of its own users.
 */
export type Remark = readonly (string | Options)[];

/**
 * A remark as text.
 *
 * @param words - What options are called; by default they are written as an object.
 * @example
 * ```ts
 * import { remarkText } from "@scoretape/score/tables";
 *
 * console.log(remarkText(["column 2 is text: leave it out with ", { drop: ["b"] }])); // column 2 is text: leave it out with { drop: ["b"] }
 * ```
 */
export function remarkText(remark: Remark, words: (options: Options) => string = asObject): string {
  if (!Array.isArray(remark) || typeof words !== "function") {
    throw new TypeError(
      "remarkText: give a remark, which is a list of texts and options, and a function for their words",
    );
  }
  return remark.map((part) => (typeof part === "string" ? part : words(part))).join("");
}

function asObject(said: Options): string {
  const options = Object.entries(said).map(([option, value]) => {
    const text = Array.isArray(value) ? `[${value.map((name) => JSON.stringify(name)).join(", ")}]` : null;
    return `${option}: ${text ?? JSON.stringify(value)}`;
  });
  return `{ ${options.join(", ")} }`;
}

/** A text that cannot be read as a table of numbers: what is wrong, where, and what to do. */
export class TableError extends Error {
  /** What is wrong, without the function's name. */
  readonly remark: Remark;

  constructor(remark: Remark, name = "readTable") {
    super(`${name}: ${remarkText(remark)}`);
    this.name = "TableError";
    this.remark = remark;
  }
}

/** Remarks in a row. */
export function joined(remarks: readonly Remark[], between: string): Remark {
  return remarks.flatMap((remark, i) => (i === 0 ? remark : [between, ...remark]));
}

/** A, B and C. */
export function listed(items: readonly string[], last = " and "): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")}${last}${items.at(-1)}`;
}

/** A cell or a name between quotes, cut short. */
export function quoted(cell: string): string {
  return JSON.stringify(cell.length <= 40 ? cell : `${cell.slice(0, 39)}…`);
}

/** `3 rows`, `1 row`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

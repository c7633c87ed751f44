import { type ColumnKind, columnKinds } from "../schema.ts";
import type { Types } from "./options.ts";

/**
 * The kinds that a text tells of columns: `year:integer,species:category,score:bounded(0,100)`. A name that holds a comma, a
 * colon or a quote stands in double quotes.
 *
 * @throws RangeError if a part names no column or no kind, or a column is named twice
 * @example
 * ```ts
 * import { parseTypes } from "@scoretape/score/tables";
 *
 * console.log(parseTypes('year:integer,"a, b":bounded(0,100)')); // { year: 'integer', 'a, b': 'bounded(0,100)' }
 * ```
 */
export function parseTypes(text: string): Types {
  if (typeof text !== "string") throw new TypeError("parseTypes: give a text, such as year:integer");
  const types = new Map<string, string>();
  const part = /\s*(?:"((?:[^"]|"")*)"|([^",:][^,:]*?))\s*:\s*([a-z-]+\s*(?:\([^()]*\))?)\s*(,|$)/y;
  for (let end = ","; end === ","; ) {
    const start = part.lastIndex;
    const [, inQuotes, bare = "", kind = "", next = ""] = part.exec(text) ?? [];
    const name = inQuotes?.replaceAll('""', '"') ?? bare;
    if (name === "" || kind === "") {
      throw new RangeError(
        `parseTypes: ${JSON.stringify(text.slice(start))} is no column's name and its kind, such as year:integer`,
      );
    }
    if (types.has(name)) throw new RangeError(`parseTypes: ${JSON.stringify(name)} is named twice`);
    toldKind("parseTypes", name, kind);
    types.set(name, kind);
    end = next;
  }
  return Object.fromEntries(types);
}

/** A kind that was told, with what stood in parentheses. */
export interface ToldKind {
  readonly kind: ColumnKind;
  /** Of bounded columns. */
  readonly bounds?: readonly [low: number, high: number];
  /** Of dates. */
  readonly format?: string;
}

/** @throws RangeError if a text tells no kind */
export function toldKind(caller: string, name: string, text: string): ToldKind {
  const [, word = "", inside] = /^([a-z-]+)\s*(?:\(\s*(.*?)\s*\))?$/.exec(text) ?? [];
  const kind = columnKinds.find((one) => one === word);
  if (kind === undefined) {
    throw new RangeError(
      `${caller}: column ${JSON.stringify(name)} is told to be ${JSON.stringify(text)}; the kinds are ${columnKinds.join(", ")}`,
    );
  }
  if (inside === undefined) return { kind };
  if (kind === "date") return { kind, format: inside };
  const [low = Number.NaN, high = Number.NaN, ...rest] = inside.split(",").map((bound) => numberIn(bound));
  if (kind !== "bounded" || rest.length > 0 || !(high > low) || !Number.isFinite(high - low)) {
    throw new RangeError(
      `${caller}: column ${JSON.stringify(name)} is told to be ${JSON.stringify(text)}; bounds are those of bounded(low, high), low below high`,
    );
  }
  return { kind, bounds: [low, high] };
}

/** A kind as it is told. */
export function kindText({ kind, bounds, format }: ToldKind): string {
  const inside = bounds?.join(",") ?? format;
  return inside === undefined ? kind : `${kind}(${inside})`;
}

function numberIn(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

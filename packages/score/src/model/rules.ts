import * as v from "valibot";
import { damaged } from "./modelError.ts";

// What a field of a description may be. Each rule's message ends the sentence "it must be ...".

/** A whole number. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER) {
  const rule = `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`;
  return v.pipe(v.number(rule), v.safeInteger(rule), v.minValue(least, rule), v.maxValue(most, rule));
}

/** A number that is not infinite. */
export const finite = v.pipe(v.number("a finite number"), v.finite("a finite number"));

/** A finite number above 0. */
export const positive = bounded("a finite number above 0", (value) => value > 0);

/** A number from 0 and below 1. */
export const fraction = bounded("a number from 0 and below 1", (value) => value >= 0 && value < 1);

/** A number whose square is one in float32 too, and not 0. */
export const noiseLevel = bounded("a number from 1e-15 to 1e15", (value) => value >= 1e-15 && value <= 1e15);

/** A finite number for which something holds. */
export function bounded(rule: string, holds: (value: number) => boolean) {
  return v.pipe(v.number(rule), v.finite(rule), v.check(holds, rule));
}

/** A text that people can read and a picture can show. */
export const text = v.pipe(
  v.string("a text"),
  v.nonEmpty("a text that is not empty"),
  v.check(
    (value) => !/[\p{Cc}\p{Cs}]/u.test(value.replace(/[\t\r\n]/g, "")),
    "a text without control characters",
  ),
);

/** SHA-256 in hexadecimal digits. */
export const sha256 = v.pipe(
  v.string("a SHA-256, 64 hexadecimal digits"),
  v.regex(/^[0-9a-f]{64}$/, "a SHA-256, 64 hexadecimal digits"),
);

/** A whole number from 0 that is written as a text. */
export const digits = v.pipe(
  v.string("a whole number as a text"),
  v.regex(/^(0|[1-9]\d{0,14})$/, "a whole number as a text"),
);

/** A list, and how long it may be. */
export function list<const Item extends v.GenericSchema>(item: Item, what: string, most: number) {
  const rule = `a list of ${what}, at most ${most}`;
  return v.pipe(v.array(item, rule), v.maxLength(most, rule));
}

/**
 * What the rules say of a value; `fail` gets the first complaint: a field and what it must be.
 */
export function checked<Output>(
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
  fail: (complaint: string) => never,
): Output {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : fail(complaint(result.issues[0]));
}

function complaint(issue: v.BaseIssue<unknown>): string {
  const path = shortened(v.getDotPath(issue) ?? "the description");
  if (issue.type !== "strict_object") return `${path} is ${shown(issue.input)}; it must be ${issue.message}`;
  if (issue.expected === "never") return `${path} is no field of a description`;
  return issue.input === undefined
    ? `${path} is missing`
    : `${path} is ${shown(issue.input)}; it must be an object`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? shortened(JSON.stringify(value)) : String(value);
}

function shortened(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 59)}…`;
}

/** What a description's text says. @throws ModelError if it is no JSON */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    return damaged("its description is not whole JSON", error);
  }
}

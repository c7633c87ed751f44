import { suggestion } from "./nearest.ts";
import { UserError } from "./user-error.ts";

// What an option's text means. Each function makes a parser for one option, which throws UserError naming it.

type Parser<T> = (text: string) => T;

/** A whole number from `least`. */
export function wholeNumber(option: string, least = 1): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new UserError(`${option} is "${text}"; give a whole number from ${least}`);
  };
}

/** A finite number above 0. */
export function positive(option: string): Parser<number> {
  return (text) => {
    const value = decimal(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new UserError(`${option} is "${text}"; give a number above 0`);
  };
}

/** A number from 0 and below 1. */
export function fraction(option: string): Parser<number> {
  return (text) => {
    const value = decimal(text);
    if (value >= 0 && value < 1) return value;
    throw new UserError(`${option} is "${text}"; give a number from 0 and below 1`);
  };
}

/** Whole numbers from 1 joined by hyphens: "64-64" is [64, 64]. */
export function widths(option: string): Parser<number[]> {
  return (text) => {
    const values = text.split("-").map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
    if (values.every((value) => Number.isSafeInteger(value) && value >= 1)) return values;
    throw new UserError(`${option} is "${text}"; give the layers' widths joined by hyphens, such as 64-64`);
  };
}

/** One of some names, as it is written there. */
export function oneOf<T extends string>(option: string, names: readonly T[]): Parser<T> {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new UserError(
      `${option} is "${text}";${suggestion(text, names)} there are ${names.join(", ").replace(/, ([^,]*)$/, " and $1")}`,
    );
  };
}

/** NaN unless the text is a decimal number through and through. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

import { UsageError } from "./usageError.ts";

/** Whole numbers, as `3`, `0-4`, `0,2,5-7`. @throws UsageError for other texts */
export function numbersIn(option: string, text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [, low, high = low] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    const [from, to] = [Number(low ?? Number.NaN), Number(high ?? Number.NaN)];
    if (!(from <= to)) throw new UsageError(`${option}: "${text}" is no list such as 0-4 or 0,2,5`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** A whole number from 1. @throws UsageError for other texts */
export function numberIn(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`${option}: "${text}" is not a whole number from 1`);
}

/** Names between commas, each one of those that there are; all of them where the text is left out. */
export function namesIn(
  option: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (text === undefined) return known;
  return text.split(",").map((name) => {
    if (known.includes(name)) return name;
    throw new UsageError(`${option}: there is no "${name}"; choose ${known.join(", ")}`);
  });
}

/** Those of some things that are named between commas; all of them where the text is left out. */
export function namedIn<T extends { readonly name: string }>(
  option: string,
  text: string | undefined,
  all: readonly T[],
): T[] {
  const names = namesIn(
    option,
    text,
    all.map(({ name }) => name),
  );
  return all.filter(({ name }) => names.includes(name));
}

/** One of some names. @throws UsageError for another one */
export function oneOf<T extends string>(option: string, text: string, names: readonly T[]): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option}: there is no "${text}"; choose ${names.join(", ")}`);
}

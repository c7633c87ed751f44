import type { Options, Reading } from "@scoretape/score/tables";
import { inShell } from "../terminal/shell.ts";
import { type Flag, flag, optionOf } from "./flag.ts";
import { namesOf } from "./losses.ts";
import { delimiter, either, oneOf, textLike, texts, type Value } from "./value.ts";

/** How a file is to be read, as a user can say it: what is not said is guessed. */
type Sayable = Required<Omit<Reading, "ignore">>;

const group = "reading";
const ofWhole = { train: {}, denoise: {}, evaluate: {}, compare: {}, rank: {}, plot: {} } as const;
const verbs = { ...ofWhole, impute: {} } as const;

type Gaps = NonNullable<Reading["gaps"]>;
const words = { learn: "keep", drop: "drop", refuse: "refuse" } as const satisfies Record<string, Gaps>;
const word = oneOf(namesOf(words));
const gaps: Value<Gaps> = {
  ...word,
  parse: (text, option) => words[word.parse(text, option)],
  show: (value) => namesOf(words).find((name) => words[name] === value) ?? value,
};

/** The flags of how a CSV file is read. TypeScript holds them complete. */
export const readingFlags = {
  delimiter: flag({
    value: delimiter,
    help: "what is between cells: a character, or comma, semicolon, tab, pipe, space (any run of blanks)",
    group,
    verbs,
  }),
  decimal: flag({ value: oneOf<"." | ",">([".", ","]), help: "the decimal sign, . or ,", group, verbs }),
  header: flag({ value: either, help: "a line names the columns", group, verbs }),
  comment: flag({
    value: textLike("<mark>", /^[^\s"\d.,+\p{C}-][^\p{C}]*$/u, "what comments begin with, such as #"),
    help: "what a line begins with that is to be skipped",
    group,
    verbs,
  }),
  missing: flag({ value: texts("<texts>"), help: "cells that are gaps, such as ?,-999", group, verbs }),
  columns: flag({ value: texts("<names>"), help: "the columns to take, in this order", group, verbs }),
  drop: flag({ value: texts("<names>"), help: "columns to leave out", group, verbs }),
  gaps: flag({
    value: gaps,
    help: "what becomes of rows with gaps: learn (from what they show; default), drop (these rows), refuse (the file)",
    group,
    verbs: ofWhole,
  }),
  encoding: flag({
    value: textLike("<name>", /^[\w.:-]+$/, "a name, such as windows-1252"),
    help: "the encoding of the file, such as windows-1252",
    group,
    verbs,
  }),
} as const satisfies { readonly [O in keyof Sayable]: Flag<Sayable[O]> };

const table: { readonly [O in keyof Sayable]: Flag<Sayable[O]> } = readingFlags;

/** The options of reading among some flags: those that were given. */
export function readingOf(flags: { readonly [O in keyof Sayable]: Sayable[O] | undefined }): Reading {
  return Object.fromEntries(
    namesOf(table).flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
}

/**
 * How to read a file for a model: as its own was read, but for what is said now. A column that was left out then may be
 * missing now.
 */
export function reused({ drop, ...kept }: Reading, said: Reading): Reading {
  const isSaid = said.drop !== undefined || said.columns !== undefined;
  const ignore = drop === undefined || isSaid ? {} : { ignore: drop };
  return { ...kept, ...ignore, ...said };
}

/** Options of reading a table as they are typed in a shell: `--drop id,'body mass' --gaps drop`, `--types year:integer`. */
export function typed({ types = {}, marginals, ...reading }: Options): string {
  const words = <O extends keyof Sayable>(name: O): string[] => {
    const given: Partial<Sayable>[O] = reading[name];
    if (given === undefined) return [];
    const { metavar, show } = table[name].value;
    const option = optionOf(name);
    if (metavar === "") return [given === false ? option.replace("--", "--no-") : option];
    return [`${option} ${inShell(show(given))}`];
  };
  const kinds = Object.entries(types).map(([name, kind]) => `${typedName(name)}:${kind}`);
  return [
    ...namesOf(table).flatMap(words),
    ...(kinds.length === 0 ? [] : [`--types ${inShell(kinds.join(","))}`]),
    ...(marginals === undefined ? [] : [`--marginals ${marginals}`]),
  ].join(" ");
}

/** A column's name before its kind: in quotes where it has what stands between names. */
function typedName(name: string): string {
  return /[",:]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

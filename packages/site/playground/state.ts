import { type Grid, gridOf, onGrid, pack, unpack } from "./pack.ts";
import {
  type FieldName,
  faultOf,
  fieldNames,
  fields,
  initialSettings,
  type SetName,
  type Settings,
  sets,
} from "./settings.ts";

/** Points of a registered set, drawn for the occasion where it has none of its own. */
export interface FromSet {
  readonly kind: "set";
  readonly name: SetName;
  readonly rows: number;
}

/** Points that were drawn by hand, or two columns of a table. */
export interface FromPoints {
  readonly kind: "points";
  readonly name: string;
  readonly columns: readonly [string, string];
  readonly values: readonly [readonly number[], readonly number[]];
}

export type Source = FromSet | FromPoints;

/** All that the playground is set to: plain data. */
export interface State {
  readonly source: Source;
  readonly a: Settings;
  /** What is beside it, if anything. */
  readonly b: Settings | null;
}

export const initialState: State = {
  source: { kind: "set", name: "moons", rows: 2000 },
  a: initialSettings,
  b: null,
};

/** So many points go into an address. */
export const MOST_POINTS = 2000;
/** So many rows are drawn of a set. */
export const [FEWEST_ROWS, MOST_ROWS] = [10, 20_000];

/** Points as an address keeps them. @throws RangeError where it cannot */
export function pointsOf(
  name: string,
  columns: readonly [string, string],
  [x, y]: FromPoints["values"],
): FromPoints {
  const kept = (values: readonly number[]): number[] => onGrid(values, gridOf(values));
  return { kind: "points", name, columns, values: [kept(x), kept(y)] };
}

// encodeURIComponent leaves "~" as it is, which stands between the parts here.
const escaped = (text: string): string => encodeURIComponent(text).replaceAll("~", "%7E");

function told({ name, columns, values }: FromPoints): string {
  const grids = values.map(gridOf);
  const numbers = grids.map(({ decimals, low, bits }) => [decimals, low, bits].join("."));
  const parts = [...[name, ...columns].map(escaped), ...numbers, String(values[0].length)];
  return [...parts, pack(values, grids)].join("~");
}

/** A state as what follows # in an address: only what is not as it is at first. */
export function encode({ source, a, b }: State): string {
  const parts =
    source.kind === "points"
      ? [`points=${told(source)}`]
      : [
          ...(source.name === "moons" ? [] : [`data=${source.name}`]),
          ...(source.rows === 2000 ? [] : [`rows=${source.rows}`]),
        ];
  const differences = (own: Settings, from: Settings, prefix: string): string[] =>
    fieldNames
      .filter((name) => own[name] !== from[name])
      .map((name) => `${prefix}${name}=${own[name] ?? "auto"}`);
  return [
    ...parts,
    ...differences(a, initialSettings, ""),
    ...(b === null ? [] : ["b", ...differences(b, a, "b.")]),
  ].join("&");
}

/** The state of an address; the one at first, and what is wrong, where it is of none. */
export function decode(hash: string): { readonly state: State; readonly fault: string | null } {
  try {
    return { state: parsed(hash.replace(/^#/, "")), fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { state: initialState, fault: `The address says nothing that this page knows: ${why}.` };
  }
}

function parsed(hash: string): State {
  let { source, a } = initialState;
  let b: Settings | null = null;
  for (const part of hash === "" ? [] : hash.split("&")) {
    const [, key = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    if (key === "points") source = untold(value);
    else if (key === "data") source = { ...drawn(source), name: setNamed(value) };
    else if (key === "rows") source = { ...drawn(source), rows: rowsIn(value) };
    else if (key === "b" && b === null) b = a;
    else if (key.startsWith("b.") && b !== null) b = withField(b, key.slice(2), value);
    else if (b === null) a = withField(a, key, value);
    else throw new RangeError(`"${key}" stands behind b`);
  }
  return { source, a, b };
}

function drawn(source: Source): FromSet {
  if (source.kind === "set") return source;
  throw new RangeError("points stand beside a set");
}

function setNamed(value: string): SetName {
  const name = (Object.keys(sets) as SetName[]).find((known) => known === value);
  if (name === undefined) throw new RangeError(`there is no set "${value.slice(0, 40)}"`);
  return name;
}

function rowsIn(value: string): number {
  const rows = numberIn(value);
  if (Number.isSafeInteger(rows) && rows >= FEWEST_ROWS && rows <= MOST_ROWS) return rows;
  throw new RangeError(`rows are from ${FEWEST_ROWS} to ${MOST_ROWS}`);
}

function numberIn(value: string): number {
  return /^-?[\d.]+(e[+-]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function withField(settings: Settings, key: string, text: string): Settings {
  const name = fieldNames.find((known) => known === key);
  if (name === undefined) throw new RangeError(`there is no setting "${key.slice(0, 40)}"`);
  const value = "names" in fields[name] ? text : text === "auto" ? null : numberIn(text);
  return changed(settings, name, value);
}

/** Settings with one that is another. @throws RangeError where it cannot be that */
export function changed(settings: Settings, name: FieldName, value: unknown): Settings {
  const fault = faultOf(name, value);
  if (fault !== null) throw new RangeError(fault);
  return { ...settings, [name]: value };
}

function untold(text: string): FromPoints {
  const [name = "", x = "", y = "", gridX = "", gridY = "", count = "", packed = "", ...more] =
    text.split("~");
  const rows = numberIn(count);
  if (more.length > 0 || !Number.isSafeInteger(rows) || rows < 0 || rows > MOST_POINTS) {
    throw new RangeError(`points are at most ${MOST_POINTS}`);
  }
  const [first = [], second = []] = unpack(packed, [gridIn(gridX), gridIn(gridY)], rows);
  return {
    kind: "points",
    name: unescaped(name),
    columns: [unescaped(x), unescaped(y)],
    values: [first, second],
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const why = `the name "${text.slice(0, 40)}" has a % without what belongs to it; copy the whole address anew`;
    throw new RangeError(why, { cause });
  }
}

function gridIn(text: string): Grid {
  const [decimals = Number.NaN, low = Number.NaN, bits = Number.NaN] = text.split(".").map(numberIn);
  const isGrid =
    Number.isInteger(decimals) &&
    Math.abs(decimals) <= 22 &&
    Number.isSafeInteger(low) &&
    Number.isSafeInteger(low + 2 ** bits) &&
    Number.isInteger(bits) &&
    bits >= 0 &&
    bits <= 24;
  if (!isGrid) throw new RangeError("points have no grid");
  return { decimals, low, bits };
}

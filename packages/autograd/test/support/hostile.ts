import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isPlain } from "../../src/arguments.ts";

// Calls every public function with arguments that it was not made for. The outcome is a right result, or an error of the
// package's own, which begins with the function's name.

class Thing {
  readonly x = 1;
}

/** Values that somebody could pass by mistake. */
const hostile = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  "-1": () => -1,
  "1.5": () => 1.5,
  "1e15": () => 1e15,
  Infinity: () => Number.POSITIVE_INFINITY,
  "a text": () => "text",
  true: () => true,
  "a function": () => () => undefined,
  "an async function": () => async () => undefined,
  "an empty array": () => [],
  "a sparse array": () => new Array(2),
  "an array of texts": () => ["1", "2"],
  "a ragged array": () => [[1, 2], [3]],
  "huge sizes": () => [1e6, 1e6],
  "an Int8Array": () => new Int8Array(2),
  "a BigInt64Array": () => new BigInt64Array(2),
  "a Uint8ClampedArray": () => new Uint8ClampedArray(2),
  "a Map": () => new Map([["axis", 0]]),
  "a Set": () => new Set([1]),
  "a Date": () => new Date(0),
  "a Promise": () => Promise.resolve(1),
  "a symbol": () => Symbol("x"),
  "a bigint": () => 2n,
  "an instance": () => new Thing(),
  "an unknown key": () => ({ noSuchKey: 1 }),
} as const satisfies Record<string, () => unknown>;

export type Hostile = keyof typeof hostile;

/** Every hostile value: for an argument that may be anything. */
export const everything = Object.keys(hostile) as Hostile[]; // the keys are known: it is const

/** The numbers among them. */
export const numbers: readonly Hostile[] = ["NaN", "-1", "1.5", "1e15", "Infinity"];

/** Arrays and objects of something else. */
export const arrays: readonly Hostile[] = [
  "an empty array",
  "a sparse array",
  "an array of texts",
  "a ragged array",
  "huge sizes",
  "an unknown key",
];

/** An argument: a good one, and what else could be meant in its place. */
export interface Argument {
  readonly good: unknown;
  /** For these the function may return; for all others it must throw. */
  readonly takes: readonly Hostile[];
  /** These are not tried: they mean what they say, and take for ever. */
  readonly skips: readonly Hostile[];
  /** Whether it may be left out. */
  readonly isOptional: boolean;
  /** The options of an object of options, each as an argument of its own. */
  readonly options: Readonly<Record<string, Argument>> | null;
}

/** What else may stand in the place of a good value, by what that is. */
function takenLike(good: unknown): readonly Hostile[] {
  if (typeof good === "number") return numbers;
  if (typeof good === "boolean") return ["true"];
  if (typeof good === "function") return ["a function"];
  return [];
}

/** An argument that must be there. */
export function needs(
  good: unknown,
  takes: readonly Hostile[] = [],
  skips: readonly Hostile[] = [],
): Argument {
  return { good, takes: [...takenLike(good), ...takes], skips, isOptional: false, options: null };
}

/** An argument that may be left out. */
export function may(good: unknown, takes: readonly Hostile[] = [], skips: readonly Hostile[] = []): Argument {
  return { ...needs(good, ["undefined", ...takes], skips), isOptional: true };
}

/** A tensor, or a number in its place. */
export function like(good: unknown): Argument {
  return needs(good, numbers);
}

/** Options: every one that there is, with a good value or what may stand in its place. */
export function options(all: Readonly<Record<string, unknown>>, isOptional = true): Argument {
  const each = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, isArgument(value) ? value : may(value)]),
  );
  const good = Object.fromEntries(
    Object.entries(each).flatMap(([key, { good: own }]) => (own === undefined ? [] : [[key, own]])),
  );
  return { good, takes: isOptional ? ["undefined"] : [], skips: [], isOptional, options: each };
}

function isArgument(value: unknown): value is Argument {
  return typeof value === "object" && value !== null && "takes" in value && "skips" in value;
}

/** How to call a function well. */
export interface Entry {
  readonly arguments: readonly Argument[];
  /** What errors may begin with beside the function's own name. */
  readonly names?: readonly string[];
  /** Why the function is not called so. */
  readonly exempt?: string;
}

/** Every function by its path; a `*` stands for any name. */
export type Table = Readonly<Record<string, Entry>>;

/** A function that was found, as it is called. */
interface Found {
  readonly path: string;
  call(...values: unknown[]): unknown;
}

/** The entries of a package, from its manifest: the main one as "", the subpaths by their names. */
export function entriesOf(folder: URL): string[] {
  const manifest: unknown = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const found = typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "exports") : {};
  return Object.keys(found ?? {})
    .filter((path) => path !== "./package.json")
    .map((path) => path.slice("./".length));
}

function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Whether a value is an array, an object that braces make, or a namespace: what may hold functions to call. */
function isHolder(value: unknown): value is object {
  return Array.isArray(value) || (typeof value === "object" && value !== null && isPlain(value));
}

/** The functions among the members of a module, a namespace, a result; classes and what is no function are left out. */
function functionsIn(owner: object, prefix: string): Found[] {
  return Object.entries(owner).flatMap(([key, value]: [string, unknown]): Found[] => {
    const path = `${prefix}${key}`;
    if (typeof value === "function" && !isClass(value)) {
      return [{ path, call: (...values) => Reflect.apply(value, owner, values) }];
    }
    return isHolder(value) ? functionsIn(value, `${path}.`) : [];
  });
}

/** The functions that a result is or has. */
function functionsOf(result: unknown, path: string): Found[] {
  const own =
    typeof result === "function"
      ? [{ path: `${path}()`, call: (...values: unknown[]) => Reflect.apply(result, undefined, values) }]
      : [];
  const isOwner = typeof result === "function" || isHolder(result);
  return isOwner ? [...own, ...functionsIn(result, `${path}().`)] : own;
}

/** The names of the classes that a module exports: they are told apart, for they are not called. */
export function classesIn(module: object): string[] {
  return Object.keys(module).filter((key) => isClass(Reflect.get(module, key)));
}

/** Declares the tests of a package: one for each function, and one for the completeness of the table. */
export async function testHostileArguments(
  modules: Readonly<Record<string, object>>,
  table: Table,
): Promise<void> {
  const patterns = Object.keys(table).map((key) => [key, patternOf(key)] as const);
  const keyOf = (path: string): string | undefined =>
    table[path] === undefined ? patterns.find(([, pattern]) => pattern.test(path))?.[0] : path;
  const used = new Set<string>();
  const missing: string[] = [];
  const open = Object.entries(modules).flatMap(([entry, module]) =>
    functionsIn(module, entry === "" ? "" : `${entry}/`),
  );
  for (let found = open.shift(); found !== undefined; found = open.shift()) {
    const { path, call } = found;
    const key = keyOf(path);
    const entry = key === undefined ? undefined : table[key];
    if (key === undefined || entry === undefined) {
      missing.push(path);
      continue;
    }
    used.add(key);
    if (entry.exempt !== undefined) continue;
    try {
      open.push(...functionsOf(await call(...entry.arguments.map(({ good }) => good)), path));
    } catch (error) {
      missing.push(`${path}: its good arguments give ${error}`);
      continue;
    }
    test(path, () => checkFunction({ path, call }, entry));
  }
  test("every function has good arguments in the table, and nothing else has", () => {
    expect(missing).toEqual([]);
    expect(Object.keys(table).filter((key) => !used.has(key))).toEqual([]);
  });
}

function patternOf(key: string): RegExp {
  return new RegExp(`^${key.replaceAll(/[.()]/g, "\\$&").replaceAll("*", "[^.]+")}$`);
}

/** What errors of a function may begin with: any end of its path, without the parentheses of results. */
function namesFor(path: string, names: readonly string[]): string[] {
  const dotted = path.replaceAll("/", ".").split("()")[0] ?? "";
  const parts = path.split(/\(\)\.?|\//).filter((part) => part !== "" && !/^\d+$/.test(part));
  const ends = parts.flatMap((part) => part.split(".").map((_, i, all) => all.slice(i).join(".")));
  return [...new Set([...ends, dotted, ...names])];
}

async function checkFunction({ path, call }: Found, entry: Entry): Promise<void> {
  const names = namesFor(path, entry.names ?? []);
  const good = entry.arguments.map((argument) => argument.good);
  const problems: string[] = [];
  const judge = async (what: string, mayReturn: boolean, values: readonly unknown[]): Promise<string> => {
    try {
      await call(...values);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!names.some((name) => message.startsWith(`${name}: `))) problems.push(`${what}: ${message}`);
      return message;
    }
    if (!mayReturn) problems.push(`${what}: was taken`);
    return "";
  };
  for (const [i, argument] of entry.arguments.entries()) {
    const put = (value: unknown): unknown[] => good.map((own, k) => (k === i ? value : own));
    await judge(`without argument ${i}`, argument.isOptional, good.slice(0, i));
    for (const [label, make] of entriesOfHostile(argument)) {
      await judge(`argument ${i} is ${label}`, argument.takes.includes(label), put(make()));
    }
    if (argument.options === null) continue;
    const own = typeof argument.good === "object" && argument.good !== null ? argument.good : {};
    const message = await judge(`an option too many`, false, put({ ...own, noSuchOption: 1 }));
    const known = / there are (.*)$/.exec(message)?.[1]?.split(", ") ?? [];
    const listed = Object.keys(argument.options);
    if (known.toSorted().join() !== listed.toSorted().join())
      problems.push(`options ${known.join(", ")} are not those of the table`);
    for (const [key, option] of Object.entries(argument.options)) {
      for (const [label, make] of entriesOfHostile(option)) {
        const mayReturn = option.takes.includes(label);
        await judge(`${key} is ${label}`, mayReturn, put({ ...own, [key]: make() }));
      }
    }
  }
  expect(problems, `errors begin with ${names.join(": or ")}:`).toEqual([]);
}

function entriesOfHostile({ skips }: Argument): [Hostile, () => unknown][] {
  const all = Object.entries(hostile) as [Hostile, () => unknown][]; // the keys are known: it is const
  return all.filter(([label]) => !skips.includes(label));
}

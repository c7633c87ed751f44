// What every public function asks of its arguments, before shapes and dtypes.

/** What a value is, for messages: `3`, `"text"`, `an array`, `a Map`, `a float32 tensor [2, 3]`. */
export function kindOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if ("shape" in value && "dtype" in value && Array.isArray(value.shape)) {
    return `a ${String(value.dtype)} tensor [${value.shape.map(kindOf).join(", ")}]`;
  }
  const name = isPlain(value) ? "object" : value.constructor.name;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

/** Whether an object is one that braces make: no Map, no Date, no Promise, no instance of a class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of all objects has none itself, in whichever realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * What an option may be, by its `typeof`; a `callback` may be async, a `function` not; `any` where the function looks
 * closer itself.
 */
export type OptionKind = "boolean" | "number" | "string" | "function" | "callback" | "any";

const wanted: Readonly<Record<OptionKind, string>> = {
  boolean: "true or false",
  number: "a number",
  string: "a text",
  function: "a function",
  callback: "a function",
  any: "",
};

/**
 * Throws unless the options are an object that holds known ones, each of its kind or undefined. A library that builds
 * on this one may use it for its own functions.
 *
 * @param kinds every option that there is: an option of the type that is left out is a type error
 * @throws TypeError with the name of the function, the guilty option and the known ones
 *
 * @example
 * ```ts
 * import { checkOptions } from "@scoretape/autograd";
 *
 * const area = (options: { readonly width: number; readonly unit?: string }): number => {
 *   checkOptions("area", options, { width: "number", unit: "string" });
 *   return options.width ** 2;
 * };
 * console.log(area({ width: 3 })); // 9
 * ```
 */
export function checkOptions<O extends object>(
  name: string,
  options: O,
  kinds: { readonly [K in keyof O]-?: OptionKind },
): void {
  const known = (): string => Object.keys(kinds ?? {}).join(", ");
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    throw new TypeError(`${name}: options are ${kindOf(options)}; give an object with ${known()}`);
  }
  for (const key in options) {
    if (!Object.hasOwn(kinds, key)) {
      throw new TypeError(`${name}: there is no option ${JSON.stringify(key)}; there are ${known()}`);
    }
    const value = options[key];
    const kind = kinds[key];
    if (kind === "function" && value !== undefined) checkFunction(name, value, key);
    const type = kind === "callback" ? "function" : kind;
    if (value !== undefined && type !== "any" && typeof value !== type) {
      throw new TypeError(`${name}: ${key} is ${kindOf(value)}; it is ${wanted[kind]}`);
    }
  }
}

/** Throws unless every one of some numbers is finite. */
export function checkFinite(name: string, numbers: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) {
      throw new RangeError(`${name}: ${what} is ${kindOf(value)}; it is a finite number`);
    }
  }
}

/** Throws unless a number is in [0, 1). */
export function checkFraction(name: string, option: string, value: number): void {
  if (typeof value !== "number" || !(value >= 0 && value < 1))
    throw new RangeError(`${name}: ${option} is ${kindOf(value)}; it is in [0, 1)`);
}

/** Throws unless a number is finite and above 0. */
export function checkPositive(name: string, option: string, value: number): void {
  if (typeof value !== "number" || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: ${option} is ${kindOf(value)}; it is a finite number above 0`);
  }
}

/**
 * Throws unless f is a function whose result is there when it returns: one that is async, or a generator, would return
 * before its work is done, and what it computes later would be lost.
 *
 * @example
 * ```ts
 * import { checkFunction } from "@scoretape/autograd";
 *
 * const twice = (f: (x: number) => number): ((x: number) => number) => {
 *   checkFunction("twice", f);
 *   return (x) => f(f(x));
 * };
 * console.log(twice((x) => 3 * x)(1)); // 9
 * ```
 */
export function checkFunction(name: string, f: unknown, what = "the function"): void {
  if (typeof f !== "function") throw new TypeError(`${name}: ${what} is ${kindOf(f)}; give a function`);
  const tag = Object.prototype.toString.call(f);
  if (tag !== "[object Function]") {
    throw new TypeError(
      `${name}: ${what} is ${tag.slice("[object ".length, -1)}; give a function without async, await or yield, ` +
        "and wait for what it needs before",
    );
  }
}

/** Instructions before the locals of their function are numbered. */

/** The types of values, by their code in the binary format. */
export const ValueType = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** A local variable of one function. It gets its number when the function is finished. */
export class Local {
  readonly type: ValueType;

  constructor(type: ValueType) {
    this.type = type;
  }
}

/**
 * A local that holds a constant vector, set once at the function's entry: V8 would rebuild a literal in every
 * iteration of a loop. Constants with one key are the same constant.
 */
export class Constant extends Local {
  readonly key: string;
  /** The bytes of its lanes; fewer than sixteen are repeated. */
  readonly bytes: () => number[];

  constructor(key: string, bytes: () => number[]) {
    super(ValueType.v128);
    this.key = key;
    this.bytes = bytes;
  }
}

/** Reads a constant with these lanes, or one lane for all. */
export function constant<T extends number | bigint>(
  kind: string,
  lanes: readonly T[],
  encode: (lane: T) => number[],
): Code {
  return get(new Constant(kind + lanes.map(exactText).join(), () => lanes.flatMap(encode)));
}

/** A number as text, different for different numbers: JavaScript writes −0 as 0. */
export function exactText(x: number | bigint): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

/** Bytes, with locals standing for their numbers, in nested lists, so that joining code copies nothing. */
export type Code = readonly (number | Local | Code)[];

/** Reads a local. */
export function get(local: Local): Code {
  return [0x20, local];
}

/** A function of the module being written. */
export interface FunctionHandle {
  readonly index: number;
}

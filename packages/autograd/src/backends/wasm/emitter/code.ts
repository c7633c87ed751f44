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
 * A local that holds a constant, set once at the function's entry: V8 would rebuild a literal vector in
 * every iteration of a loop. Equal constants of a function share one local.
 */
export class Constant extends Local {
  readonly literal: readonly number[];

  constructor(type: ValueType, literal: readonly number[]) {
    super(type);
    this.literal = literal;
  }
}

/** Bytes, with locals standing for their numbers. */
export type Code = readonly (number | Local)[];

/** Reads a local. */
export function get(local: Local): Code {
  return [0x20, local];
}

/** A function of the module being written. */
export interface FunctionHandle {
  readonly index: number;
}

import type {
  BinaryFunction,
  Comparison,
  ElementType,
  Reduction,
  UnaryFunction,
} from "../../../src/export/primitives.ts";
import * as portable from "../../../src/portable/index.ts";

/** An element: whole numbers of 64 bits are bigints. */
export type Element = number | bigint;

/** An element as its type holds it. */
export function rounded(x: Element, type: ElementType): Element {
  switch (type) {
    case "float32":
      return Math.fround(Number(x));
    case "float64":
      return Number(x);
    case "uint32":
      return Number(x) >>> 0;
    case "uint64":
      return BigInt.asUintN(64, BigInt(x));
    case "int64":
      return BigInt.asIntN(64, BigInt(typeof x === "number" ? Math.trunc(x) : x));
    case "bool":
      return x ? 1 : 0;
  }
}

export const unary: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  exp: portable.exp,
  expm1: portable.expm1,
  log: portable.log,
  log1p: portable.log1p,
  sin: portable.sin,
  cos: portable.cos,
  tanh: portable.tanh,
  floor: Math.floor,
  round: (x) => {
    const down = Math.floor(x);
    const nearest = x - down === 0.5 ? down + Math.abs(down % 2) : Math.round(x);
    return nearest === 0 ? x * 0 : nearest;
  },
};

const floats: Readonly<
  Record<Exclude<BinaryFunction, "and" | "or" | "xor" | "shiftRight">, (x: number, y: number) => number>
> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: portable.pow,
  rem: (x, y) => x % y,
  maximum: Math.max,
  minimum: Math.min,
};

const wholes: Readonly<Record<Exclude<BinaryFunction, "pow">, (x: bigint, y: bigint) => bigint>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  rem: (x, y) => x % y,
  maximum: (x, y) => (x > y ? x : y),
  minimum: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shiftRight: (x, y) => x >> y,
};

export function binary(name: BinaryFunction, x: Element, y: Element): Element {
  if (typeof x === "number" && typeof y === "number" && name in floats) {
    return floats[name as keyof typeof floats](x, y); // which the line before says
  }
  if (name === "pow") throw new Error("pow is of floats");
  return wholes[name](BigInt(x), BigInt(y));
}

export const comparisons: Readonly<Record<Comparison, (x: Element, y: Element) => boolean>> = {
  less: (x, y) => x < y,
  lessEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterEqual: (x, y) => x >= y,
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
};

export const reductions: Readonly<Record<Reduction, BinaryFunction>> = {
  sum: "add",
  product: "mul",
  max: "maximum",
  min: "minimum",
};

/** NaN comes last. */
export function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

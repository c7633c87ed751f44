import { describe, expect, test } from "vitest";
import * as functions from "../src/portable/index.ts";

const portable = { ...functions };

const words = new Float64Array(1);
const integers = new BigInt64Array(words.buffer);

/** The place of a number among all float64 numbers in their order. */
function place(x: number): bigint {
  words[0] = x;
  const bits = integers[0] as bigint;
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

/** How many steps from one float64 to the next lead from a to b. */
function steps(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return Number.POSITIVE_INFINITY;
  return Math.abs(Number(place(a) - place(b)));
}

const COUNT = 5_000;

/** Numbers in [0, 1), the same on every machine. */
function fractions(seed: number): number[] {
  let state = seed;
  return Array.from({ length: COUNT }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (Math.imul(state ^ (state >>> 16), 0x45d9f3b) >>> 0) * 2 ** -32;
  });
}

/** Numbers of both signs with exponents from `low` to below `high`, in exact arithmetic. */
function spread(low: number, high: number, seed: number): number[] {
  const significands = fractions(3 * seed);
  const exponents = fractions(3 * seed + 1);
  return fractions(3 * seed + 2).map((sign, i) => {
    const power = 2 ** Math.floor(low + (exponents[i] as number) * (high - low));
    return (sign < 0.5 ? -1 : 1) * (1 + (significands[i] as number)) * power;
  });
}

const magnitudes = [
  [0, 2 ** -1074, 1e-310, 2 ** -1022, 1e-300, 1e-20, 1e-8, 0.25, 0.5, 1, 1.5, 2, 3, 88, 709.782712893384],
  [709.7827128933841, 745.1332191019411, 745.1332191019412, 746, 2 ** 20, 2 ** 23, 1e5, 1e10, 2 ** 53],
  [2 ** 53 + 2, 1e22, 3e38, 1.7976931348623157e308, Number.POSITIVE_INFINITY, Math.PI / 2, Math.PI, Math.E],
  // Of all numbers the nearest to a multiple of π/2.
  [6381956970095103 * 2 ** 797],
].flat();
const hard = [Number.NaN, ...magnitudes.flatMap((x) => [x, -x])];

/** The exponents that arguments have, and what identifies the bits of all results. */
const unary = {
  exp: { low: -30, high: 9, bits: 12105683787719792229n },
  expm1: { low: -60, high: 9, bits: 15705641606578985423n },
  tanh: { low: -60, high: 6, bits: 14452599162337425689n },
  log: { low: -1022, high: 1023, bits: 7025973761656184997n },
  log1p: { low: -60, high: 1023, bits: 12834349635769664861n },
  log10: { low: -1022, high: 1023, bits: 1504276174926322237n },
  sin: { low: -30, high: 1023, bits: 2639410707085185057n },
  cos: { low: -30, high: 40, bits: 17685729630141990691n },
  atan: { low: -30, high: 60, bits: 12136624035884518338n },
};

const binary = {
  atan2: { x: spread(-20, 20, 3), y: spread(-20, 20, 4), bits: 18275873503573470356n },
  hypot: { x: spread(-1022, 1023, 3), y: spread(-1022, 1023, 4), bits: 18261763654799842503n },
  pow: { x: spread(-40, 40, 3).map(Math.abs), y: spread(-20, 4, 4), bits: 11064624544432734214n },
};

/** A hash of the bits of numbers (FNV-1a over 64 bits at a time); NaN counts for one number. */
function hash(values: readonly number[]): bigint {
  let result = 0xcbf29ce484222325n;
  for (const value of values) {
    result = BigInt.asUintN(64, (result ^ (Number.isNaN(value) ? 1n : place(value))) * 0x100000001b3n);
  }
  return result;
}

type Results = readonly { readonly at: readonly number[]; readonly ours: number; readonly nodes: number }[];

function ofOne(name: keyof typeof unary): Results {
  const { low, high } = unary[name];
  const all = [...spread(low, high, 1), ...spread(-4, 6, 2), ...hard];
  return all.map((x) => ({ at: [x], ours: portable[name](x), nodes: Math[name](x) }));
}

function ofTwo(name: keyof typeof binary): Results {
  const { x, y } = binary[name];
  const pairs = [
    ...x.map((first, i) => [first, y[i]]),
    ...hard.flatMap((first) => hard.map((second) => [first, second])),
  ];
  return (pairs as [number, number][]).map((at) => ({
    at,
    ours: portable[name](...at),
    nodes: Math[name](...at),
  }));
}

const all: readonly [string, Results, bigint][] = [
  ...(Object.keys(unary) as (keyof typeof unary)[]).map(
    (name) => [name, ofOne(name), unary[name].bits] as const,
  ),
  ...(Object.keys(binary) as (keyof typeof binary)[]).map(
    (name) => [name, ofTwo(name), binary[name].bits] as const,
  ),
].map((entry) => [...entry]);

describe.each(all)("%s", (name, results, bits) => {
  // ECMAScript makes NaN of 1 to the power of NaN or ±∞ and of −1 to that of ±∞, where IEEE 754 has 1.
  const isExtended = ({ at: [x = 0, y = 0] }: Results[number]): boolean =>
    name === "pow" && Math.abs(x) === 1 && !Number.isFinite(y) && !(x === -1 && Number.isNaN(y));

  test("is Node's within three steps: each is right to one or two", () => {
    const far = results.filter((result) => !isExtended(result) && !(steps(result.ours, result.nodes) <= 3));
    expect(far).toEqual([]);
  });

  test("has these bits on every machine", () => {
    expect(hash(results.map(({ ours }) => ours))).toBe(bits);
  });
});

test("the power of one, to which ECMAScript knows no limits, is one", () => {
  for (const y of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(portable.pow(1, y)).toBe(1);
  for (const y of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) expect(portable.pow(-1, y)).toBe(1);
});

test("the powers on both sides of the largest number, and of the smallest, are finite, infinite and 0", () => {
  // Logarithms of the result to the base 2, in steps that no exponent skips.
  for (const base of [1.0623003809939746e-8, 0.3, 3, 7e30]) {
    for (let exponent = 1020; exponent < 1030; exponent += 1 / 64) {
      for (const bits of [exponent, -exponent - 50]) {
        const y = bits / Math.log2(base);
        expect(steps(portable.pow(base, y), base ** y), `${base} ** ${y}`).toBeLessThanOrEqual(1);
      }
    }
  }
});

test("powers of two and of ten are exact, and so are their exponents", () => {
  for (let k = -1074; k <= 1023; k++) expect(portable.pow(2, k)).toBe(2 ** k);
  for (let k = -300; k <= 300; k++) expect(portable.log10(Number(`1e${k}`))).toBe(k);
  for (let k = 0; k <= 22; k++) expect(portable.pow(10, k)).toBe(Number(`1e${k}`));
});

test("what is known by name has its name's bits", () => {
  expect(portable.exp(1)).toBe(Math.E);
  expect(portable.log(2)).toBe(Math.LN2);
  expect(portable.log(10)).toBe(Math.LN10);
  expect(4 * portable.atan(1)).toBe(Math.PI);
  expect(portable.pow(2, 0.5)).toBe(Math.SQRT2);
});

test("hypot takes any number of arguments, and neither overflows nor vanishes on the way", () => {
  expect(portable.hypot()).toBe(0);
  expect(portable.hypot(-3)).toBe(3);
  expect(portable.hypot(1, 2, 3, 4, 5, 3)).toBe(8);
  expect(portable.hypot(3e300, 4e300)).toBe(5e300);
  expect(portable.hypot(3 * 2 ** -1070, 4 * 2 ** -1070)).toBe(5 * 2 ** -1070);
});

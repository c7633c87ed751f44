import { type DeviceFunction, define, LARGEST, polynomial, written } from "./deviceFunction.ts";

/** From here on angles take the branch of large ones. */
const LARGE = 1e5;

/** π in parts of 8, 7 and 7 bits, whose multiples by whole numbers and halves below 2¹⁵ are exact, and the rest. */
const PI_PARTS = [3.140625, 0.0009613037109375, 6.318092346191406e-6, 3.1786509424591713e-8];

/** The digits of 1/(2π) to the base 2¹². */
const TURN_DIGITS = [0, 651, 3680, 3513, 913, 84, 2687, 157, 1524, 2004, 3383, 1795, 1752, 2646];

/** The first digits that matter for an angle below 2²⁴; each factor of 2¹² more moves them by one. */
const WINDOW = 5;

/**
 * The fraction of a turn of an angle x ≥ 2¹², to about 2⁻²¹ (Payne and Hanek, "Radian reduction for trigonometric
 * functions", 1983): x·2¹²ᵏ is a whole number of three digits, whose products with the digits of 1/(2π) are exact. Those
 * of whole turns are left out, and those too small to be seen.
 */
const fractionOfTurn: DeviceFunction = written(
  "fractionOfTurn",
  ["x"],
  [
    "let y = x;",
    ...TURN_DIGITS.slice(0, WINDOW).map((digit, i) => `let d${i} = ${digit} + 0 * x;`),
    ...TURN_DIGITS.slice(WINDOW).flatMap((digit) => [
      "if (y >= 16777216) {",
      "  y = y * 0.000244140625;",
      ...Array.from({ length: WINDOW - 1 }, (_, i) => `  d${i} = d${i + 1};`),
      `  d${WINDOW - 1} = ${digit};`,
      "}",
    ]),
    "const high = Math.floor(y * 0.000244140625);",
    "const rest = y - high * 4096;",
    "const middle = Math.floor(rest);",
    "const low = (rest - middle) * 4096;",
    "const a = low * d0 * 0.000244140625;",
    "const b = middle * d1 * 0.000244140625;",
    "const c = high * d2 * 0.000244140625;",
    "let sum = (a - Math.floor(a)) + (b - Math.floor(b)) + (c - Math.floor(c));",
    "sum = sum - Math.floor(sum);",
    `sum = sum + (low * d1 + middle * d2 * 1 + high * d3) * ${2 ** -24};`,
    `sum = sum + (low * d2 + middle * d3 * 1 + high * d4) * ${2 ** -36};`,
    "return sum - Math.floor(sum);",
  ],
);

/**
 * sin(x + quarters·π/2) = (−1)ⁿ·sin r, r = x + quarters·π/2 − n·π: to 3e-7 for |x| ≤ 10⁵, to 4e-6 above, and nowhere
 * beyond ±1.
 */
function shiftedSine(name: string, quarters: 0 | 1): DeviceFunction {
  return define(
    name,
    ["x"],
    [
      `const n = Math.floor(x * ${1 / Math.PI} + ${0.5 + quarters / 2});`,
      `const m = n - ${quarters / 2};`,
      `let r = ${PI_PARTS.reduce((rest, part) => `(${rest} - m * ${part})`, "x")};`,
      "let half = n * 0.5;",
      `if (Math.abs(x) > ${LARGE}) {`,
      `  const turns = fractionOfTurn(Math.abs(x)) * 2 + ${quarters / 2};`,
      "  const whole = Math.floor(turns + 0.5);",
      `  r = (turns - whole) * ${Math.PI};`,
      ...(quarters === 0 ? ["  if (x < 0) { r = 0 - r; }"] : []),
      "  half = whole * 0.5;",
      "}",
      "const z = r * r;",
      `const s = r + r * z * ${polynomial("z", [-0.16666659712791443, 0.008333069272339344, -0.00019809776858892292, 2.606095677037956e-6])};`,
      "const odd = half - Math.floor(half);",
      "let result = Math.min(Math.max(s, -1), 1);",
      "if (odd > 0.25) { result = 0 - result; }",
      `if (Math.abs(x) > ${LARGEST}) { result = undefinedLike(x); }`,
    ],
  );
}

export const circularFunctions: readonly DeviceFunction[] = [
  fractionOfTurn,
  shiftedSine("stableSin", 0),
  shiftedSine("stableCos", 1),
];

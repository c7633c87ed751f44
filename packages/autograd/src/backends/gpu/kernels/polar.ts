import { type DeviceFunction, define, polynomial, written } from "./deviceFunction.ts";

/** atan q for 0 ≤ q ≤ 1, and ½π − atan q where the quotient that q is the inverse of was larger. */
const angle = [
  "const z = q * q;",
  `let angle = q + q * z * ${polynomial(
    "z",
    [
      -0.33333298563957214, 0.19998548924922943, -0.14264242351055145, 0.10952185839414597,
      -0.0840345025062561, 0.057957593351602554, -0.03117784671485424, 0.010914606042206287,
      -0.0017936218064278364,
    ],
  )};`,
  "if (isSteep > 0.5) { angle = 1.5707963705062866 - (angle + 0.00000004371139000186241); }",
];

/**
 * The magnitudes a and b of two numbers, scaled to where no quotient and no square leaves the range of floats: the smaller
 * one s and the larger one t, of which `isSteep` tells that it is a. Comparisons alone: NaN stays NaN.
 */
const sorted = (x: string, y: string): string[] => [
  `let a = Math.abs(${x});`,
  `let b = Math.abs(${y});`,
  "let scale = 1;",
  "if (a > 1e15 || b > 1e15) { scale = 1e-20; }",
  "if (a < 1e-15 && b < 1e-15) { scale = 1e20; }",
  "if (a > 3.4e38 || b > 3.4e38) {",
  "  scale = 1;",
  "  if (a > 3.4e38) { a = 1; } else { if (a >= 0) { a = 0; } }",
  "  if (b > 3.4e38) { b = 1; } else { if (b >= 0) { b = 0; } }",
  "}",
  "a = a * scale;",
  "b = b * scale;",
  "let s = a;",
  "let t = b;",
  "let isSteep = 0;",
  "if (a > b) { s = b; t = a; isSteep = 1; }",
];

/** The functions of a point's polar coordinates. A zero has no sign here. */
export const polarFunctions: readonly DeviceFunction[] = [
  define(
    "stableAtan",
    ["x"],
    [
      "const a = Math.abs(x);",
      "let q = a;",
      "let isSteep = 0;",
      "if (a > 1) { q = 1 / a; isSteep = 1; }",
      "if (a > 1e30) { q = 0; }",
      ...angle,
      "if (x < 0) { angle = 0 - angle; }",
      "let result = angle;",
    ],
  ),
  define(
    "stableAtan2",
    ["y", "x"],
    [
      ...sorted("y", "x"),
      "let q = s / t;",
      "if (a + b == 0) { q = 0; }",
      ...angle,
      "if (x < 0) { angle = 3.1415927410125732 - (angle + 0.00000008742278000372485); }",
      "if (y < 0) { angle = 0 - angle; }",
      "let result = angle;",
    ],
  ),
  // Beside an infinity NaN does not matter.
  written(
    "hypotOf",
    ["x", "y"],
    [
      ...sorted("x", "y"),
      "const q = s / t;",
      "let length = t * Math.sqrt(1 + q * q) / scale;",
      "if (a + b == 0) { length = 0; }",
      "if (isUndefined(x) > 0.5) { length = x; }",
      "if (isUndefined(y) > 0.5) { length = y; }",
      "if (Math.abs(x) > 3.4e38) { length = Math.abs(x); }",
      "if (Math.abs(y) > 3.4e38) { length = Math.abs(y); }",
      "return length;",
    ],
  ),
  define(
    "directionCosineOf",
    ["x", "y"],
    [
      ...sorted("x", "y"),
      "const q = s / t;",
      "let cosine = a / t / Math.sqrt(1 + q * q);",
      "if (x < 0) { cosine = 0 - cosine; }",
      "let result = cosine;",
    ],
  ),
];

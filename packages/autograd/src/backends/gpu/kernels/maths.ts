import { circularFunctions } from "./circular.ts";
import { type DeviceFunction, define, LARGEST, number, polynomial, written } from "./deviceFunction.ts";
import { polarFunctions } from "./polar.ts";
import { undefinedFunctions } from "./undefined.ts";

// The functions of a device: a GPU's own tanh overflows, its log, expm1 and log1p lose all digits near their zeros, its
// sine those of large angles, its power is not defined for negative bases, and a NaN may come out of any as a number. The
// polynomials are those of the WebAssembly kernels. A GPU may take a subnormal number for 0, and so do these.

/** tanh 2u = 2ND/(D² + N²) with tanh u = N/D. */
function doubled(
  name: string,
  saturation: number,
  numerator: readonly number[],
  denominator: readonly number[],
): DeviceFunction {
  return define(
    name,
    ["x"],
    [
      `const b = Math.min(Math.max(x, ${number(-saturation)}), ${number(saturation)});`,
      "const z = b * b;",
      `const n = b + b * z * ${polynomial("z", numerator)};`,
      `const d = ${polynomial("z", denominator)};`,
      "let result = 2 * n * d / (d * d + n * n);",
    ],
  );
}

const log1pSmall = polynomial(
  "e",
  [
    -0.49999648332595825, 0.33321329951286316, -0.24857217073440552, 0.1915384829044342, -0.13754187524318695,
    0.07920882850885391, -0.030068300664424896, 0.005365422461181879,
  ],
);

/** Every function, each after those that it calls. */
export const deviceFunctions: readonly DeviceFunction[] = [
  ...undefinedFunctions,
  doubled(
    "stableTanh",
    9.011001586914062,
    [0.028350796550512314, 7.670890772715211e-5, -6.908071270572691e-8],
    [2, 0.2233680784702301, 0.0021009123884141445],
  ),
  doubled(
    "stableErf",
    3.9192187786102295,
    [0.141837015748024, 0.0176457017660141, 0.0005541363498196006, -5.891584351047641e-6],
    [1.7724539041519165, 0.27802738547325134, 0.06322228163480759, 0.0039769671857357025],
  ),
  // eˣ − 1 by its polynomial for |x| ≤ ½ log 2; elsewhere the difference loses two bits at most.
  define(
    "stableExpm1",
    ["x"],
    [
      `const q = ${polynomial("x", [0.4999999701976776, 0.1666654646396637, 0.04166743531823158, 0.00836627185344696, 0.0013870695838704705])};`,
      "let result = Math.exp(x) - 1;",
      "if (Math.abs(x) < 0.34657) { result = x + x * x * q; }",
    ],
  ),
  // log(1 + x) by log(1 + f) = f − (f²/2 − s·(f²/2 + R)), s = f/(2 + f), where |f| is small.
  define(
    "stableLog1p",
    ["x"],
    [
      "const s = x / (2 + x);",
      "const z = s * s;",
      `const r = z * ${polynomial("z", [0.6666677594184875, 0.3997758626937866, 0.29870685935020447])};`,
      "const h = 0.5 * x * x;",
      "let result = Math.log(1 + x);",
      "if (x > (-0.29289) && x < 0.41421) { result = x - (h - s * (h + r)); }",
      "if (x < (-1)) { result = undefinedLike(x); }",
    ],
  ),
  define(
    "logOf",
    ["x"],
    [
      `let result = Math.log(x * ${2 ** 23}) - ${23 * Math.LN2};`,
      `if (x >= ${2 ** -126}) { result = Math.log(x); }`,
      "if (x > 0.70711 && x < 1.41421) { result = stableLog1p(x - 1); }",
      "if (x < 0) { result = undefinedLike(x); }",
    ],
  ),
  define("expOf", ["x"], ["let result = Math.exp(x);"]),
  define(
    "stableSigmoid",
    ["x"],
    [
      "const e = Math.exp(0 - Math.abs(x));",
      "let n = 1 - 0 * e;",
      "if (x < 0) { n = e; }",
      "let result = n / (1 + e);",
    ],
  ),
  define(
    "logisticDensityOf",
    ["x"],
    ["const e = Math.exp(0 - Math.abs(x));", "let result = e / ((1 + e) * (1 + e));"],
  ),
  define(
    "sechSquaredOf",
    ["x"],
    ["const e = Math.exp((-2) * Math.abs(x));", "let result = 4 * e / ((1 + e) * (1 + e));"],
  ),
  // max(x, 0) + log(1 + e^(−|x|)).
  define(
    "stableSoftplus",
    ["x"],
    ["const e = Math.exp(0 - Math.abs(x));", `let result = Math.max(x, 0) + (e + e * e * ${log1pSmall});`],
  ),
  ...circularFunctions,
  ...polarFunctions,
  // Φ(−t) = e^(−t²/2)·M(t), with M(t)·(1 + t) a polynomial in (t − 4)/(t + 4). t²/2 in two parts: no digit is lost.
  define(
    "normalCdfOf",
    ["x"],
    [
      "const t = Math.min(Math.abs(x), 13);",
      "const high = Math.floor(t * 256) * 0.00390625;",
      "const low = (t - high) * (t + high) * (-0.5);",
      "const density = Math.exp(high * high * (-0.5)) * Math.exp(low);",
      "const q = (t - 4) / (t + 4);",
      `const tail = density * ${polynomial(
        "q",
        [
          0.4720532298088074, -0.09670348465442657, 0.01399821974337101, 0.02860071137547493,
          -0.03217950090765953, 0.017945948988199234, -0.005085365381091833, -0.0003836852847598493,
          0.0007945062243379653, 0.00012159429024904966,
        ],
      )} / (1 + t);`,
      "let result = tail;",
      "if (x > 0) { result = 1 - tail; }",
    ],
  ),
  define("signOf", ["x"], ["let result = x;", "if (x > 0) { result = 1; }", "if (x < 0) { result = -1; }"]),
  define("floorOf", ["x"], ["let result = Math.floor(x);"]),
  // Halves to even numbers, whatever the device's own rounding does.
  define(
    "roundOf",
    ["x"],
    [
      "const a = Math.abs(x);",
      "const below = Math.floor(a);",
      "const part = a - below;",
      "const half = below * 0.5;",
      "let result = below;",
      "if (part > 0.5) { result = below + 1; }",
      "if (part == 0.5 && Math.floor(half) != half) { result = below + 1; }",
      `if (a >= ${2 ** 23}) { result = a; }`,
      "if (x < 0) { result = result * (-1); }",
      "if (x == 0) { result = x; }",
    ],
  ),
  define("maximumOf", ["x", "y"], ["let result = Math.max(x, y);"]),
  define("minimumOf", ["x", "y"], ["let result = Math.min(x, y);"]),
  // |x|^y with the sign of x for odd y; a negative x with a y that is not whole has no power; then as IEEE 754 has it.
  written(
    "powerOf",
    ["x", "y"],
    [
      "const a = Math.abs(x);",
      "let result = Math.pow(a, y);",
      // Near 1 a GPU's own power has no digit of the logarithm.
      "if (a > 0.70711 && a < 1.41421) { result = Math.exp(y * stableLog1p(a - 1)); }",
      `if (a < ${2 ** -126}) {`,
      "  result = 0;",
      "  if (y < 0) { result = Math.exp(200 + a); }",
      "}",
      "const half = y * 0.5;",
      "if (x < 0) {",
      `  if (Math.floor(y) != y) { if (a <= ${LARGEST}) { result = undefinedLike(x); } }`,
      "  else { if (Math.floor(half) != half) { result = result * (-1); } }",
      "}",
      "if (isUndefined(x) > 0.5) { result = x; }",
      "if (isUndefined(y) > 0.5) { result = y; }",
      `if (a == 1 && Math.abs(y) > ${LARGEST}) { result = 1; }`,
      "if (x == 1 || y == 0) { result = 1; }",
      "return result;",
    ],
  ),
  written(
    "rootOf",
    ["x"],
    [
      "let result = Math.sqrt(x);",
      "if (x == 0) { result = 0; }",
      `if (x < (-${LARGEST})) { result = 0 - x; }`,
      "return result;",
    ],
  ),
];

import { DRAWS } from "../../js/philox.ts";
import { type KernelSource, kernel } from "./source.ts";

// Philox4x32-10 as in backends/js/philox.ts, in numbers that float32 holds exactly: a word is two halves of 16 bits, and
// is multiplied byte by byte. GPU.js computes only exclusive ors on integers.

/** What is drawn. */
export type DeviceDraw = "uniform" | "normal" | "rademacher";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The length of a key's {@link roundKeys}. */
export const KEY_LENGTH = 4 * ROUNDS;

/** Elements along x of a large draw: its blocks of four have the row as the high half of their number. */
const WIDTH = 4 * 2 ** 16;

/** The numbers by which a kernel knows a key: for each round the high and the low half of both of its words. */
export function roundKeys(key0: number, key1: number): Float32Array {
  const halves = new Float32Array(KEY_LENGTH);
  for (let round = 0; round < ROUNDS; round++) {
    const words = [(key0 + Math.imul(round, KEY_STEP_0)) >>> 0, (key1 + Math.imul(round, KEY_STEP_1)) >>> 0];
    halves.set(
      words.flatMap((word) => [word >>> 16, word & 0xffff]),
      4 * round,
    );
  }
  return halves;
}

/** A kernel that draws n elements (and, past the last one, what fills its rows) from a key's {@link roundKeys}. */
export function drawKernel(draw: DeviceDraw, n: number): KernelSource {
  const large = n > WIDTH;
  const grid = large ? [WIDTH, Math.ceil(n / WIDTH)] : [n];
  return kernel(
    grid,
    [[KEY_LENGTH]],
    [
      "const block = Math.floor(this.thread.x * 0.25);",
      "const lane = this.thread.x - block * 4;",
      large ? "let h0 = this.thread.y * 1;" : "let h0 = 0;",
      "let l0 = block;",
      "let h1 = 0;",
      "let l1 = 0;",
      "let h2 = 0;",
      `let l2 = ${DRAWS};`,
      "let h3 = 0;",
      "let l3 = 0;",
      `for (let i = 0; i < ${ROUNDS}; i++) {`,
      ...round.map((line) => `  ${line}`),
      "}",
      ...(draw === "normal" ? normal : oneWord),
      ...results[draw],
    ],
  );
}

/** The product of the word (h, l) and a constant: its high word is (h', l') and its low word (h'', l''). */
function multiply(name: string, h: string, l: string, constant: number): string[] {
  const m = [0, 8, 16, 24].map((shift) => (constant >>> shift) & 0xff);
  const lines = [
    `const ${name}x1 = Math.floor(${l} * 0.00390625);`,
    `const ${name}x0 = ${l} - ${name}x1 * 256;`,
    `const ${name}x3 = Math.floor(${h} * 0.00390625);`,
    `const ${name}x2 = ${h} - ${name}x3 * 256;`,
  ];
  for (let column = 0; column < 7; column++) {
    const terms = m.flatMap((byte, j) => {
      const i = column - j;
      return i >= 0 && i < 4 ? [`${name}x${i} * ${byte}`] : [];
    });
    if (column > 0) terms.push(`${name}k${column - 1}`);
    lines.push(`const ${name}t${column} = ${terms.join(" + ")};`);
    lines.push(`const ${name}k${column} = Math.floor(${name}t${column} * 0.00390625);`);
    lines.push(`const ${name}b${column} = ${name}t${column} - ${name}k${column} * 256;`);
  }
  const half = (low: string, high: string): string => `${low} + ${high} * 256`;
  lines.push(`const ${name}ll = ${half(`${name}b0`, `${name}b1`)};`);
  lines.push(`const ${name}lh = ${half(`${name}b2`, `${name}b3`)};`);
  lines.push(`const ${name}hl = ${half(`${name}b4`, `${name}b5`)};`);
  lines.push(`const ${name}hh = ${half(`${name}b6`, `${name}k6`)};`);
  return lines;
}

const round = [
  ...multiply("p", "h0", "l0", MULTIPLIER_0),
  ...multiply("q", "h2", "l2", MULTIPLIER_1),
  "const kh0 = a0[i * 4];",
  "const kl0 = a0[i * 4 + 1];",
  "const kh1 = a0[i * 4 + 2];",
  "const kl1 = a0[i * 4 + 3];",
  "const eh0 = qhh ^ h1;",
  "const el0 = qhl ^ l1;",
  "const eh2 = phh ^ h3;",
  "const el2 = phl ^ l3;",
  "h0 = eh0 ^ kh0;",
  "l0 = el0 ^ kl0;",
  "h1 = qlh;",
  "l1 = qll;",
  "h2 = eh2 ^ kh1;",
  "l2 = el2 ^ kl1;",
  "h3 = plh;",
  "l3 = pll;",
];

/** The word of the thread's own lane. */
const oneWord = [
  "let h = h0;",
  "let l = l0;",
  ...[1, 2, 3].map((lane) => `if (lane > ${lane - 0.5}) { h = h${lane}; l = l${lane}; }`),
];

/** Box and Muller's transform of the pair of words of the lane, step for step as in backends/js/boxMuller.ts. */
const normal = [
  "let wh = h0;",
  "let wl = l0;",
  "let vh = h1;",
  "let vl = l1;",
  "if (lane > 1.5) { wh = h2; wl = l2; vh = h3; vl = l3; }",
  "const bits = wh * 256 + Math.floor(wl * 0.00390625);",
  "let m = Math.floor(bits * 0.5) * 2 + 1;",
  "let halvings = 0;",
  ...[16, 8, 4, 2, 1].map(
    (shift) => `if (m < ${1 << (24 - shift)}) { m = m * ${1 << shift}; halvings += ${shift}; }`,
  ),
  "let f = (m - 16777216) * 5.9604644775390625e-8;",
  "if (m < 11863283) { f = (m - 8388608) * 1.1920928955078125e-7; halvings += 1; }",
  "const s = f / (2 + f);",
  "const z = s * s;",
  "const r = z * (0.6666677594184875 + z * (0.3997758626937866 + z * 0.29870685935020447));",
  "const hs = 0.5 * f * f;",
  "const curvature = hs - s * (hs + r);",
  "const logarithm = ((curvature + halvings * 0.000001428606765330187) - f) + halvings * 0.693145751953125;",
  "const radius = Math.sqrt(2 * logarithm);",
  "const turned = vh + 8192;",
  "let quarter = Math.floor(turned / 16384);",
  "if (quarter > 3.5) { quarter = 0; }",
  "let top = vh - Math.floor(vh / 16384) * 16384;",
  "if (top >= 8192) { top = top - 16384; }",
  "const odd = Math.floor(vl * 0.5) * 2 + 1;",
  "const x = (top * 65536 + odd) * 1.862645149230957e-9;",
  "const y = x * x;",
  "const sine = x * (0.7853981852531433 + y * ((-0.08074583113193512) + y * (0.0024910164065659046 + y * (-0.00003660915172076784))));",
  "const cosine = 1 + y * ((-0.3084251284599304) + y * (0.015854284167289734 + y * ((-0.0003258686338085681) + y * 0.000003493981466817786)));",
  "const odds = quarter - Math.floor(quarter * 0.5) * 2;",
  "const isSecond = lane - Math.floor(lane * 0.5) * 2;",
  "let wave = cosine;",
  "if (Math.abs(odds - isSecond) > 0.5) { wave = sine; }",
  "let sign = 1 + 0 * x;",
  "if (isSecond > 0.5) { if (quarter > 1.5) { sign = -1; } }",
  "else { if (quarter > 0.5 && quarter < 2.5) { sign = -1; } }",
];

const results: Record<DeviceDraw, readonly string[]> = {
  uniform: ["return (h * 256 + Math.floor(l * 0.00390625)) * 5.9604644775390625e-8;"],
  rademacher: ["let result = 1 + 0 * h;", "if (h >= 32768) { result = -1; }", "return result;"],
  normal: ["return radius * sign * wave;"],
};

import type { Lines } from "../../lines.ts";
import { type KernelSource, kernel } from "./source.ts";

/** A kernel of a sequence: it reads x where the number is −1, or else what that kernel of the sequence wrote. */
export interface LineStep {
  readonly source: KernelSource;
  readonly reads: readonly number[];
}

const X = -1;

/** The ops on lines that have kernels here. */
export type LineName = "max" | "min" | "prod" | "logSumExp" | "softmax" | "logSoftmax" | "norm" | "unit";

/** The kernels of an op on lines, the last of which writes the result. */
export function lineSteps(op: LineName, lines: Lines): LineStep[] {
  const step = (source: KernelSource, ...reads: readonly number[]): LineStep => ({ source, reads });
  const largest = step(perLine(lines, 0, extreme("maximum")), X);
  switch (op) {
    case "max":
      return [largest];
    case "min":
      return [step(perLine(lines, 0, extreme("minimum")), X)];
    case "prod":
      return [step(perLine(lines, 0, product), X)];
    case "logSumExp":
      return [largest, step(perLine(lines, 1, [...restOfExponentials, ...logSumExp]), X, 0)];
    case "softmax":
      return [
        largest,
        step(perLine(lines, 1, exponentials), X, 0),
        step(perElement(lines, 2, "expOf(x - s0) / s1"), X, 0, 1),
      ];
    case "logSoftmax":
      return [
        largest,
        step(perLine(lines, 1, [...restOfExponentials, "return stableLog1p(rest);"]), X, 0),
        step(perElement(lines, 2, "x - s0 - s1"), X, 0, 1),
      ];
    case "norm":
      return [step(perLine(lines, 0, [...magnitude, ...length]), X)];
    case "unit":
      return [
        step(perLine(lines, 0, [...magnitude, ...length]), X),
        step(perElement(lines, 1, "(s0 == 0 ? 0 * x : x / s0)"), X, 0),
      ];
  }
}

/** A line of a kernel's text, with AT where an element of the line is read, and S0, ... for what is known of the line. */
const each = (body: readonly string[]): string[] => [
  "for (let i = 0; i < COUNT; i++) {",
  ...body.map((line) => `  ${line}`),
  "}",
];

const extreme = (which: "maximum" | "minimum"): string[] => [
  "let best = FIRST;",
  ...each([`best = ${which}Of(best, AT);`]),
  "return best;",
];

const product = ["let product = 1;", ...each(["product *= AT;"]), "return product;"];

const exponentials = ["let sum = 0;", ...each(["sum += expOf(AT - S0);"]), "return sum;"];

/** Σ e^(x − top) without one of the largest: what is left may be too small to be added to 1. */
const restOfExponentials = [
  "const top = S0;",
  "let rest = 0;",
  "let found = 0;",
  ...each([
    "const x = AT;",
    "let term = expOf(x - top);",
    "if (found < 0.5 && x >= top) {",
    "  term = 0;",
    "  found = 1;",
    "}",
    "rest += term;",
  ]),
];

const logSumExp = [
  "let result = top;",
  "if (Math.abs(top) < 3.4e38) { result = top + stableLog1p(rest); }",
  "return result;",
];

const magnitude = ["let scale = 0;", ...each(["scale = maximumOf(scale, Math.abs(AT));"])];

/** √Σx², scaled by the largest magnitude so that no square overflows or vanishes. */
const length = [
  "let result = scale;",
  "if (scale > 0 && scale < 3.4e38) {",
  "  let sum = 0;",
  ...each(["const x = AT / scale;", "sum += x * x;"]).map((line) => `  ${line}`),
  "  result = scale * Math.sqrt(sum);",
  "}",
  "return result;",
];

/** Whether the elements of a line are neighbours. */
export const isDense = ({ inner }: Lines): boolean => inner === 1;

export const arrayView = (lines: Lines): number[] => {
  const { outer, middle, inner } = lines;
  return isDense(lines) ? [middle, outer] : [inner, outer * middle];
};

const lineView = (lines: Lines): number[] => (isDense(lines) ? [lines.outer] : [lines.inner, lines.outer]);

/** A kernel with a thread for each line, which knows so many numbers of it already. */
function perLine(lines: Lines, known: number, body: readonly string[]): KernelSource {
  const dense = isDense(lines);
  const at = (i: string): string =>
    dense ? `a0[this.thread.x][${i}]` : `a0[this.thread.y * ${lines.middle} + ${i}][this.thread.x]`;
  const text = body.map((line) =>
    line
      .replaceAll("COUNT", String(lines.middle))
      .replaceAll("FIRST", at("0"))
      .replaceAll("AT", at("i"))
      .replaceAll(/S(\d)/g, (_, n: string) => knownOfLine(Number(n), dense)),
  );
  const grid = lineView(lines);
  return kernel(grid, [arrayView(lines), ...Array.from({ length: known }, () => grid)], text);
}

function knownOfLine(n: number, dense: boolean): string {
  return dense ? `a${n + 1}[this.thread.x]` : `a${n + 1}[this.thread.y][this.thread.x]`;
}

/** A kernel with a thread for each element x, which knows numbers s0, ... of its line. */
function perElement(lines: Lines, known: number, expression: string): KernelSource {
  const dense = isDense(lines);
  const before = dense ? [] : [`const line = Math.floor((this.thread.y + 0.5) / ${lines.middle});`];
  const numbers = Array.from({ length: known }, (_, n) =>
    dense ? `const s${n} = a${n + 1}[this.thread.y];` : `const s${n} = a${n + 1}[line][this.thread.x];`,
  );
  return kernel(
    arrayView(lines),
    [arrayView(lines), ...Array.from({ length: known }, () => lineView(lines))],
    [...before, "const x = a0[this.thread.y][this.thread.x];", ...numbers, `return ${expression};`],
  );
}

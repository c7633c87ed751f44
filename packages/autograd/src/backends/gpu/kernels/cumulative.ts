import type { Lines } from "../../lines.ts";
import { arrayView, isDense } from "./lines.ts";
import { argument, type KernelSource, kernel } from "./source.ts";

/**
 * A kernel in which each thread goes along its own line: OWN is the place of its element, and AT0, AT1, … are the elements
 * of the arrays at place i.
 */
function alongLine(lines: Lines, arrays: number, body: readonly string[]): KernelSource {
  const { middle } = lines;
  const dense = isDense(lines);
  const place = dense
    ? ["const own = this.thread.x;"]
    : [
        `const line = Math.floor((this.thread.y + 0.5) / ${middle});`,
        `const own = this.thread.y - line * ${middle};`,
      ];
  const at = (array: string): string =>
    argument(Number(array)) + (dense ? "[this.thread.y][i]" : `[line * ${middle} + i][this.thread.x]`);
  const text = body.map((line) => line.replaceAll(/AT(\d)/g, (_, array: string) => at(array)));
  const views = Array.from({ length: arrays }, () => arrayView(lines));
  return kernel(arrayView(lines), views, [...place, ...text]);
}

/** Running sums along the lines, from their start or from their end: each thread adds up its own. */
export function cumulativeSumKernel(lines: Lines, reverse: boolean): KernelSource {
  return alongLine(lines, 1, [
    "let sum = 0;",
    `for (let i = 0; i < ${lines.middle}; i++) {`,
    `  if (i ${reverse ? ">=" : "<="} own) { sum += AT0; }`,
    "}",
    "return sum;",
  ]);
}

/** yₖ = aₖ·yₖ₋₁ + bₖ along the lines, from their start or from their end. */
export function linearRecurrenceKernel(lines: Lines, reverse: boolean): KernelSource {
  const { middle } = lines;
  const first = reverse ? middle - 1 : 0;
  return alongLine(lines, 2, [
    "let y = 0;",
    `for (let step = 0; step < ${middle}; step++) {`,
    `  const i = ${reverse ? `${middle - 1} - step` : "step"};`,
    `  if (i ${reverse ? ">=" : "<="} own) {`,
    `    if (i == ${first}) { y = AT1; }`,
    "    else { y = AT0 * y + AT1; }",
    "  }",
    "}",
    "return y;",
  ]);
}

/** The largest of the elements so far. */
export function cumulativeMaximumKernel(lines: Lines): KernelSource {
  return alongLine(lines, 1, [
    "let top = 0;",
    `for (let i = 0; i < ${lines.middle}; i++) {`,
    "  if (i == 0) { top = AT0; } else { if (i <= own) { top = maximumOf(top, AT0); } }",
    "}",
    "return top;",
  ]);
}

/** log Σ eˣ of the elements so far: one of the largest of them makes 1 of the sum. */
export function logCumSumExpKernel(lines: Lines): KernelSource {
  const loop = (body: string): string[] => [
    `for (let i = 0; i < ${lines.middle}; i++) {`,
    `  if (i <= own) { ${body} }`,
    "}",
  ];
  return alongLine(lines, 1, [
    "let top = 0;",
    ...loop("if (i == 0) { top = AT0; } else { top = maximumOf(top, AT0); }"),
    "let rest = 0;",
    "let found = 0;",
    ...loop("if (found < 0.5 && AT0 >= top) { found = 1; } else { rest += expOf(AT0 - top); }"),
    "let result = top;",
    "if (Math.abs(top) < 3.4e38) { result = top + stableLog1p(rest); }",
    "return result;",
  ]);
}

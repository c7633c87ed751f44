import { sizeOf } from "../../../shape.ts";
import type { Lines } from "../../lines.ts";
import { digits, type KernelSource, kernel } from "./source.ts";

/** Where an element of a result comes from: an index along each axis of x, and when there is one; else it is 0. */
export interface Origin {
  readonly index: readonly string[];
  readonly conditions?: readonly string[];
}

/** A result of one shape whose elements are those of an array of another. */
export function gatherKernel(
  to: readonly number[],
  from: readonly number[],
  origin: (index: readonly string[]) => Origin,
): KernelSource {
  const { lines, names } = indexNames(to);
  const { index, conditions = [] } = origin(names);
  const element = `a0${placeIn(from, index)}`;
  const body =
    conditions.length === 0
      ? [`return ${element};`]
      : ["let result = 0;", `if (${conditions.join(" && ")}) { result = ${element}; }`, "return result;"];
  return kernel(gridOf(to), [gridOf(from)], [...lines, ...body]);
}

/** A result whose elements are sums of an array's over its axes that the result lacks, or has with size 1. */
export function sumToKernel(to: readonly number[], from: readonly number[]): KernelSource {
  const padded = [...new Array<number>(from.length - to.length).fill(1), ...to];
  const { lines, names } = indexNames(padded);
  const summed = from.map((size, axis) => size !== 1 && padded[axis] === 1);
  const index = names.map((name, axis) => (summed[axis] ? `i${axis}` : name));
  const loops = from.flatMap((size, axis) =>
    summed[axis] ? [`for (let i${axis} = 0; i${axis} < ${size}; i${axis}++) {`] : [],
  );
  return kernel(
    gridOf(padded),
    [gridOf(from)],
    [
      ...lines,
      "let sum = 0;",
      ...loops,
      `sum += a0${placeIn(from, index)};`,
      ...loops.map(() => "}"),
      "return sum;",
    ],
  );
}

/** Arrays joined along an axis: the rows around it are laid side by side. */
export function concatKernel(outer: number, widths: readonly number[]): KernelSource {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const lines = ["let result = 0;"];
  let start = 0;
  widths.forEach((width, i) => {
    const end = start + width;
    const conditions = [
      ...(start > 0 ? [`this.thread.x >= ${start}`] : []),
      ...(end < total ? [`this.thread.x < ${end}`] : []),
    ];
    const read = `result = a${i}[this.thread.y][this.thread.x - ${start}];`;
    lines.push(conditions.length === 0 ? read : `if (${conditions.join(" && ")}) { ${read} }`);
    start = end;
  });
  return kernel(
    [total, outer],
    widths.map((width) => [width, outer]),
    [...lines, "return result;"],
  );
}

/** The rows along an axis (`middle`) that a list of numbers names. */
export function takeKernel({ outer, middle, inner }: Lines, count: number): KernelSource {
  if (inner === 1) {
    return kernel(
      [count, outer],
      [[middle, outer], [count]],
      ["const from = a1[this.thread.x];", "return a0[this.thread.y][from];"],
    );
  }
  const {
    lines,
    names: [block = "0", row = "0"],
  } = digits("this.thread.y", "d", [outer, count]);
  return kernel(
    [inner, outer * count],
    [[inner, outer * middle], [count]],
    [...lines, `const from = a1[${row}] + ${block} * ${middle};`, "return a0[from][this.thread.x];"],
  );
}

/** The sum of the rows of x, each named by a number, for every number below `middle`. */
export function scatterAddKernel({ outer, middle, inner }: Lines, count: number): KernelSource {
  const {
    lines,
    names: [block = "0", row = "0"],
  } = digits("this.thread.y", "d", [outer, middle]);
  return kernel(
    [inner, outer * middle],
    [[inner, outer * count], [count]],
    [
      ...lines,
      "let sum = 0;",
      `for (let i = 0; i < ${count}; i++) {`,
      `  if (a1[i] == ${row}) { sum += a0[${block} * ${count} + i][this.thread.x]; }`,
      "}",
      "return sum;",
    ],
  );
}

/** The threads of a result of a shape: one for each element of the last axis, and for each row of them. */
export function gridOf(shape: readonly number[]): number[] {
  return [shape.at(-1) ?? 1, sizeOf(shape.slice(0, -1))];
}

/** The names of a thread's index along every axis. */
function indexNames(shape: readonly number[]): { lines: string[]; names: string[] } {
  if (shape.length === 0) return { lines: [], names: [] };
  const { lines, names } = digits("this.thread.y", "d", shape.slice(0, -1));
  return { lines, names: [...names, "this.thread.x"] };
}

/** The row and the column of an element in an array of a shape. */
function placeIn(shape: readonly number[], index: readonly string[]): string {
  let stride = 1;
  const terms: string[] = [];
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    const own = index[axis] ?? "0";
    if (shape[axis] !== 1) terms.unshift(stride === 1 ? own : `(${own}) * ${stride}`);
    stride *= shape[axis] ?? 1;
  }
  const row = terms.length === 0 ? "0" : terms.join(" + ");
  return `[${row}][${index.at(-1) ?? "0"}]`;
}

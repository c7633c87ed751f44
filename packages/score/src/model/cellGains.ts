import { checkOptions, type Key, type Tensor, take, tensor } from "@scoretape/autograd";
import { checkCount, checkedKey, checkGappy } from "../check.ts";
import { hasGaps } from "./filling.ts";
import { checkColumns, type LogDensityOptions } from "./logDensity.ts";
import type { Model } from "./model.ts";
import { surroundingsOf } from "./surroundings.ts";
import { restored, standardized } from "./units.ts";
import { valuesAlong } from "./valuesAlong.ts";

/** How to look along the columns. */
export interface CellGainsOptions extends LogDensityOptions {
  /** Values that are tried of each cell at first, over the range of the data; 17 unless said, from 5. */
  readonly values?: number;
  /** Draws the gaps of rows that have some. */
  readonly key?: Key;
  /** How many draws of each row's gaps, from 2; 16 unless said. */
  readonly draws?: number;
}

/** What each cell of some rows costs. */
export interface CellGains {
  /**
   * By how much the log-density of a row is below the largest that it has with another value in the cell, the others kept:
   * maxᵥ log p(v | others) − log p(x | others), [n, d] in float64. Large where the cell does not fit; ½r² of a normal
   * distribution, where r is how many deviations it is from its mean given the others.
   */
  readonly gain: Tensor;
  /** The value of the cell that is likeliest given the others, in the data's own units, [n, d]. */
  readonly best: Tensor;
}

/** Values are tried from so many deviations below the mean to so many above, and as far as the row itself is. */
const REACH = 4;
/** So often more values are tried about the best one: so many, in a step that is so much smaller. */
const [ROUNDS, CLOSER] = [2, 8];
/** A parabola is laid through values whose distances are within such a factor of each other. */
const UNEVEN = 4;

/**
 * Which cells of a row its density suffers by: the density along each column, the others kept, is evaluated at values over the
 * range of the data (four deviations, or one more than the row is off), then more closely about the best one, and at its end along the parabola of the best three.
 *
 * Of a row with gaps it is the density of what it shows, by importance sampling as {@link marginalLogDensity} has it, with the same draws
 * for all values of a cell. Gaps have neither gain nor best value, but NaN.
 *
 * Takes time in proportion to n·d times the number of values, and of rows with gaps times the draws: give the rows that are looked at.
 *
 * @param x [n, d] in the data's own units, NaN for gaps
 * @throws as {@link logDensity} does; TypeError when there are gaps and no key
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { cellGains, loadModel } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const [length = 0, width = 0] = model.description.standardization.mean;
 * const { gain } = cellGains(model, tensor([[length, width + 100]]));
 * console.log((gain.data[1] ?? 0) > (gain.data[0] ?? 0)); // true
 * ```
 */
export function cellGains(model: Model, x: Tensor, options: CellGainsOptions = {}): CellGains {
  const name = "cellGains";
  checkOptions(name, options, {
    batch: "number",
    backend: "any",
    values: "number",
    key: "any",
    draws: "number",
  });
  const { values = 17, key, draws = 16, ...flow } = options;
  checkGappy(name, x);
  checkColumns(name, model, x);
  checkCount(name, values, "values");
  checkCount(name, draws, "draws");
  if (values < 5) throw new RangeError(`${name}: values is ${values}; it is from 5`);
  const { standardization: units } = model.description;
  const z = standardized(units, x);
  const [n = 0, d = 0] = z.shape;
  const lines = linesOf(z, values);
  const open = [...z.data.keys()].filter(
    (cell) => lines[cell]?.length !== 0 && hasGaps(take(x, [Math.floor(cell / d)])),
  );
  const about =
    open.length === 0
      ? null
      : surroundingsOf(model, x, open, {
          ...{ key: checkedKey(name, key), draws },
          ...(flow.backend === undefined ? {} : { backend: flow.backend }),
        });
  const evaluate = (at: readonly (readonly number[])[]): Float64Array[] =>
    valuesAlong(name, model, z, at, { ...flow, about });
  const first = evaluate(lines);
  let found = lines.map((at, i): Line => ({ at, logs: first[i] ?? new Float64Array() }));
  for (let round = 0; round < ROUNDS; round++) {
    const closer = found.map(closerValues);
    const more = evaluate(closer);
    found = found.map(({ at, logs }, i) => merged(at, logs, closer[i] ?? [], more[i] ?? new Float64Array()));
  }
  const gain = new Float64Array(n * d).fill(Number.NaN);
  const best = gain.slice();
  found.forEach((line, i) => {
    if (line.at.length === 0) return;
    const own = line.logs[line.at.indexOf(z.data[i] as number)] as number;
    const top = topOf(line);
    gain[i] = top.log - own;
    best[i] = top.value;
  });
  return {
    gain: tensor(gain, { shape: [n, d] }),
    best: restored(units, tensor(best, { shape: [n, d] })),
  };
}

interface Line {
  /** Values of a cell, rising. */
  readonly at: readonly number[];
  /** The log-density of its row there. */
  readonly logs: Float64Array;
}

/** For each cell, in rows, the values that are tried first: its own among them. */
function linesOf(z: Tensor, values: number): number[][] {
  const [n = 0, d = 0] = z.shape;
  return Array.from({ length: n * d }, (_, i) => {
    const row = Math.floor(i / d);
    let farthest = REACH - 1;
    if (Number.isNaN(z.data[i])) return [];
    for (let j = 0; j < d; j++) farthest = Math.max(farthest, Math.abs(z.data[row * d + j] || 0));
    const reach = farthest + 1;
    const even = Array.from({ length: values }, (_, k) => reach * ((2 * k) / (values - 1) - 1));
    return rising([...even, z.data[i] as number]);
  });
}

/** Values about the best one of a line, half as far as its neighbours and nearer. */
function closerValues({ at, logs }: Line): number[] {
  if (at.length === 0) return [];
  const best = logs.indexOf(Math.max(...logs));
  const [low, high] = [at[Math.max(0, best - 1)] as number, at[Math.min(at.length - 1, best + 1)] as number];
  const known = new Set(at);
  return rising(
    Array.from({ length: CLOSER }, (_, k) => low + ((k + 1) / (CLOSER + 1)) * (high - low)).filter(
      (value) => !known.has(value),
    ),
  );
}

function rising(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function merged(
  at: readonly number[],
  logs: Float64Array,
  more: readonly number[],
  moreLogs: Float64Array,
): Line {
  const both = [
    ...at.map((value, k) => [value, logs[k]] as const),
    ...more.map((value, k) => [value, moreLogs[k]] as const),
  ];
  both.sort(([a], [b]) => a - b);
  return { at: both.map(([value]) => value), logs: Float64Array.from(both, ([, log]) => log ?? Number.NaN) };
}

/** The top of the parabola through the best value and its neighbours, or that value where it is at an end. */
export function topOf({ at, logs }: Line): { readonly value: number; readonly log: number } {
  const best = logs.indexOf(Math.max(...logs));
  const [value, log] = [at[best] as number, logs[best] as number];
  const [before, after] = [at[best - 1], at[best + 1]];
  if (before === undefined || after === undefined) return { value, log };
  // Of a neighbour much nearer than the other, rounding makes a parabola as steep as one likes.
  const [left, right] = [value - before, after - value];
  if (Math.max(left, right) > UNEVEN * Math.min(left, right)) return { value, log };
  const slope = (k: number, other: number): number => ((logs[k] as number) - log) / (other - value);
  const [down, up] = [slope(best - 1, before), slope(best + 1, after)];
  const bend = (up - down) / (after - before);
  if (!(bend < 0)) return { value, log };
  // log p ≈ log + slope·h + bend·h², with the slope at the best value.
  const tilt = down - bend * (before - value);
  const step = Math.min(after - value, Math.max(before - value, -tilt / (2 * bend)));
  return { value: value + step, log: log + tilt * step + bend * step * step };
}

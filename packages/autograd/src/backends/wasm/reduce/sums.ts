import type { Shape } from "../../../shape.ts";
import { broadcastRuns } from "../../js/strided.ts";
import type { Cut } from "../cut.ts";
import type { FunctionBody, Variable } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import type { I32 } from "../emitter/scalar.ts";
import { F32x4, F64x2 } from "../emitter/vector.ts";
import { loadPartial, storePartial } from "../partial.ts";
import type { PlannedKernel } from "../planned.ts";
import { demote, promote } from "./passes.ts";

const ELEMENT = 4;
/** A cut along elements side by side falls between cache lines. */
const LINE = 16;
/** A rough time for an element on one thread, in nanoseconds. */
const TIME = 0.2;

/** Neighbouring axes that are all kept or all summed over, and how far a step along them goes. */
interface Run {
  readonly size: number;
  readonly isSummed: boolean;
  readonly x: number;
  readonly y: number;
}

/** The kernel that sums an array of shape `from` over the axes along which `to` would be repeated, in double precision. */
export function planSum(to: Shape, from: Shape): PlannedKernel {
  const runs = runsOf(to, from);
  const pattern = runs.map(({ isSummed }) => isSummed);
  return {
    signature: `sum ${pattern.map((isSummed) => (isSummed ? "over" : "each")).join(" ")}`,
    entry: "run",
    scratchBytes: 0,
    build: (target) => sumModule(target, pattern),
    place: ([x = 0], y) => [
      ...runs.map(({ size }) => size),
      ...runs.map((run) => ELEMENT * run.x),
      ...runs.map((run) => ELEMENT * run.y),
      x,
      y,
    ],
    cut: cutOf(runs),
  };
}

function runsOf(to: Shape, from: Shape): Run[] {
  const strides = { x: 1, y: 1 };
  const runs = broadcastRuns(to, from);
  // Of one element none is left.
  return (runs.length === 0 ? [{ size: 1, repeated: false }] : runs)
    .toReversed()
    .map(({ size, repeated }) => {
      const run = { size, isSummed: repeated, x: strides.x, y: repeated ? 0 : strides.y };
      strides.x *= size;
      if (!repeated) strides.y *= size;
      return run;
    })
    .toReversed();
}

/** Between elements of the result, along its outermost axes. */
function cutOf(runs: readonly Run[]): Cut | undefined {
  const at = runs.findIndex(({ isSummed }) => !isSummed);
  const run = runs[at];
  if (run === undefined) return undefined;
  return {
    size: run.size,
    unit: run.x === 1 ? LINE : 1,
    time: runs.reduce((product, { size }) => product * size, TIME),
    sums: [],
    part: (parameters, from, to) => {
      const moves = new Map([
        [3 * runs.length, ELEMENT * run.x],
        [3 * runs.length + 1, ELEMENT * run.y],
      ]);
      return parameters.map((value, i) => (i === at ? to - from : value + from * (moves.get(i) ?? 0)));
    },
  };
}

interface Walk {
  readonly isSummed: boolean;
  readonly size: I32;
  readonly x: I32;
  readonly y: I32;
}

/**
 * A module with `run(size of each run, x's stride along each, y's stride along each, x, y)`; strides are in bytes, and
 * along the last run the elements of both are side by side.
 */
function sumModule(target: Target, pattern: readonly boolean[]): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const names = ["size", "xStride", "yStride"].flatMap((name) => pattern.map((_, i) => `${name}${i}`));
  module.define("run", [...names, "x", "y"], (f, { x, y }, parameters) => {
    const at = (i: number): I32 => parameters[i] as I32;
    const walks = pattern.map((isSummed, i) => ({
      isSummed,
      size: at(i),
      x: at(pattern.length + i),
      y: at(2 * pattern.length + i),
    }));
    const [last] = walks.slice(-1);
    if (last === undefined || x === undefined || y === undefined) return;
    const outer = walks.slice(0, -1);
    const each = outer.filter(({ isSummed }) => !isSummed);
    const over = outer.filter(({ isSummed }) => isSummed);
    const whole = f.let(last.size.and(-4).shl(2));
    const rest = f.let(last.size.and(3));
    if (last.isSummed) {
      along(f, each, x, y, (from, to) => {
        const sums = zeros(f);
        along(f, over, from, to, (line) => {
          f.range(0, whole, 16, (i) => add(f, sums, F32x4.load(line.add(i))));
          f.when(rest, () => add(f, sums, loadPartial(f, f.let(line.add(whole)), rest)));
        });
        const pair = f.let(sums[0].value.add(sums[1].value));
        f.storeLane(to, f.let(pair.add(pair.shuffle(pair, [2, 3, 0, 1])).demote()), 0);
      });
    } else {
      along(f, each, x, y, (from, to) => {
        const columns = (
          first: I32,
          load: (at: I32) => F32x4,
          store: (at: I32, sum: F32x4) => void,
        ): void => {
          const sums = zeros(f);
          along(f, over, f.let(from.add(first)), to, (line) => add(f, sums, load(line)));
          store(f.let(to.add(first)), demote(f, [sums[0].value, sums[1].value]));
        };
        f.range(0, whole, 16, (first) => columns(first, F32x4.load, (place, sum) => f.store(place, sum)));
        f.when(rest, () => {
          const load = (place: I32): F32x4 => loadPartial(f, place, rest);
          columns(whole, load, (place, sum) => storePartial(f, place, sum, rest));
        });
      });
    }
  });
  return module;
}

/** Runs the body at each place of some walks, the last one innermost. */
function along(
  f: FunctionBody,
  [walk, ...inner]: readonly Walk[],
  x: I32,
  y: I32,
  body: (x: I32, y: I32) => void,
): void {
  if (walk === undefined) {
    body(x, y);
    return;
  }
  const from = f.variable(x);
  const to = f.variable(y);
  f.times(walk.size, () => {
    along(f, inner, from.value, to.value, body);
    from.set(from.value.add(walk.x));
    to.set(to.value.add(walk.y));
  });
}

type Sums = readonly [Variable<F64x2>, Variable<F64x2>];

function zeros(f: FunctionBody): Sums {
  return [f.variable(F64x2.constant(0)), f.variable(F64x2.constant(0))];
}

function add(f: FunctionBody, sums: Sums, x: F32x4): void {
  promote(f, f.let(x)).forEach((half, i) => {
    sums[i]?.set(sums[i].value.add(half));
  });
}

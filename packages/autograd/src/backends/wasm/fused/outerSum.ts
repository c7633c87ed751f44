import type { FunctionBody, Variable } from "../emitter/body.ts";
import { F32, type I32 } from "../emitter/scalar.ts";
import type { F32x4 } from "../emitter/vector.ts";
import type { Ending, Part } from "./ending.ts";
import type { Axes } from "./graph.ts";
import type { Walk } from "./walk.ts";

/** Iterations that are summed apart before they are added to the rest: rounding errors stay small. */
const BLOCK = 64;

/** The axis outside of one of the array's own that the array lacks, if there is one. */
export function outerSumAxis(axes: Axes): number | undefined {
  const axis = axes.indexOf(false);
  return axis >= 0 && axis < axes.lastIndexOf(true) ? axis : undefined;
}

/** The axes of an output that lie inside of its outer sum. */
export function innerAxes(axes: Axes, outer: number): number[] {
  return axes.flatMap((own, axis) => (own && axis > outer ? [axis] : []));
}

/** Memory for the running sums of the elements inside of the axis. */
export interface Region {
  readonly at: I32;
  readonly bytes: I32;
}

/**
 * Sums over an axis outside of one of the output's own: `inner` adds the elements up in scratch memory, and
 * after every 64 iterations (after each, if it sums over a second axis too) they are added to the output.
 */
export class OuterSum implements Ending {
  readonly walk: Walk;
  private readonly f: FunctionBody;
  private readonly inner: Ending;
  private readonly axis: number;
  private readonly size: I32;
  private readonly output: Variable<I32>;
  private readonly region: Region;
  private readonly block: number;

  constructor(f: FunctionBody, inner: Ending, axis: number, size: I32, output: I32, region: Region) {
    this.f = f;
    this.walk = inner.walk;
    this.inner = inner;
    this.axis = axis;
    this.size = size;
    this.output = f.variable(output);
    this.region = region;
    this.block = outerSumAxis(inner.walk.axes.slice(axis + 1)) === undefined ? BLOCK : 1;
  }

  enter(axis: number): void {
    if (axis === this.axis) {
      this.walk.at.set(this.region.at);
      this.f.fill(this.region.at, this.region.bytes);
      this.f.fill(this.output.value, this.region.bytes);
    }
    this.inner.enter?.(axis);
  }

  vector(part: Part, value: F32x4): void {
    this.inner.vector?.(part, value);
  }

  iterated(axis: number, index: I32): void {
    if (axis !== this.axis) return;
    const { f, region } = this;
    const done = f.let(index.add(1));
    const blockDone = done.and(this.block - 1).isZero();
    f.when(blockDone.or(done.eq(this.size)), () => {
      f.range(0, region.bytes, 4, (i) => {
        const to = f.let(this.output.value.add(i));
        f.store(to, F32.load(to).add(F32.load(region.at.add(i))));
      });
      f.fill(region.at, region.bytes);
    });
  }

  leave(axis: number, value: F32x4 | undefined): void {
    this.inner.leave?.(axis, value);
    if (axis === this.axis) this.output.set(this.output.value.add(this.region.bytes));
  }
}

import type { FunctionBody, Variable } from "../emitter/body.ts";
import type { I32 } from "../emitter/scalar.ts";
import { type Axes, depthOf } from "./graph.ts";

/** The address that a loop has reached in a dense array. */
export class Walk {
  readonly axes: Axes;
  /** The loop level at which the array's element is known. */
  readonly depth: number;
  readonly at: Variable<I32>;

  constructor(f: FunctionBody, axes: Axes, start: I32) {
    this.axes = axes;
    this.depth = depthOf(axes);
    this.at = f.variable(start);
  }

  /** Called before the loop over an axis; what it returns begins each iteration. */
  restart(f: FunctionBody, axis: number): () => void {
    if (axis >= this.depth || this.axes[axis]) return () => {};
    const start = f.let(this.at.value);
    return () => this.at.set(start);
  }

  /** Ends an iteration. Along the last axis, and where there are axes further in, a loop moves by itself. */
  step(axis: number): void {
    if (axis === this.depth - 1) this.at.set(this.at.value.add(4));
  }
}

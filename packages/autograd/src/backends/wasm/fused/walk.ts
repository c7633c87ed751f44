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

  /**
   * Begins an iteration over an axis; what it returns ends it: with a step to the next element, or back where
   * it began if the array is repeated along the axis.
   */
  begin(f: FunctionBody, axis: number): () => void {
    const { at, depth } = this;
    if (axis >= depth) return () => {};
    if (!this.axes[axis]) {
      const start = f.let(at.value);
      return () => at.set(start);
    }
    // A loop further in moves along the array by itself.
    return axis === depth - 1 ? () => at.set(at.value.add(4)) : () => {};
  }
}

import type { Backend } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { Tracer } from "../op.ts";
import { reshape } from "../ops/layout.ts";
import { slice } from "../ops/movement.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Number i of the parts of x along its first axis, by ops: so that a transform sees it. */
export function rowOf(x: Tensor, i: number): Tensor {
  const rest = x.shape.slice(1);
  return reshape(slice(x, [i, ...rest.map(() => 0)], [i + 1, ...rest]), rest);
}

/** A tracer with a value behind it: it looks like that value, and its elements can be read. */
export abstract class LiftedTracer extends Tracer {
  abstract override readonly primal: Tensor;

  get shape(): Shape {
    return this.primal.shape;
  }
  get dtype(): DType {
    return this.primal.dtype;
  }
  get backend(): Backend {
    return this.primal.backend;
  }
  get data(): Values {
    return this.primal.data;
  }
  protected override row(i: number): Tensor {
    return rowOf(this, i);
  }
  protected override describe(): string {
    return `${super.describe()}\ninside a transform: a stand-in that is being differentiated`;
  }
}

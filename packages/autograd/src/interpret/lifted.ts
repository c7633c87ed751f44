import type { Backend } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { Tracer } from "../op.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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
}

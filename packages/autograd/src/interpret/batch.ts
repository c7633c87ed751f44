import type { Backend } from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import { bind, nextLevel, type Op, Tracer } from "../op.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { type Shape, showShape } from "../shape.ts";
import { type Tensor, zeros } from "../tensor.ts";
import { batchOp } from "./batchOp.ts";
import { applyToBatch } from "./batchRules.ts";
import { escaped } from "./escape.ts";
import type { ExamplesPass } from "./examplesPass.ts";
import { rowOf } from "./lifted.ts";

/** What an example has in this place; behind it are all examples, along axis 0 of one tensor. */
class BatchTracer extends Tracer {
  readonly primal = null;
  constructor(
    readonly interpreter: Batch,
    readonly whole: Tensor,
  ) {
    super();
  }
  get shape(): Shape {
    return this.whole.shape.slice(1);
  }
  get dtype(): DType {
    return this.whole.dtype;
  }
  get backend(): Backend {
    return this.whole.backend;
  }
  get data(): Values {
    throw new Error(
      `reading the elements of a tensor of shape ${showShape(this.shape)} inside vmap: it stands for one of ` +
        `${this.interpreter.size} examples that are computed together; use where instead of control flow that ` +
        "depends on values, and return what you want to read",
    );
  }
  protected override row(i: number): Tensor {
    return rowOf(this, i);
  }
  protected override describe(): string {
    return `Tensor${showShape(this.shape)} ${this.dtype}, one of ${this.interpreter.size} examples inside vmap`;
  }
}

/** Applies every op to all examples of a batch at once. */
export class Batch implements ExamplesPass {
  readonly level: number = nextLevel();
  private open = true;

  /** `size`: how many examples there are. */
  constructor(readonly size: number) {}

  /** One example of those along axis 0. */
  input(whole: Tensor): Tensor {
    return new BatchTracer(this, whole);
  }

  inner(): Batch {
    return new Batch(this.size);
  }

  /** Ends the pass: from here on the function's own tracers are out of reach. */
  close(): void {
    this.open = false;
  }

  /** Whether x differs from example to example; anything else is a constant to this pass. */
  owns(x: Tensor): x is BatchTracer {
    return x instanceof BatchTracer && x.interpreter === this;
  }

  /** What all examples have in the place of x, along axis 0. */
  wholeOf(x: Tensor): Tensor {
    return this.owns(x) ? x.whole : broadcastTo(x, [this.size, ...x.shape]);
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    // By the rules for one example, so that their errors speak of its shapes.
    const shape = op.shape(parameters, ...inputs.map((x) => x.shape));
    const dtype = op.dtype(parameters, ...inputs.map((x) => x.dtype));
    if (this.size === 0) return this.input(zeros([0, ...shape], { dtype }));
    const isBatched = inputs.map((x) => this.owns(x));
    const wholes = inputs.map((x) => (this.owns(x) ? x.whole : x));
    if (op.traits.kind === "composite") {
      return this.input(bind(batchOp(op, isBatched, this), parameters, ...wholes));
    }
    const apply = (others: P, ...replacements: Tensor[]): Tensor => bind(op, others, ...replacements);
    const { name, traits } = op;
    return this.input(
      applyToBatch({ name, traits, parameters, inputs: wholes, isBatched, size: this.size, apply }),
    );
  }
}

import { bind, type Direction, type Interpreter, nextLevel, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { escaped } from "./escape.ts";
import { LiftedTracer } from "./lifted.ts";

/** A dual number: a primal value and its tangent, which may be left to be computed when it is first used. */
class DualTracer extends LiftedTracer {
  #tangent: Direction | (() => Direction);

  constructor(
    readonly interpreter: Dual,
    readonly primal: Tensor,
    tangent: Tensor | (() => Direction),
  ) {
    super();
    this.#tangent = tangent;
  }

  get tangent(): Direction {
    if (typeof this.#tangent === "function") this.#tangent = this.#tangent();
    return this.#tangent;
  }
}

/** Forward mode: every op is applied to the primals, and its derivative to the tangents beside them. */
export class Dual implements Interpreter {
  readonly level: number = nextLevel();
  private open = true;

  /** An input with its tangent, or with how to compute it. */
  input(primal: Tensor, tangent: Tensor | (() => Direction)): Tensor {
    return new DualTracer(this, primal, tangent);
  }

  /** Ends the pass: from here on the function's own tracers are out of reach. */
  close(): void {
    this.open = false;
  }

  /** The value behind a tracer of this pass; anything else is a constant to it. */
  primalOf(x: Tensor): Tensor {
    return this.owns(x) ? x.primal : x;
  }

  /** The tangent of a tracer of this pass; `null`, an exact zero, for a constant. */
  tangentOf(x: Tensor): Direction {
    return this.owns(x) ? x.tangent : null;
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    const primals = inputs.map((x) => this.primalOf(x));
    const output = bind(op, parameters, ...primals);
    if (op.derivative === null) return output;
    const tangents = inputs.map((x) => this.tangentOf(x));
    const tangent = op.derivative(parameters, output, ...primals).jvp(tangents);
    return tangent === null ? output : new DualTracer(this, output, tangent);
  }

  private owns(x: Tensor): x is DualTracer {
    return x instanceof DualTracer && x.interpreter === this;
  }
}

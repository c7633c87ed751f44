import { bind, type Derivative, type Direction, type Interpreter, nextLevel, type Op } from "../op.ts";
import { add } from "../ops/arithmetic.ts";
import type { Tensor } from "../tensor.ts";
import { displace } from "./displacement.ts";
import { Dual } from "./dual.ts";
import { escaped } from "./escape.ts";
import { LiftedTracer } from "./lifted.ts";

/** A value with its first derivatives along several directions, and the sum of its second ones. */
class TaylorTracer extends LiftedTracer {
  constructor(
    readonly interpreter: Taylor,
    readonly primal: Tensor,
    readonly first: readonly Direction[],
    readonly second: Direction,
  ) {
    super();
  }
}

/**
 * Forward mode to second order. Along each direction vᵢ an op y = f(x) obeys the chain rule ẏᵢ = Df·ẋᵢ and
 * ÿᵢ = Df·ẍᵢ + D²f[ẋᵢ, ẋᵢ]; since that is linear in ẍᵢ, the sum over the directions ÿ = Σᵢ ÿᵢ is carried alone.
 *
 * With a scalar `time` of value 0, ÿ is not carried forward: the sources Σᵢ D²f[ẋᵢ, ẋᵢ] displace the primal values
 * along it instead, so that a reverse sweep collects the ÿ of the result as its derivative in time.
 */
export class Taylor implements Interpreter {
  readonly level: number = nextLevel();
  private open = true;

  constructor(
    readonly directions: number,
    readonly time: Tensor | null = null,
  ) {}

  /** An input with its tangent along each direction. */
  input(primal: Tensor, tangents: readonly Direction[], second: Direction = null): Tensor {
    return new TaylorTracer(this, primal, tangents, second);
  }

  /** Ends the pass: from here on the function's own tracers are out of reach. */
  close(): void {
    this.open = false;
  }

  /** The value behind a tracer of this pass; anything else is a constant to it. */
  primalOf(x: Tensor): Tensor {
    return this.owns(x) ? x.primal : x;
  }

  /** The first derivative along direction i. */
  firstOf(x: Tensor, i: number): Direction {
    return this.owns(x) ? (x.first[i] ?? null) : null;
  }

  /** The second derivatives, summed over the directions. */
  secondOf(x: Tensor): Direction {
    return this.owns(x) ? x.second : null;
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    const primals = inputs.map((x) => this.primalOf(x));
    const output = bind(op, parameters, ...primals);
    if (op.derivative === null) return output;
    const derivative = op.derivative(parameters, output, ...primals);
    const first: Direction[] = [];
    let second = push(
      derivative,
      inputs.map((x) => this.secondOf(x)),
    );
    for (let i = 0; i < this.directions; i++) {
      const tangents = inputs.map((x) => this.firstOf(x, i));
      const [slope, curvature] = curve(op, parameters, primals, tangents, output, derivative);
      first.push(slope);
      second = plus(second, curvature);
    }
    if (this.time === null || second === null) return new TaylorTracer(this, output, first, second);
    return new TaylorTracer(this, displace(output, this.time, second), first, null);
  }

  private owns(x: Tensor): x is TaylorTracer {
    return x instanceof TaylorTracer && x.interpreter === this;
  }
}

/** Df·t and D²f[t, t] of one op, which has the given output and derivative: x ↦ Df(x)·t and its own derivative. */
function curve<P extends object>(
  op: Op<P>,
  parameters: P,
  primals: readonly Tensor[],
  tangents: readonly Direction[],
  output: Tensor,
  derivative: Derivative,
): [Direction, Direction] {
  const dual = new Dual();
  const lifted = primals.map((x, i) => {
    const tangent = tangents[i] ?? null;
    return tangent === null ? x : dual.input(x, tangent);
  });
  // Few rules read the op's output, so that its tangent is seldom needed here.
  const liftedOutput = dual.input(output, () => push(derivative, tangents));
  const moving = op.derivative?.(parameters, liftedOutput, ...lifted) ?? null;
  const slope = moving === null ? null : push(moving, tangents);
  return slope === null ? [null, null] : [dual.primalOf(slope), dual.tangentOf(slope)];
}

/** The tangent of an op's output; an exact zero, without any computation, when those of its inputs are. */
function push(derivative: Derivative, tangents: readonly Direction[]): Direction {
  return tangents.some((tangent) => tangent !== null) ? derivative.jvp(tangents) : null;
}

function plus(x: Direction, y: Direction): Direction {
  return x === null ? y : y === null ? x : add(x, y);
}

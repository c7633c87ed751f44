import type { Direction, Interpreter } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { Dual } from "./dual.ts";
import { Taylor } from "./taylor.ts";

/** A forward mode, as a loop sees it: values that carry a fixed number of derivatives along. */
export interface Lens {
  /** How many derivatives a value carries. */
  readonly count: number;
  readonly pass: Interpreter & { close(): void };
  /** The value with its derivatives. */
  lift(primal: Tensor, directions: readonly Direction[]): Tensor;
  /** The value without them. */
  primalOf(x: Tensor): Tensor;
  /** The derivatives; `null` are exact zeros. */
  directionsOf(x: Tensor): readonly Direction[];
  /** The same mode in a pass of its own, for the body of a loop. */
  inner(): Lens;
}

/** A value and its tangent. */
export function dualLens(pass: Dual): Lens {
  return {
    count: 1,
    pass,
    lift: (primal, [tangent = null]) => (tangent === null ? primal : pass.input(primal, tangent)),
    primalOf: (x) => pass.primalOf(x),
    directionsOf: (x) => [pass.tangentOf(x)],
    inner: () => dualLens(new Dual()),
  };
}

/** A value, its first derivatives, and the sum of its second ones unless those displace it in time. */
export function taylorLens(pass: Taylor): Lens {
  const { directions, time } = pass;
  const numbers = Array.from({ length: directions }, (_, i) => i);
  return {
    count: time === null ? directions + 1 : directions,
    pass,
    lift: (primal, given) => pass.input(primal, given.slice(0, directions), given[directions] ?? null),
    primalOf: (x) => pass.primalOf(x),
    directionsOf: (x) => [
      ...numbers.map((i) => pass.firstOf(x, i)),
      ...(time === null ? [pass.secondOf(x)] : []),
    ],
    inner: () => taylorLens(new Taylor(directions, time)),
  };
}

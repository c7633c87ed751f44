import type { Key, Tensor } from "@scoretape/autograd";
import type { NoiseConditionalScore } from "../score.ts";
import type { Measured } from "./conditioning.ts";

/** States at a level σ, seen with what was measured. Of all fields the rows are those of the states. */
export interface Twisted {
  /** The states, [n, d]. */
  readonly x: Tensor;
  /** D(x, σ). */
  readonly D: Tensor;
  /** log of the twist p̃(y | x), [n]. */
  readonly logTwist: Tensor;
  /** What else the next step takes. */
  readonly beside: readonly Tensor[];
}

/** States at the next level, and log p(x' | x)/q(x' | x, y), [n], with the law q that they were drawn from. */
export interface Proposed {
  readonly x: Tensor;
  readonly logRatio: Tensor;
}

/** How a twisted sampler takes a clean point to lie given a state, and thus what it makes of a measurement. */
export interface Twist {
  /** Looks at states at a level. */
  at(x: Tensor, sigma: Tensor, measured: Measured): Twisted;
  /** Draws states at σ' > 0. */
  propose(states: Twisted, key: Key, from: Tensor, to: Tensor): Proposed;
  /** Draws clean points: with the law that it takes them to have given y, no weight is left. */
  finish(states: Twisted, measured: Measured, key: Key, from: Tensor): Tensor;
}

/** Makes a twist of a score; the name is for messages. */
export type TwistOf = (name: string, score: NoiseConditionalScore) => Twist;

import type { Confined, Reach } from "../op.ts";
import { onesLike, type Tensor } from "../tensor.ts";

/** A cotangent that is 0 outside its reach by itself. */
export function within(cotangent: Tensor, reach: Reach): Tensor | Confined {
  return reach === null ? cotangent : { cotangent, reach, exact: true };
}

/** A cotangent that is to be 0 outside its reach. */
export function confined(cotangent: Tensor, reach: Reach): Tensor | Confined {
  return reach === null ? cotangent : { cotangent, reach, exact: false };
}

/** The part of a cotangent, scaled already, that was chosen: 0 elsewhere, and where the reach before was. */
export function chosen(choose: (x: Tensor) => Tensor, scaled: Tensor, before: Reach): Confined {
  const reach = reaching(() => choose(before === null ? onesLike(scaled) : before()));
  return { cotangent: choose(scaled), reach, exact: before === null };
}

/** The reach after a step of its own, computed once. */
export function reaching(step: () => Tensor): () => Tensor {
  let known: Tensor | null = null;
  return () => {
    known ??= step();
    return known;
  };
}

import type { Confined, Derivative, Reach } from "../op.ts";
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
  const reach = once(() => choose(before === null ? onesLike(scaled) : before()));
  return { cotangent: choose(scaled), reach, exact: before === null };
}

/** The derivative in its first argument of what picks elements by indices; `put` is the transpose, which puts them back. */
export function picking(pick: (x: Tensor) => Tensor, put: (cotangent: Tensor) => Tensor): Derivative {
  return {
    jvp: ([tangent]) => (tangent ? pick(tangent) : null),
    vjp(cotangent, [wanted], reach) {
      if (!wanted) return [null, null];
      const before = reach ?? (() => onesLike(cotangent));
      return [
        within(
          put(cotangent),
          once(() => put(before())),
        ),
        null,
      ];
    },
  };
}

/** The derivative in its first argument of what puts elements back where indices say; `pick` is the transpose. */
export function putting(put: (x: Tensor) => Tensor, pick: (cotangent: Tensor) => Tensor): Derivative {
  return {
    jvp: ([tangent]) => (tangent ? put(tangent) : null),
    vjp(cotangent, [wanted], reach) {
      return [wanted ? within(pick(cotangent), reach && once(() => pick(reach()))) : null, null];
    },
  };
}

/** What is computed at the first use, and then known. */
export function once<T extends object>(compute: () => T): () => T {
  let known: T | null = null;
  return () => {
    known ??= compute();
    return known;
  };
}

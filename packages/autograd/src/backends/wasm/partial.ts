import type { FunctionBody } from "./emitter/body.ts";
import type { I32 } from "./emitter/scalar.ts";
import { F32x4 } from "./emitter/vector.ts";

/** Loads 1, 2 or 3 elements, zeros after them, without touching the memory behind. */
export function loadPartial(f: FunctionBody, at: I32, count: I32): F32x4 {
  const x = f.variable(F32x4.constant(0));
  f.when(
    count.and(2),
    () => {
      x.set(F32x4.loadTwo(at));
      f.when(count.and(1), () => x.set(x.value.loadLane(at, 8, 2)));
    },
    () => x.set(F32x4.loadOne(at)),
  );
  return x.value;
}

/** Stores the first 1, 2 or 3 lanes. */
export function storePartial(f: FunctionBody, at: I32, x: F32x4, count: I32): void {
  f.when(
    count.and(2),
    () => {
      f.storeHalf(at, x, 0);
      f.when(count.and(1), () => f.storeLane(at, x, 2, 8));
    },
    () => f.storeLane(at, x, 0),
  );
}

import type { FunctionBody, Variable } from "../emitter/body.ts";
import { F32, type I32 } from "../emitter/scalar.ts";
import { F32x4, F64x2, type I32x4 } from "../emitter/vector.ts";
import { loadPartial, storePartial } from "../partial.ts";
import type { Walk } from "./walk.ts";

/** Up to four elements of the last axis. */
export interface Part {
  /** Where they are, in bytes from the address that an array's walk has reached. */
  readonly index: I32;
  readonly offset: number;
  /** Which of the vectors of one iteration. */
  readonly slot: number;
  /** At the end of the axis: how many elements, and ones in their lanes. */
  readonly rest?: { readonly count: I32; readonly lanes: I32x4 };
}

/** What happens to the values of an output as the loop runs. */
export interface Ending {
  readonly walk: Walk;
  /** Before the loop over an axis. */
  enter?(axis: number): void;
  /** In the loop over the last axis. */
  vector?(part: Part, value: F32x4): void;
  /** After each iteration over another axis. */
  iterated?(axis: number, index: I32): void;
  /** After the loop over an axis; the value is there if it does not vary along the axis. */
  leave?(axis: number, value: F32x4 | undefined): void;
}

export function loadPart(f: FunctionBody, base: I32, { index, offset, rest }: Part): F32x4 {
  const at = base.add(index);
  return rest === undefined ? f.let(F32x4.load(at, offset)) : loadPartial(f, f.let(at), rest.count);
}

function storePart(f: FunctionBody, base: I32, { index, offset, rest }: Part, value: F32x4): void {
  const at = base.add(index);
  if (rest === undefined) f.store(at, value, offset);
  else storePartial(f, f.let(at), value, rest.count);
}

/** Stores values along the last axis. */
export class Stored implements Ending {
  readonly walk: Walk;
  private readonly f: FunctionBody;

  constructor(f: FunctionBody, walk: Walk) {
    this.f = f;
    this.walk = walk;
  }

  vector(part: Part, value: F32x4): void {
    storePart(this.f, this.walk.at.value, part, value);
  }
}

/** Stores values that do not vary along the axes inside of the output's own. */
export class StoredOnce implements Ending {
  readonly walk: Walk;
  private readonly f: FunctionBody;

  constructor(f: FunctionBody, walk: Walk) {
    this.f = f;
    this.walk = walk;
  }

  leave(axis: number, value: F32x4 | undefined): void {
    if (axis === this.walk.depth && value !== undefined) this.f.storeLane(this.walk.at.value, value, 0);
  }
}

/** Adds values to what the output holds. */
export class Added implements Ending {
  readonly walk: Walk;
  private readonly f: FunctionBody;

  constructor(f: FunctionBody, walk: Walk) {
    this.f = f;
    this.walk = walk;
  }

  vector(part: Part, value: F32x4): void {
    const base = this.walk.at.value;
    storePart(this.f, base, part, this.f.let(loadPart(this.f, base, part).add(value)));
  }
}

/** Sums over all axes inside of the output's own: in double precision, lane by lane, then the lanes. */
export class InnerSum implements Ending {
  readonly walk: Walk;
  private readonly f: FunctionBody;
  private readonly adds: boolean;
  private readonly sums: readonly (readonly [Variable<F64x2>, Variable<F64x2>])[];

  /** `adds` says whether the sum is added to what the output holds. */
  constructor(f: FunctionBody, walk: Walk, slots: number, adds: boolean) {
    this.f = f;
    this.walk = walk;
    this.adds = adds;
    const zero = (): Variable<F64x2> => f.variable(F64x2.constant(0));
    this.sums = Array.from({ length: slots }, () => [zero(), zero()] as const);
  }

  enter(axis: number): void {
    if (axis !== this.walk.depth) return;
    for (const sum of this.sums.flat()) sum.set(F64x2.constant(0));
  }

  vector({ slot, rest }: Part, value: F32x4): void {
    const x = rest === undefined ? value : this.f.let(value.asI32x4().and(rest.lanes).asF32x4());
    const halves = [x.promoteLow(), x.shuffle(x, [2, 3, 2, 3]).promoteLow()];
    this.sums[slot]?.forEach((sum, half) => {
      sum.set(sum.value.add(halves[half] as F64x2));
    });
  }

  leave(axis: number): void {
    if (axis !== this.walk.depth) return;
    const pair = this.f.let(
      this.sums
        .flat()
        .map((sum) => sum.value)
        .reduce((total, sum) => total.add(sum)),
    );
    const total = pair.lane(0).add(pair.lane(1)).toF32();
    const at = this.walk.at.value;
    this.f.store(at, this.adds ? F32.load(at).add(total) : total);
  }
}

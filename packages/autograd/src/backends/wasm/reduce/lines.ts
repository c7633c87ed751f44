import type { FunctionBody } from "../emitter/body.ts";
import type { I32 } from "../emitter/scalar.ts";
import { F32x4, type F64x2, I32x4 } from "../emitter/vector.ts";
import { loadPartial, storePartial } from "../partial.ts";

/** Up to four elements of some lines: how to write the elements of the result that stand in their place. */
export interface Elements {
  /** Ones in the lanes that hold elements, where not all do. */
  readonly lanes: I32x4 | undefined;
  store(value: F32x4): void;
}

/**
 * Lines of an array [outer, middle, inner] along its middle axis: one at a time where inner is 1, its elements
 * in the lanes of vectors; else four at a time, one in each lane.
 */
export interface Lines {
  readonly f: FunctionBody;
  /** Visits the elements, of the array or of what has been stored in place of them. */
  visit(from: "input" | "output", body: (x: F32x4, elements: Elements) => void): void;
  /** Combines the lanes that hold parts of one line; the result is in all of them. */
  combine(x: F32x4, operate: (a: F32x4, b: F32x4) => F32x4): F32x4;
  /** What each line comes to, from what lanes 0 and 1, and 2 and 3, come to, in double precision. */
  total(low: F64x2, high: F64x2, operate: (a: F64x2, b: F64x2) => F64x2): readonly [F64x2, F64x2];
  /** Writes one number for each line. */
  write(value: F32x4): void;
}

export interface Places {
  readonly outer: I32;
  readonly middle: I32;
  readonly inner: I32;
  readonly x: I32;
  readonly y: I32;
}

/** Runs the body for all lines; `reduced` says whether the output has one number for each line. */
export function eachLines(
  f: FunctionBody,
  places: Places,
  reduced: boolean,
  body: (lines: Lines) => void,
): void {
  f.when(
    places.inner.eq(1),
    () => eachRow(f, places, reduced, body),
    () => eachColumns(f, places, reduced, body),
  );
}

function eachRow(
  f: FunctionBody,
  { outer, middle, x, y }: Places,
  reduced: boolean,
  body: (lines: Lines) => void,
): void {
  const bytes = f.let(middle.shl(2));
  const whole = f.let(middle.and(-4).shl(2));
  const rest = f.let(middle.and(3));
  const lanes = f.let(I32x4.constant(0, 1, 2, 3).lt(I32x4.splat(rest)));
  const input = f.variable(x);
  const output = f.variable(y);
  f.times(outer, () => {
    body({
      f,
      visit(from, visitor) {
        const source = from === "input" ? input.value : output.value;
        f.range(0, whole, 16, (i) => {
          const target = output.value.add(i);
          visitor(f.let(F32x4.load(source.add(i))), {
            lanes: undefined,
            store: (value) => f.store(target, value),
          });
        });
        f.when(rest, () => {
          const target = f.let(output.value.add(whole));
          visitor(loadPartial(f, f.let(source.add(whole)), rest), {
            lanes,
            store: (value) => storePartial(f, target, value, rest),
          });
        });
      },
      combine(value, operate) {
        const pairs = f.let(operate(value, value.shuffle(value, [2, 3, 0, 1])));
        return f.let(operate(pairs, pairs.shuffle(pairs, [1, 0, 3, 2])));
      },
      total(low, high, operate) {
        const pair = f.let(operate(low, high));
        const whole = f.let(operate(pair, pair.shuffle(pair, [2, 3, 0, 1])));
        return [whole, whole];
      },
      write: (value) => f.storeLane(output.value, value, 0),
    });
    input.set(input.value.add(bytes));
    output.set(output.value.add(reduced ? 4 : bytes));
  });
}

function eachColumns(f: FunctionBody, places: Places, reduced: boolean, body: (lines: Lines) => void): void {
  const { outer, middle, inner, x, y } = places;
  const stride = f.let(inner.shl(2));
  const whole = f.let(inner.and(-4).shl(2));
  const rest = f.let(inner.and(3));
  const block = f.let(stride.mul(middle));
  const input = f.variable(x);
  const output = f.variable(y);
  const columns = (column: I32, load: (at: I32) => F32x4, store: (at: I32, value: F32x4) => void): void => {
    const source = { input: f.let(input.value.add(column)), output: f.let(output.value.add(column)) };
    body({
      f,
      visit(from, visitor) {
        const at = f.variable(source[from]);
        const target = f.variable(source.output);
        f.times(middle, () => {
          visitor(f.let(load(at.value)), { lanes: undefined, store: (value) => store(target.value, value) });
          at.set(at.value.add(stride));
          target.set(target.value.add(stride));
        });
      },
      combine: (value) => value,
      total: (low, high) => [low, high],
      write: (value) => store(source.output, value),
    });
  };
  f.times(outer, () => {
    f.range(0, whole, 16, (column) => columns(column, F32x4.load, (at, value) => f.store(at, value)));
    f.when(rest, () => {
      columns(
        whole,
        (at) => loadPartial(f, at, rest),
        (at, value) => storePartial(f, at, value, rest),
      );
    });
    input.set(input.value.add(block));
    output.set(output.value.add(reduced ? stride : block));
  });
}

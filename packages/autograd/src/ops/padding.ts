import { checkOptions, kindOf } from "../arguments.ts";
import { checkList, ShapeError, showShape, sizeAt } from "../shape.ts";
import { ones, type Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./choice.ts";
import { lift } from "./construct.ts";
import { padZeros, take } from "./movement.ts";

/** What stands around: a number, the element at the edge, or what is inside, mirrored at the edge or once again. */
export type PadMode = "constant" | "edge" | "reflect" | "wrap";

/** What {@link pad} writes around an array. */
export interface PadOptions {
  /** `"constant"` unless said. */
  readonly mode?: PadMode;
  /** The number of the mode `"constant"`, 0 unless said. */
  readonly value?: number;
}

/** Which of n elements in a row stands at place i, before the first or after the last. */
const sources: Readonly<Record<Exclude<PadMode, "constant">, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  reflect: (i, n) => {
    const period = Math.max(1, 2 * (n - 1));
    const place = remainder(i, period);
    return Math.min(place, period - place);
  },
  wrap: remainder,
};

/**
 * Elements around x: `widths[i]` is how many before and after axis i. Zeros unless said; with the modes of NumPy's pad,
 * another `value` (`"constant"`), the element at the edge (`"edge"`), what is inside mirrored at the edge, which is not
 * repeated (`"reflect"`), or what is at the other end (`"wrap"`); beyond the size, again from the start.
 *
 * @throws ShapeError when there is not one pair of whole numbers from 0 per axis, or nothing to repeat
 * @throws TypeError for another mode, or a value beside one that has none
 *
 * @example
 * ```ts
 * import { pad, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([1, 2, 3]);
 * console.log(pad(x, [[1, 2]]).toArray()); // [ 0, 1, 2, 3, 0, 0 ]
 * console.log(pad(x, [[1, 2]], { mode: "reflect" }).toArray()); // [ 2, 1, 2, 3, 2, 1 ]
 * console.log(pad(x, [[1, 2]], { mode: "wrap" }).toArray()); // [ 3, 1, 2, 3, 1, 2 ]
 * ```
 */
export function pad(
  x: TensorLike,
  widths: readonly (readonly [number, number])[],
  options: PadOptions = {},
): Tensor {
  const input = lift("pad", x);
  checkOptions("pad", options, { mode: "string", value: "number" });
  checkWidths(input, widths);
  const { mode = "constant", value = 0 } = options;
  if (mode !== "constant" && !Object.hasOwn(sources, mode)) {
    const known = ["constant", ...Object.keys(sources)].join(", ");
    throw new TypeError(`pad: mode is ${kindOf(mode)}; there are ${known}`);
  }
  if (mode !== "constant" && options.value !== undefined) {
    throw new TypeError(`pad: the mode "${mode}" takes no value, got ${value}; leave one of them out`);
  }
  if (mode === "constant") {
    const filled = padZeros(input, widths);
    if (Object.is(value, 0)) return filled;
    const inside = padZeros(ones(input.shape, { dtype: input.dtype }), widths);
    return where(inside, filled, value);
  }
  return widths.reduce((padded, [before, after], axis) => {
    const size = sizeAt(padded.shape, axis);
    if (before + after === 0) return padded;
    if (size === 0) {
      throw new ShapeError(
        `pad: axis ${axis} of ${showShape(input.shape)} has no elements to repeat; the mode "constant" takes none`,
      );
    }
    const places = Array.from({ length: before + size + after }, (_, i) => sources[mode](i - before, size));
    return take(padded, places, axis);
  }, input);
}

function checkWidths(x: Tensor, widths: readonly (readonly [number, number])[]): void {
  checkList("pad", "widths", widths, "[[0, 1], [2, 0]]");
  if (widths.length !== x.rank) {
    throw new ShapeError(
      `pad: ${widths.length} widths for the ${x.rank} axes of ${showShape(x.shape)}; give one pair per axis`,
    );
  }
  for (const [axis, pair] of widths.entries()) {
    checkList("pad", `width ${axis}`, pair, "[0, 1]");
    const [before, after] = pair;
    if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
      throw new ShapeError(`pad: axis ${axis} gets ${showShape(pair)}; widths are two whole numbers from 0`);
    }
  }
}

function remainder(i: number, n: number): number {
  return ((i % n) + n) % n;
}

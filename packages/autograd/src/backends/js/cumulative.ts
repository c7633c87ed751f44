import type { AxisParameters, DirectedAxisParameters, Kernel, Operand } from "../../backend.ts";
import { exp, log1p } from "../../portable/index.ts";
import { splitAt } from "./strided.ts";

/** Visits each line along an axis, from its end if it is reversed: its first place, the one after its last, and the step. */
function eachLine(
  x: Operand,
  { axis, reverse }: DirectedAxisParameters,
  line: (first: number, end: number, step: number) => void,
): void {
  const { outer, middle, inner } = splitAt(x, [axis]);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const [first, end] = [i * middle * inner + j, (i + 1) * middle * inner + j];
      if (reverse) line(end - inner, first - inner, -inner);
      else line(first, end, inner);
    }
  }
}

/** yₖ = aₖ·yₖ₋₁ + bₖ, with 0 before the first. */
export const linearRecurrence: Kernel<DirectedAxisParameters> = (output, parameters, a, b) => {
  eachLine(a, parameters, (first, end, step) => {
    let y = 0;
    for (let k = first; k !== end; k += step) {
      // The first factor multiplies nothing, infinite as it may be.
      y = (k === first ? 0 : (a.data[k] as number) * y) + (b.data[k] as number);
      output.data[k] = y;
    }
  });
};

/** log Σ eˣ of the elements so far: the largest of them, and the log of the sum of the others beside it. */
export const logCumSumExp: Kernel<AxisParameters> = (output, { axis }, x) => {
  eachLine(x, { axis, reverse: false }, (first, end, step) => {
    let top = Number.NEGATIVE_INFINITY;
    let others = 0;
    for (let k = first; k !== end; k += step) {
      const value = x.data[k] as number;
      if (value > top) {
        // Nothing before, and no NaN either.
        const isFirst = top === Number.NEGATIVE_INFINITY && others === 0;
        others = isFirst ? 0 : (1 + others) * exp(top - value);
        top = value;
      } else if (value !== Number.NEGATIVE_INFINITY) others += value === top ? 1 : exp(value - top);
      output.data[k] = top + log1p(others);
    }
  });
};

/** The largest of the elements so far; NaN from the first one on. */
export const cummax: Kernel<AxisParameters> = (output, { axis }, x) => {
  eachLine(x, { axis, reverse: false }, (first, end, step) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = first; k !== end; k += step) {
      top = Math.max(top, x.data[k] as number);
      output.data[k] = top;
    }
  });
};

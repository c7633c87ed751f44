import type { AxisParameters, Kernel } from "../../backend.ts";
import { splitAt } from "./strided.ts";

/** The elements in increasing order; equal ones keep theirs, 0 and −0 too, and NaN comes last. */
export const sort: Kernel<AxisParameters> = (output, { axis }, x) => {
  const { outer, middle, inner } = splitAt(x, [axis]);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const start = i * middle * inner + j;
      const line = Float64Array.from({ length: middle }, (_, k) => x.data[start + k * inner] as number);
      const zeros = line.filter((value) => value === 0);
      line.sort();
      if (zeros.length > 0) line.set(zeros, line.indexOf(0));
      line.forEach((value, k) => {
        output.data[start + k * inner] = value;
      });
    }
  }
};

/** The places of the elements in increasing order; equal ones keep theirs, and NaN comes last. */
export const argSort: Kernel<AxisParameters> = (output, { axis }, x) => {
  const { outer, middle, inner } = splitAt(x, [axis]);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const start = i * middle * inner + j;
      const line = Float64Array.from({ length: middle }, (_, k) => x.data[start + k * inner] as number);
      // Stable, as the language says: equal elements keep their order.
      const order = Uint32Array.from(line.keys()).sort((a, b) =>
        compare(line[a] as number, line[b] as number),
      );
      order.forEach((place, k) => {
        output.data[start + k * inner] = place;
      });
    }
  }
};

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The place of the first element of each line that is NaN, or else of the first extremum. */
function extremePlace(isBetter: (value: number, best: number) => boolean): Kernel<AxisParameters> {
  return (output, { axis }, x) => {
    const { outer, middle, inner } = splitAt(x, [axis]);
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const start = i * middle * inner + j;
        let place = 0;
        let best = x.data[start] as number;
        for (let k = 1; k < middle && !Number.isNaN(best); k++) {
          const value = x.data[start + k * inner] as number;
          if (!isBetter(value, best) && !Number.isNaN(value)) continue;
          [place, best] = [k, value];
        }
        output.data[i * inner + j] = place;
      }
    }
  };
}

export const argMax = /* @__PURE__ */ extremePlace((value, best) => value > best);
export const argMin = /* @__PURE__ */ extremePlace((value, best) => value < best);

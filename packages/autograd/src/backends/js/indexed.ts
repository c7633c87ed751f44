import type { AxisParameters, Kernel, Operand, SizedAxisParameters } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import { ShapeError } from "../../shape.ts";
import { splitAt } from "./strided.ts";

/** The rows (along an axis) that the indices name. */
export const take: Kernel<AxisParameters> = (output, { axis }, x, indices) => {
  const { outer, middle, inner } = splitAt(x, [axis]);
  const rows = checkedIndices("take", indices.data, middle, axis);
  let to = 0;
  for (let block = 0; block < outer; block++) {
    for (const row of rows) {
      const from = (block * middle + row) * inner;
      for (let i = 0; i < inner; i++) output.data[to++] = x.data[from + i] as number;
    }
  }
};

/** Adds each row of x (along the axes that the indices span) to the row that its index names. */
export const scatterAdd: Kernel<SizedAxisParameters> = (output, { axis }, x, indices) => {
  const { outer, middle, inner } = splitAt(output, [axis]);
  const rows = checkedIndices("scatterAdd", indices.data, middle, axis);
  const total = new Float64Array(output.data.length);
  let from = 0;
  for (let block = 0; block < outer; block++) {
    for (const row of rows) {
      const to = (block * middle + row) * inner;
      for (let i = 0; i < inner; i++) total[to + i] = (total[to + i] as number) + (x.data[from++] as number);
    }
  }
  output.data.set(total);
};

/** The elements that the indices name, each in its own line along an axis. */
export const takeAlong: Kernel<AxisParameters> = (output, { axis }, x, indices) => {
  eachPlace("takeAlong", x, indices, axis, (from, to) => {
    output.data[to] = x.data[from] as number;
  });
};

/** Adds each element of x to the one of its line along an axis that its index names. */
export const scatterAddAlong: Kernel<SizedAxisParameters> = (output, { axis }, x, indices) => {
  const total = new Float64Array(output.data.length);
  eachPlace("scatterAddAlong", output, indices, axis, (to, from) => {
    total[to] = (total[to] as number) + (x.data[from] as number);
  });
  output.data.set(total);
};

/** Visits every index with the place in the whole array that it names. */
function eachPlace(
  name: string,
  whole: Operand,
  indices: Operand,
  axis: number,
  visit: (named: number, own: number) => void,
): void {
  const { outer, middle, inner } = splitAt(whole, [axis]);
  const lines = splitAt(indices, [axis]);
  const places = checkedIndices(name, indices.data, middle, axis);
  let own = 0;
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < lines.middle; k++) {
      for (let j = 0; j < inner; j++) {
        visit((i * middle + (places[own] as number)) * inner + j, own);
        own++;
      }
    }
  }
}

function checkedIndices(name: string, indices: Values, size: number, axis: number): Values {
  for (let position = 0; position < indices.length; position++) {
    const index = indices[position] as number;
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new ShapeError(
        `${name}: index ${index} at position ${position} is outside axis ${axis} of size ${size}; ` +
          `indices are whole numbers from 0 to ${size - 1}`,
      );
    }
  }
  return indices;
}

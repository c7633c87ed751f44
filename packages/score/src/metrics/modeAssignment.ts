import { portable, ShapeError, Tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkMethods } from "../check.ts";
import { dimensionOf } from "../rows.ts";

/** Which mode a point belongs to, where that is not the nearest centre. */
export interface ModeAssignment {
  /** The number of modes, from 1. */
  readonly count: number;
  /** The mode of a point, a whole number from 0 and below `count`. */
  assign(point: readonly number[]): number;
}

/** The number of modes, and the mode of each row of points [n, d]. */
export interface AssignedModes {
  readonly count: number;
  of(x: Tensor): number[];
}

/** Assigns the rows of points of d coordinates: to the nearest centre, or by a rule. */
export function assignedModes(name: string, modes: Tensor | ModeAssignment, d: number): AssignedModes {
  if (!(modes instanceof Tensor)) checkMethods(name, modes, "modes", ["assign"]);
  const { count, assign } = modes instanceof Tensor ? nearestOf(name, modes, d) : modes;
  checkCount(name, count, "the count of modes");
  return {
    count,
    of: (x) =>
      Array.from({ length: x.shape[0] ?? 0 }, (_, row) => {
        const mode = assign([...x.data.subarray(row * d, (row + 1) * d)]);
        if (Number.isInteger(mode) && mode >= 0 && mode < count) return mode;
        throw new RangeError(
          `${name}: row ${row} was assigned to mode ${mode}; modes are the whole numbers 0 to ${count - 1}`,
        );
      }),
  };
}

function nearestOf(name: string, centres: Tensor, d: number): ModeAssignment {
  checkData(name, centres, "modes");
  const count = centres.shape[0] ?? 0;
  const width = dimensionOf(centres);
  if (width !== d) {
    throw new ShapeError(`${name}: modes have ${width} coordinates, x has ${d}; they must be equal`);
  }
  const { data } = centres;
  return {
    count,
    assign(point) {
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const distance = point.reduce(
          (sum, value, i) => sum + portable.pow(value - (data[k * d + i] as number), 2),
          0,
        );
        if (distance < least) [nearest, least] = [k, distance];
      }
      return nearest;
    },
  };
}

import { linalg, ShapeError, tensor } from "@scoretape/autograd";
import { checkList, checkNumbers } from "../check.ts";
import type { Normals } from "./normals.ts";

/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** How wide the components of a mixture are: exactly one of three forms. */
export type Spread =
  | {
      /** Isotropic components: one standard deviation ≥ 0 for all, or one for each. */
      readonly standardDeviations: number | readonly number[];
    }
  | {
      /** One d×d covariance matrix for all. */
      readonly covariance: Matrix;
    }
  | {
      /** A d×d covariance matrix for each. */
      readonly covariances: readonly Matrix[];
    };

/** The covariances by their principal axes. */
export function principalAxes(
  caller: string,
  options: Spread,
  count: number,
  dimension: number,
): Pick<Normals, "variances" | "axes"> {
  const given = ["standardDeviations", "covariance", "covariances"].filter((form) => form in options);
  if (given.length !== 1) {
    throw new TypeError(
      `${caller}: the width is given by ${given.length === 0 ? "nothing" : given.join(" and ")}; ` +
        "give exactly one of standardDeviations, covariance, covariances",
    );
  }
  if ("standardDeviations" in options) {
    const { standardDeviations } = options;
    const deviations =
      typeof standardDeviations === "number"
        ? new Array<number>(count).fill(standardDeviations)
        : standardDeviations;
    checkNumbers(caller, deviations, "standard deviation");
    checkLength(caller, "standardDeviations", deviations.length, count);
    deviations.forEach((deviation, k) => {
      if (!Number.isFinite(deviation) || deviation < 0) {
        throw new RangeError(
          `${caller}: standard deviation ${k} is ${deviation}; it is finite and at least 0`,
        );
      }
    });
    return { variances: Float64Array.from(deviations, (deviation) => deviation * deviation), axes: null };
  }
  const matrices =
    "covariance" in options ? new Array<Matrix>(count).fill(options.covariance) : options.covariances;
  checkList(caller, matrices, "covariances");
  checkLength(caller, "covariances", matrices.length, count);
  const decompositions = Array.from(matrices, (matrix, k) => {
    const what = "covariance" in options ? "covariance" : `covariance ${k}`;
    checkList(caller, matrix, what);
    for (const [i, row] of matrix.entries()) checkNumbers(caller, row, `${what}: row ${i}`);
    checkSymmetric(caller, what, matrix, dimension);
    const [values, vectors] = linalg.eigh(
      tensor(Float64Array.from(matrix.flat()), { shape: [dimension, dimension] }),
    );
    return { values: withoutNegatives(caller, what, Float64Array.from(values.data)), vectors: vectors.data };
  });
  return {
    variances: Float64Array.from(decompositions.flatMap(({ values }) => [...values])),
    axes: Float64Array.from(decompositions.flatMap(({ vectors }) => [...vectors])),
  };
}

/** Throws unless there is one value for each mean. */
export function checkLength(caller: string, what: string, length: number, count: number): void {
  if (length !== count) {
    throw new ShapeError(`${caller}: ${length} ${what} for ${count} means; give one for each mean`);
  }
}

function checkSymmetric(caller: string, what: string, matrix: Matrix, dimension: number): void {
  if (matrix.length !== dimension || matrix.some((row) => row.length !== dimension)) {
    const rows = matrix.map((row) => row.length).join(", ");
    throw new ShapeError(
      `${caller}: ${what} has rows of lengths [${rows}] for means of dimension ${dimension}; ` +
        `give a ${dimension}×${dimension} matrix`,
    );
  }
  const entry = (i: number, j: number): number => matrix[i]?.[j] ?? Number.NaN;
  const scale = Math.max(...matrix.flat().map(Math.abs));
  if (!Number.isFinite(scale)) throw new RangeError(`${caller}: ${what} has an entry that is not finite`);
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(entry(i, j) - entry(j, i)) > 1e-12 * scale) {
        throw new RangeError(
          `${caller}: ${what} is not symmetric: entry (${i}, ${j}) is ${entry(i, j)}, ` +
            `entry (${j}, ${i}) is ${entry(j, i)}`,
        );
      }
    }
  }
}

/** Eigenvalues that are 0 up to rounding are set to 0; one that is really negative is an error. */
function withoutNegatives(caller: string, what: string, values: Float64Array): Float64Array {
  const rounding = 8 * values.length * Number.EPSILON * Math.max(...values);
  return values.map((value) => {
    if (value > rounding) return value;
    if (value >= -rounding) return 0;
    throw new RangeError(
      `${caller}: ${what} has the negative eigenvalue ${Number(value.toPrecision(4))}; a covariance has none (check its signs)`,
    );
  });
}

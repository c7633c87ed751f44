import { checkOptions, portable, random, ShapeError, Tensor, take, tensor, zeros } from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkList, checkMethods, checkTexts } from "../check.ts";
import type { DataSet, ExactDataSet } from "./dataSet.ts";
import { sumOfNormals } from "./normals.ts";

/** A data set of finitely many known rows. */
export interface RowsDataSet extends ExactDataSet {
  /** All rows in their order, [count, d]. */
  rows(): Tensor;
}

/**
 * Whether a data set has rows of its own: it was measured, not made.
 *
 * @example
 * ```ts
 * import { data } from "@scoretape/score";
 *
 * console.log(data.isRows(data.byName("old-faithful")), data.isRows(data.byName("moons"))); // true false
 * ```
 */
export function isRows(set: DataSet): set is RowsDataSet {
  checkMethods("isRows", set, "the set", ["sample"]);
  return "rows" in set;
}

/** What else is known about measured rows. */
export interface RowsOptions {
  /** What the set is called; "rows" unless said. */
  readonly name?: string;
  /** The unit of each column. */
  readonly units?: readonly string[];
  /** Where the rows come from. */
  readonly citation?: string;
}

/**
 * A data set of one's own rows. `sample` draws rows with replacement; blurred by σ > 0 the set is the mixture
 * of normals N(row, σ²I) in equal parts, whose density and score are exact (and take time and memory in
 * proportion to points × rows).
 *
 * @param values [count, d], as a tensor or as rows of numbers
 * @param columns the name of each column
 * @throws ShapeError when a row is not as long as there are columns, or there are no rows
 * @throws RangeError when a value is not finite, with its row (from 0) and column
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.fromRows([[0], [2]], ["length"], { units: ["m"] });
 * console.log(set.sample(random.key(0), 4).shape); // [ 4, 1 ]
 * // Blurred by σ = 1, ½N(0, 1) + ½N(2, 1): at 0 the rows weigh 1 to e⁻².
 * const x = tensor([[0]], { dtype: "float64" });
 * const weight = Math.exp(-2) / (1 + Math.exp(-2));
 * console.log(set.score(x, 1).item().toFixed(3), (2 * weight).toFixed(3)); // 0.238 0.238
 * ```
 */
export function fromRows(
  values: Tensor | readonly (readonly number[])[],
  columns: readonly string[],
  options: RowsOptions = {},
): RowsDataSet {
  checkOptions("fromRows", options, { name: "string", units: "any", citation: "string" });
  checkTexts("fromRows", columns, "columns");
  if (options.units !== undefined) checkTexts("fromRows", options.units, "units");
  const { name = "rows", ...about } = options;
  const dimension = columns.length;
  const rows = values instanceof Tensor ? values : tensor(checkedRows(values, columns));
  checkData("fromRows", rows, "values");
  const [count = 0, width = 0] = rows.shape;
  checkWidth(`values of shape [${count}, ${width}]`, width, columns);
  if (about.units !== undefined && about.units.length !== dimension) {
    throw new ShapeError(`fromRows: ${about.units.length} units for ${dimension} columns; give one for each`);
  }
  const blurred = sumOfNormals(name, {
    count,
    dimension,
    logWeights: new Float64Array(count).fill(-portable.log(count)),
    means: Float64Array.from(rows.data),
    variances: new Float64Array(count),
    axes: null,
  });
  return {
    ...blurred,
    name,
    dimension,
    columns: [...columns],
    ...about,
    rows: () => rows,
    sample(key, n) {
      checkKey(`${name}.sample`, key);
      checkCount(`${name}.sample`, n, "n");
      return take(rows, random.categorical(key, zeros([count]), [n]));
    },
  };
}

function checkedRows(
  values: readonly (readonly number[])[],
  columns: readonly string[],
): readonly (readonly number[])[] {
  checkList("fromRows", values, "values");
  for (const [i, row] of values.entries()) {
    checkList("fromRows", row, `row ${i}`);
    checkWidth(`row ${i}`, row.length, columns);
    row.forEach((value, j) => {
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `fromRows: row ${i}, column "${columns[j]}" is ${value}; remove the row or replace the value`,
        );
      }
    });
  }
  return values;
}

function checkWidth(what: string, width: number, columns: readonly string[]): void {
  if (width !== columns.length) {
    throw new ShapeError(
      `fromRows: ${what} has ${width} values for ${columns.length} columns (${columns.join(", ")})`,
    );
  }
}

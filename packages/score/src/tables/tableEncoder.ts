import { shown } from "./columns.ts";
import type { Refuse } from "./kinds/cellCoordinate.ts";
import { coordinateOf } from "./kinds/coordinate.ts";
import { type Cells, checkMixedTable, type MixedTable } from "./mixedTable.ts";
import { TableError } from "./remark.ts";
import type { Schema } from "./schema.ts";
import { checkSchema } from "./schemaRules.ts";

/** A table's rows ↔ points, each column one real coordinate. */
export interface TableEncoder {
  readonly schema: Schema;
  /**
   * The rows of a table as points, [rows · columns], row after row; gaps are NaN. The table's columns may be in any order.
   *
   * @param uniforms [rows · columns], uniform in [0, 1): where in its interval a label, a whole number, a day is put
   * @throws TableError if a column is missing, or a cell is one that its column cannot hold
   * @throws TypeError | RangeError if an argument is not what it should be
   */
  encode(table: MixedTable, uniforms: Float64Array): Float64Array;
  /**
   * Points as rows of a table, each cell of its column's kind wherever the points are; NaN are gaps.
   *
   * @throws TypeError | RangeError if `values` are no whole rows of points, or infinite
   */
  decode(values: Float64Array): MixedTable;
  /**
   * Of each row Σⱼ log |dzⱼ/dxⱼ| over its columns that are no gaps: log p(x) = log p(z) + that. Of what is discrete it is
   * log |dz/du|, and log P(x) ≥ E_u[log p(z) + that] (Theis, van den Oord and Bethge 2016, equation 6).
   *
   * @throws TypeError | RangeError if `encoded` are no whole rows of points, or infinite
   */
  logJacobian(encoded: Float64Array): Float64Array;
}

/**
 * The change between a table's rows and points of which each column has one real coordinate: real columns as they are,
 * positive ones by their logarithm, bounded ones by their logit, dates by days; whole numbers with uniform noise;
 * labels by the randomised probability integral transform, z = Φ⁻¹(u) with u uniform in the interval of the unit interval
 * that is the label's share, or, with a margin, normal about that of its middle. `decode` undoes `encode`, and no point decodes to what its column does not hold.
 *
 * @throws RangeError if the schema is none, naming the field
 * @example
 * ```ts
 * import { inferSchema, readMixedTable, tableEncoder, writeMixedTable } from "@scoretape/score/tables";
 *
 * const { table } = readMixedTable("mass,sex\n3.5,male\n4.25,female\n3.25,female\n4.5,male\n");
 * const { encode, decode } = tableEncoder(inferSchema(table, { marginals: "plain" }).schema);
 * const z = encode(table, new Float64Array(8).fill(0.5));
 * console.log(Array.from(z, (value) => Number(value.toFixed(3))).slice(0, 4)); // [ 3.5, 0.675, 4.25, -0.675 ]
 * console.log(JSON.stringify(writeMixedTable(decode(Float64Array.of(3.75, -9))))); // "mass,sex\n3.75,female\n"
 * ```
 */
export function tableEncoder(schema: Schema): TableEncoder {
  checkSchema("tableEncoder", schema);
  const columns = schema.map((column) => ({ name: column.name, coordinate: coordinateOf(column) }));
  const d = columns.length;
  return {
    schema,
    encode(table, uniforms) {
      checkMixedTable("encode", table);
      checkPoints("encode", uniforms, "uniforms", d);
      if (uniforms.length !== table.rows * d) {
        throw new RangeError(`encode: ${uniforms.length} uniforms for ${table.rows} rows of ${d} columns`);
      }
      if (!uniforms.every((u) => u >= 0 && u < 1)) {
        throw new RangeError("encode: the uniforms are not all from 0 and below 1");
      }
      const values = new Float64Array(uniforms.length);
      columns.forEach(({ name, coordinate }, j) => {
        const refuse: Refuse = (row, cell, why) => {
          throw new TableError([`row ${row + 1}, column ${shown(name)}: ${cell} is ${why}`], "encode");
        };
        const z = coordinate.encode(cellsOf(table, name), (row) => uniforms[row * d + j] ?? 0, refuse);
        z.forEach((value, row) => {
          values[row * d + j] = value;
        });
      });
      return values;
    },
    decode(values) {
      checkPoints("decode", values, "values", d);
      const rows = values.length / d;
      const cells = columns.map(({ coordinate }, j) =>
        coordinate.decode(Float64Array.from({ length: rows }, (_, i) => values[i * d + j] ?? Number.NaN)),
      );
      return { columns: columns.map(({ name }) => name), rows, cells };
    },
    logJacobian(encoded) {
      checkPoints("logJacobian", encoded, "encoded", d);
      return Float64Array.from({ length: encoded.length / d }, (_, i) =>
        columns.reduce((sum, { coordinate }, j) => {
          const z = encoded[i * d + j] ?? Number.NaN;
          return Number.isNaN(z) ? sum : sum + coordinate.logJacobian(z);
        }, 0),
      );
    },
  };
}

/** @throws TableError if there is no column of that name */
function cellsOf(table: MixedTable, name: string): Cells {
  const cells = table.cells[table.columns.indexOf(name)];
  if (cells !== undefined) return cells;
  throw new TableError(
    [`there is no column ${shown(name)}; the columns are ${table.columns.map(shown).join(", ")}`],
    "encode",
  );
}

function checkPoints(name: string, values: unknown, what: string, columns: number): void {
  if (!(values instanceof Float64Array)) throw new TypeError(`${name}: ${what} is no Float64Array`);
  if (values.length % columns !== 0) {
    throw new RangeError(`${name}: ${what} has ${values.length} numbers, which are no rows of ${columns}`);
  }
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) throw new RangeError(`${name}: element ${infinite} of ${what} is ${values[infinite]}`);
}

import {
  type ColumnSchema,
  inferSchema,
  type Marginals,
  type MixedTable,
  type Schema,
  TableError,
  tableEncoder,
} from "@scoretape/score/tables";
import { joined, someOf } from "./subject.ts";

/** What all columns hold, the test rows' too: what samples are judged in. */
export function judgeSchema(training: MixedTable, test: MixedTable): Schema {
  return inferSchema(joined(training, test), { marginals: "normal-score" }).schema;
}

/**
 * What a model and a copula know of columns before they learn: of which kind each is, and all else from the training rows alone. A
 * distribution function that has seen the test rows would make columns of samples like theirs.
 */
export function learnerSchema(training: MixedTable, test: MixedTable, marginals: Marginals): Schema {
  const types = Object.fromEntries(
    judgeSchema(training, test).map((column) => [column.name, kindIn(column)]),
  );
  return inferSchema(training, { types, marginals }).schema;
}

function kindIn(column: ColumnSchema): string {
  return column.kind === "bounded" ? `bounded(${column.low},${column.high})` : column.kind;
}

/** The rows whose cells a schema holds: a label that no training row has can be known to nobody. */
export function knownRows(schema: Schema, table: MixedTable): MixedTable {
  const { encode } = tableEncoder(schema);
  const middles = new Float64Array(schema.length).fill(0.5);
  const isKnown = (row: number): boolean => {
    try {
      encode(someOf(table, [row]), middles);
      return true;
    } catch (error) {
      if (error instanceof TableError) return false;
      throw error;
    }
  };
  return someOf(table, Array.from({ length: table.rows }, (_, row) => row).filter(isKnown));
}

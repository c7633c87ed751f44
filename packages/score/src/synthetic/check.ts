import { ShapeError } from "@scoretape/autograd";
import { checkMixedTable, type MixedTable } from "../tables/mixedTable.ts";
import { TableError } from "../tables/remark.ts";
import type { Schema } from "../tables/schema.ts";
import { checkSchema } from "../tables/schemaRules.ts";
import { type Features, featuresOf } from "./features.ts";

/** The features of tables of one schema. @throws under the function's name where one is no such table, or has few rows */
export function checkedFeatures<N extends string>(
  name: string,
  schema: Schema,
  tables: Readonly<Record<N, MixedTable>>,
  least: number,
): Readonly<Record<N, Features>> {
  checkSchema(name, schema);
  const found: Partial<Record<N, Features>> = {};
  for (const what in tables) {
    const table = tables[what];
    checkMixedTable(name, table);
    if (table.rows < least) {
      throw new ShapeError(`${name}: ${what} has ${table.rows} rows; give ${least} or more`);
    }
    found[what] = encoded(name, what, schema, table);
  }
  if (!isWhole(found, tables)) throw new TypeError(`${name}: a table is missing`);
  return found;
}

function encoded(name: string, what: string, schema: Schema, table: MixedTable): Features {
  try {
    return featuresOf(schema, table);
  } catch (error) {
    if (error instanceof TableError) {
      throw new RangeError(`${name}: ${what}: ${error.message.replace(/^encode: /, "")}`, { cause: error });
    }
    throw error;
  }
}

function isWhole<N extends string>(
  found: Partial<Record<N, Features>>,
  wanted: Readonly<Record<N, unknown>>,
): found is Record<N, Features> {
  return Object.keys(wanted).every((name) => Object.hasOwn(found, name));
}

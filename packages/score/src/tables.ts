// Tables from delimited text and back, and as points: `@scoretape/score/tables`. It stands apart from the rest of the package,
// and takes no more of the engine than its functions of numbers.

export { type InferredSchema, inferSchema } from "./tables/infer/inferSchema.ts";
export type { Inference, Marginals, Types } from "./tables/infer/options.ts";
export { parseTypes } from "./tables/infer/types.ts";
export type { Cells, MixedTable } from "./tables/mixedTable.ts";
export type { Reading } from "./tables/reading.ts";
export { type MixedReading, type ReadMixedTable, readMixedTable } from "./tables/readMixedTable.ts";
export { type ReadTable, readTable } from "./tables/readTable.ts";
export { type Options, type Remark, remarkText, TableError } from "./tables/remark.ts";
export type {
  BoundedColumn,
  CategoryColumn,
  ColumnKind,
  ColumnSchema,
  DateColumn,
  IntegerColumn,
  NormalScore,
  PositiveColumn,
  RealColumn,
  Schema,
} from "./tables/schema.ts";
export { column, type Table } from "./tables/table.ts";
export { type TableEncoder, tableEncoder } from "./tables/tableEncoder.ts";
export { writeMixedTable } from "./tables/writeMixedTable.ts";
export { writeTable } from "./tables/writeTable.ts";
export type { Writing } from "./tables/writing.ts";

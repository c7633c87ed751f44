// Tables of numbers from delimited text and back: `@scoretape/score/tables`. It stands apart from the rest of the package
// and loads neither it nor the engine.

export type { Reading } from "./tables/reading.ts";
export { type ReadTable, readTable } from "./tables/readTable.ts";
export { type Remark, remarkText, TableError } from "./tables/remark.ts";
export { column, type Table } from "./tables/table.ts";
export { type Writing, writeTable } from "./tables/writeTable.ts";

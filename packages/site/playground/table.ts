import { type Reading, type Remark, readTable, remarkText, TableError } from "@scoretape/score/tables";

/** The columns of a text, and what the reader has to say of it. */
export interface Columns {
  readonly names: readonly string[];
  readonly columns: readonly (readonly number[])[];
  readonly remarks: readonly string[];
  readonly error: string | null;
}

/** The reading that a fault is remedied by, where that is to leave columns out. */
function withoutColumns(remark: Remark): Reading | null {
  const [remedy, ...others] = remark.filter((part) => typeof part !== "string");
  const isOne = remedy !== undefined && others.length === 0;
  return isOne && Object.keys(remedy).every((name) => name === "drop" || name === "columns") ? remedy : null;
}

function columnsBy(input: string | Uint8Array, reading: Reading): Columns {
  const { table, remarks } = readTable(input, reading);
  const { columns: names, rows, values } = table;
  const columns = names.map((_, j) =>
    Array.from({ length: rows }, (__, i) => values[i * names.length + j] ?? Number.NaN),
  );
  return { names, columns, remarks: remarks.map((remark) => remarkText(remark)), error: null };
}

/** Reads a table as the library does; rows with gaps and columns that are no numbers are left out. */
export function columnsOf(input: string | Uint8Array, reading: Reading = { gaps: "drop" }): Columns {
  try {
    return columnsBy(input, reading);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const others = withoutColumns(error.remark);
    const isAsked = "drop" in reading || "columns" in reading;
    if (others === null || isAsked) {
      return { names: [], columns: [], remarks: [], error: remarkText(error.remark) };
    }
    const found = columnsOf(input, { ...reading, ...others });
    const fault = remarkText(error.remark, () => "");
    const why = fault.slice(0, fault.lastIndexOf(": "));
    return { ...found, remarks: [...found.remarks, `${why}; only columns of numbers are taken`] };
  }
}

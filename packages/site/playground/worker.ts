import { readTable, remarkText, TableError } from "@scoretape/score/tables";
import { expose, transfer } from "comlink";
import { learn, modelFile, open, pause, proceed, stop } from "./session.ts";
import { density, field, fisher, report, samples, samplesTable } from "./views.ts";

/** The columns of a text, and what the reader has to say of it. */
export interface Columns {
  readonly names: readonly string[];
  readonly columns: readonly (readonly number[])[];
  readonly remarks: readonly string[];
  readonly error: string | null;
}

/** Reads a table as the library does; rows with gaps are left out. */
export function columnsOf(text: string): Columns {
  try {
    const { table, remarks } = readTable(text, { gaps: "drop" });
    const { columns: names, rows, values } = table;
    const columns = names.map((_, j) =>
      Array.from({ length: rows }, (__, i) => values[i * names.length + j] ?? Number.NaN),
    );
    return { names, columns, remarks: remarks.map((remark) => remarkText(remark)), error: null };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    return { names: [], columns: [], remarks: [], error: remarkText(error.remark) };
  }
}

const engine = {
  columnsOf,
  open,
  learn,
  pause,
  proceed,
  stop,
  field,
  samples,
  samplesTable,
  density,
  fisher,
  report,
  modelFile() {
    const bytes = modelFile();
    return transfer(bytes, [bytes.buffer]);
  },
};

export type PlaygroundEngine = typeof engine;

// One for each training: when it ends, so does all the memory that its programs took.
expose(engine);

import { badCells, isWholeFault, raggedRows, wholeColumns } from "./faults.ts";
import { chosenRows, gapsRemark } from "./gaps.ts";
import type { Layout } from "./layout.ts";
import type { Reading } from "./reading.ts";
import { joined, type Remark, TableError } from "./remark.ts";
import type { ColumnFacts, Scan } from "./scan.ts";
import { survey } from "./survey.ts";
import { suspicions } from "./suspicions.ts";
import type { Table } from "./table.ts";

/** A table, and how its text was understood. */
export interface ReadTable {
  readonly table: Table;
  /** How it was read: what was asked for, and what was guessed. */
  readonly reading: Reading;
  /** What was guessed that is not plain (commas, a decimal point, a header), and what looks suspicious. */
  readonly remarks: readonly Remark[];
}

/**
 * Reads a table of numbers from delimited text such as CSV. What `reading` leaves open is guessed from the first thousand
 * rows and told in `remarks`: what stands between cells (comma, semicolon, tab, `|` or blanks), the decimal sign, comments
 * (`#`) and titles before the table, the header. Numbers are decimal, such as -1, .5, 2e-3. Line ends of all kinds may be
 * mixed; cells in quotes may hold delimiters and line ends; empty lines are skipped; columns without a name are called x1,
 * x2, … Time is in proportion to the length of the text, memory beside it to the numbers.
 *
 * @param input - Text, or the bytes of a file: UTF-8, UTF-16 with its mark, or else Windows-1252. Bytes may come in parts, such as
 *   a list of them, which is read twice or more, from the start each time, and never held as one text.
 * @throws TableError if the text is no table of numbers: cells or whole columns that are not, rows of another length or
 *   with gaps, columns of one name, columns asked for that are not there.
 * @throws TypeError | RangeError if an argument or an option is not what it should be.
 * @example
 * ```ts
 * import { readTable, remarkText } from "@scoretape/score/tables";
 *
 * const { table, remarks } = readTable("city;height;mass\nBonn;1,5;2\nRome;3;4,25\n", { drop: ["city"] });
 * console.log(table.columns, table.values); // [ 'height', 'mass' ] Float64Array(4) [ 1.5, 2, 3, 4.25 ]
 * console.log(remarks.map((remark) => remarkText(remark))); // [ 'read with ";" between cells and "," as decimal sign' ]
 * ```
 */
export function readTable(
  input: string | Uint8Array | Iterable<Uint8Array>,
  reading: Reading = {},
): ReadTable {
  const { facts, kept, layout, remarks, ...found } = survey("readTable", input, reading);
  const { table, remarks: further } = tableOf(facts, kept, layout, reading);
  return { table, reading: found.reading, remarks: [...remarks, ...further] };
}

/** The table of the kept columns. @throws TableError if it is none */
function tableOf(
  facts: Scan,
  kept: readonly ColumnFacts[],
  layout: Layout,
  reading: Reading,
): Pick<ReadTable, "table" | "remarks"> {
  const whole = kept.filter(isWholeFault);
  const sound = kept.filter((column) => !isWholeFault(column));
  const bad = badCells(sound, layout);
  const { rows, values } = chosenRows(facts, sound, reading.gaps === "keep");
  const gaps = facts.rows - rows;
  const isLeftOut = reading.gaps === "drop" && rows > 0;
  const faults = [
    ...raggedRows(facts, layout),
    ...wholeColumns(
      whole,
      sound.map(({ column }) => column.name),
      layout.decimal,
    ),
    ...bad,
    ...(bad.length > 0 || gaps === 0 || isLeftOut ? [] : [gapsRemark(sound, gaps, facts.rows, reading)]),
  ];
  if (faults.length > 0) throw new TableError(joined(faults, "; "));
  const table = { columns: sound.map(({ column }) => column.name), rows, values };
  return {
    table,
    remarks: [
      ...(gaps > 0 ? [[`${gaps} of ${facts.rows} rows left out, for they have gaps`]] : []),
      ...suspicions(sound, layout, facts),
    ],
  };
}

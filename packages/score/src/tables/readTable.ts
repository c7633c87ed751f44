import { columnsOf, selected } from "./columns.ts";
import { decode } from "./decode.ts";
import { badCells, isWholeFault, raggedRows, wholeColumns } from "./faults.ts";
import { gapsRemark, withoutGaps } from "./gaps.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { layoutRemarks } from "./layoutRemarks.ts";
import { checkReading, type Reading } from "./reading.ts";
import { joined, type Remark, TableError } from "./remark.ts";
import { type ColumnFacts, type Scan, scan } from "./scan.ts";
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
  checkInput(input);
  checkReading("readTable", reading);
  const bytes = input instanceof Uint8Array ? [input] : input;
  const { text, encoding, guess } = decode(bytes, reading.encoding);
  const layout = layoutOf(text, reading);
  const columns = selected(columnsOf(layout.header), reading);
  const facts = scan(text, layout, columns, reading);

  // What a delimiter at the end of every line makes.
  const isBlank = ({ column, numbers, faults }: ColumnFacts): boolean =>
    !column.isNamed && reading.columns === undefined && facts.rows > 0 && numbers + faults === 0;
  const kept = facts.columns.filter((column) => !isBlank(column));
  const { table, remarks } = tableOf(facts, kept, layout, reading);
  const { delimiter, decimal, comment, header } = layout;
  return {
    table,
    reading: {
      ...reading,
      delimiter,
      decimal,
      header: header.names !== null,
      encoding,
      ...(comment === undefined ? {} : { comment }),
    },
    remarks: [...layoutRemarks(layout, reading, guess), ...remarks],
  };
}

/** Throws unless the input is a text, bytes, or parts of bytes that can be read again. */
function checkInput(input: unknown): void {
  if (typeof input === "string" || input instanceof Uint8Array) return;
  const wanted = "not a text or its bytes (a Uint8Array, or a list of them)";
  if (!isIterable(input)) {
    throw new TypeError(
      `readTable: the input is ${input === null ? "null" : `a value of type ${typeof input}`}, ${wanted}`,
    );
  }
  if (Object.is(input[Symbol.iterator](), input)) {
    throw new TypeError(
      "readTable: the input is an iterator, which can be read only once; give a list of Uint8Arrays",
    );
  }
  for (const part of input) {
    if (part instanceof Uint8Array) break;
    throw new TypeError(`readTable: the input is a value of type object, ${wanted}`);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, Symbol.iterator) === "function"
  );
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
  const { rows, values } = withoutGaps(facts, sound);
  const gaps = facts.rows - rows;
  const isLeftOut = reading.gaps === "drop" && rows > 0;
  const faults = [
    ...raggedRows(facts, layout),
    ...wholeColumns(whole, kept, layout.decimal),
    ...bad,
    ...(bad.length > 0 || gaps === 0 || isLeftOut ? [] : [gapsRemark(sound, gaps, facts.rows, reading)]),
  ];
  if (faults.length > 0) throw new TableError(joined(faults, "; "));
  const table = { columns: sound.map(({ column }) => column.name), rows, values };
  return {
    table,
    remarks: [
      ...(gaps > 0 ? [[`${gaps} of ${facts.rows} rows left out, for they have gaps`]] : []),
      ...suspicions(sound, layout, facts.rows),
    ],
  };
}

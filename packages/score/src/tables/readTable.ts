import { columnsOf, labelOf, labelsOf, selected } from "./columns.ts";
import { decode } from "./decode.ts";
import { badCells, isWholeFault, raggedRows, wholeColumns } from "./faults.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { layoutRemarks } from "./layoutRemarks.ts";
import { checkReading, type Reading } from "./reading.ts";
import { counted, joined, type Remark, TableError } from "./remark.ts";
import { type ColumnFacts, type Scan, scan } from "./scan.ts";
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
 * @param input - Text, or the bytes of a file: UTF-8, UTF-16 with its mark, or else Windows-1252.
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
export function readTable(input: string | Uint8Array, reading: Reading = {}): ReadTable {
  if (typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw new TypeError(
      `readTable: the input is ${input === null ? "null" : `a value of type ${typeof input}`}, not a text or its bytes (a Uint8Array)`,
    );
  }
  checkReading("readTable", reading);
  const { text, encoding, guess } = decode(input, reading.encoding);
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
  const keptSet = new Set(sound);
  const places = facts.columns.flatMap((column, j) => (keptSet.has(column) ? [j] : []));
  const { rows, values } = withoutGaps(facts, places);
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

/** The rows of some columns that are numbers throughout. */
function withoutGaps(
  { columns, rows, values }: Scan,
  places: readonly number[],
): { rows: number; values: Float64Array } {
  const width = columns.length;
  let count = 0;
  const isFull = (row: number): boolean => places.every((j) => !Number.isNaN(values[row * width + j]));
  for (let row = 0; row < rows; row++) if (isFull(row)) count += 1;
  const full = new Float64Array(count * places.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (!isFull(row)) continue;
    for (const j of places) full[at++] = values[row * width + j] ?? Number.NaN;
  }
  return { rows: count, values: full };
}

function gapsRemark(columns: readonly ColumnFacts[], count: number, rows: number, { gaps }: Reading): Remark {
  const gappy = columns.filter((facts) => facts.gaps > 0);
  const cells = gappy.reduce((sum, facts) => sum + facts.gaps, 0);
  const where = `${labelsOf(gappy.map(({ column }) => column))}`.replace(/,$/, "");
  const what = `${count} of ${counted(rows, "row")} ${count === 1 ? "has" : "have"} gaps (${counted(cells, "cell")}), in ${where}: `;
  if (gaps !== "drop") return [`${what}leave ${count === 1 ? "it" : "them"} out with `, { gaps: "drop" }];
  const worst = gappy.reduce((most, next) => (next.gaps > most.gaps ? next : most));
  return [`${what}no row is left; drop the emptiest column with `, { drop: [worst.column.name] }];
}

/** Columns that may be no data: numbers of rows, and such as have no name. */
function suspicions(columns: readonly ColumnFacts[], { header }: Layout, rows: number): Remark[] {
  return columns.flatMap(({ column, rises, counts, rounds }): Remark[] => {
    const remarks: Remark[] = [];
    const isNumbering = columns.length > 1 && ((counts && rows >= 3) || (rises && rows >= 8));
    const drop = { drop: [column.name] };
    if (isNumbering) {
      const what = counts ? "rises by 1 from row to row" : "holds whole numbers that rise from row to row";
      remarks.push([`${labelOf(column)}, ${what}: if it numbers the rows, drop it with `, drop]);
    } else if (!column.isNamed && header.names !== null) {
      remarks.push([
        `column ${column.at + 1} has no name in line ${header.line}: it is called ${column.name}`,
      ]);
    }
    if (rounds)
      remarks.push([
        `${labelOf(column)}, holds whole numbers too long for a float64, which are rounded: drop it with `,
        drop,
      ]);
    return remarks;
  });
}

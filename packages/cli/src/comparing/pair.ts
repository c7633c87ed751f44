import { type Tensor, tensor } from "@scoretape/autograd";
import { column, type Reading, type Table } from "@scoretape/score/tables";
import { readTableAt } from "../data/rows.ts";
import { nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** Two tables as points of the same coordinates. */
export interface Pair {
  readonly columns: readonly string[];
  /** [n, d] and [m, d], in float64; gaps are NaN. */
  readonly points: readonly [Tensor, Tensor];
  /** What the user should know of how the files were read. */
  readonly remarks: readonly string[];
}

/** @throws UserError unless both files are tables with the same columns, in whatever order */
export function readPair(paths: readonly [string, string], reading: Reading): Pair {
  if (paths.every((path) => path === STREAM)) {
    throw new UserError("both tables are standard input, which holds one; give a file for the other");
  }
  const [a, b] = [readTableAt(paths[0], reading), readTableAt(paths[1], reading)];
  const { columns } = a.table;
  checkSameColumns([columns, b.table.columns], paths);
  return {
    columns,
    points: [pointsOf(a.table, columns), pointsOf(b.table, columns)],
    remarks: [...a.remarks, ...b.remarks],
  };
}

/** A table's columns, in this order, side by side. */
function pointsOf(table: Table, columns: readonly string[]): Tensor {
  const own = columns.map((name) => column(table, table.columns.indexOf(name)));
  const d = columns.length;
  const values = new Float64Array(table.rows * d);
  own.forEach((ofColumn, j) => {
    ofColumn.forEach((value, row) => {
      values[row * d + j] = value;
    });
  });
  return tensor(values, { shape: [table.rows, d] });
}

function checkSameColumns(
  [ofA, ofB]: readonly [readonly string[], readonly string[]],
  paths: readonly [string, string],
): void {
  const [onlyA, onlyB] = [
    ofA.filter((name) => !ofB.includes(name)),
    ofB.filter((name) => !ofA.includes(name)),
  ];
  if (onlyA.length + onlyB.length === 0) return;
  const [a, b] = paths.map(nameOf);
  const shared = ofA.filter((name) => ofB.includes(name));
  const alone = (file: string | undefined, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${names.join(", ")} ${names.length === 1 ? "is" : "are"} in ${file} alone`];
  const near = onlyA.length === 1 && onlyB.length === 1 ? suggestion(onlyA[0] ?? "", onlyB) : "";
  const remedy =
    shared.length === 0
      ? "give tables of the same columns"
      : `compare the others with ${typed({ columns: shared })}`;
  throw new UserError(
    `the tables have other columns: ${[...alone(a, onlyA), ...alone(b, onlyB)].join(", ")};${near} ${remedy}`,
  );
}

import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import {
  type Inference,
  inferSchema,
  type MixedTable,
  type Reading,
  remarkText,
  TableError,
  tableEncoder,
} from "@scoretape/score/tables";
import { mixedFile } from "../data/mixedRows.ts";
import { toldTexts } from "../data/types.ts";
import { nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";
import { joined, textColumns } from "./mixedTables.ts";

/** Two tables as points of the same coordinates. */
export interface Pair {
  readonly columns: readonly string[];
  /** [n, d] and [m, d], in float64; gaps are NaN. */
  readonly points: readonly [Tensor, Tensor];
  /** What the user should know of how the files were read. */
  readonly remarks: readonly string[];
}

/**
 * Two files of the same columns, in whatever order, as points: what a column holds is inferred from both together, unless it is
 * told.
 *
 * @param key - Draws where in its interval a label or a whole number is put.
 * @throws UserError unless both are tables with the same columns of the same kinds
 */
export function readPair(
  paths: readonly [string, string],
  reading: Reading,
  inference: Pick<Inference, "types">,
  key: Key,
): Pair {
  if (paths.every((path) => path === STREAM)) {
    throw new UserError("both tables are standard input, which holds one; give a file for the other");
  }
  const asked = { gaps: "keep", ...reading } as const;
  const [readA, readB] = [mixedFile(paths[0], asked), mixedFile(paths[1], asked)];
  const told = toldTexts(inference);
  const text = [...told, ...[readA(told), readB(told)].flatMap(({ table }) => textColumns(table))];
  // What is text in one file is text in the other, even where all of it there are numbers.
  const [a, b] = [readA(text), readB(text)];
  checkSameColumns([a.table.columns, b.table.columns], paths);
  const both = joined(a.table, b.table);
  const { schema, remarks } = schemaOf(both, inference, paths);
  const encoder = tableEncoder(schema);
  const pointsOf = (table: MixedTable, i: number): Tensor => {
    const shape = [table.rows, schema.length];
    const uniforms = random.uniform(random.foldIn(key, i), shape, { dtype: "float64" });
    return tensor(encoder.encode(table, Float64Array.from(uniforms.data)), { shape });
  };
  return {
    columns: both.columns,
    points: [pointsOf(a.table, 0), pointsOf(b.table, 1)],
    remarks: [...a.remarks, ...b.remarks, ...remarks],
  };
}

function schemaOf(table: MixedTable, inference: Inference, paths: readonly string[]) {
  try {
    const { schema, remarks } = inferSchema(table, inference);
    return { schema, remarks: remarks.map((remark) => remarkText(remark, typed)) };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`${paths.map(nameOf).join(" and ")}: ${remarkText(error.remark, typed)}`, {
      cause: error,
    });
  }
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

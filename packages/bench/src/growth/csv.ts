import { closeSync, openSync, writeSync } from "node:fs";
import { add, cast, mul, random } from "@scoretape/autograd";

/** The size of a table. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

const BLOCK = 4096;

/** Writes a CSV file of so many rows with a common factor and two humps: the same bytes in every run. */
export function writeCsv(path: string, { rows, columns }: Size): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, `${Array.from({ length: columns }, (_, j) => `c${j + 1}`).join(",")}\n`);
    for (let from = 0; from < rows; from += BLOCK) {
      const key = random.foldIn(random.key(12), from);
      const shape = [Math.min(BLOCK, rows - from), columns];
      const factor = random.normal(random.foldIn(key, 0), [shape[0] ?? 1, 1]);
      const side = cast(random.rademacher(random.foldIn(key, 1), [shape[0] ?? 1, 1]), "float32");
      const own = random.normal(random.foldIn(key, 2), shape);
      const { data } = add(add(mul(0.7, factor), mul(1.5, side)), own);
      const lines = Array.from({ length: shape[0] ?? 0 }, (_, i) =>
        Array.from(data.subarray(i * columns, (i + 1) * columns), (value) => value.toFixed(6)).join(","),
      );
      writeSync(file, `${lines.join("\n")}\n`);
    }
  } finally {
    closeSync(file);
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { readTable, remarkText, TableError } from "@scoretape/score/tables";
import { describe, expect, test } from "vitest";

/** What a file is understood as, or why it is refused. */
type Outcome =
  | {
      readonly columns: readonly string[];
      readonly rows: readonly unknown[][];
      readonly remarks?: readonly string[];
    }
  | { readonly error: string };

const folder = new URL("awkward/", import.meta.url);
const expected: Readonly<Record<string, Outcome>> = JSON.parse(
  readFileSync(new URL("awkward.json", import.meta.url), "utf8"),
);

function outcomeOf(bytes: Uint8Array): Outcome {
  try {
    const { table, remarks } = readTable(bytes);
    const { columns, rows, values } = table;
    const cells = Array.from(values, (value) => (Object.is(value, -0) ? "-0" : value));
    const width = columns.length;
    return {
      columns,
      rows: Array.from({ length: rows }, (_, i) => cells.slice(i * width, (i + 1) * width)),
      ...(remarks.length > 0 ? { remarks: remarks.map((remark) => remarkText(remark)) } : {}),
    };
  } catch (error) {
    if (error instanceof TableError) return { error: remarkText(error.remark) };
    throw error;
  }
}

describe("awkward files", () => {
  test("each has its outcome", () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))("%s", (name, outcome) => {
    expect(outcomeOf(readFileSync(new URL(name, folder)))).toEqual(outcome);
  });
});

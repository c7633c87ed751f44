import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "@scoretape/score/tables";
import { expect, test } from "vitest";
import { writeCsv } from "../src/growth/csv.ts";
import { slopes } from "../src/growth/growth.ts";

test("slopes are the exponents of power laws", () => {
  const measured = [1e3, 1e4, 1e6].map((rows) => ({
    rows,
    columns: 4,
    seconds: 0.1 * rows ** 0.5,
    memory: 1e6 * rows ** 0.25,
    training: 1,
  }));
  expect(slopes("rows", measured)).toBe("with the rows: time^0.50, memory^0.25");
});

test("tables have their size, and the same bytes in every run", () => {
  const folder = mkdtempSync(join(tmpdir(), "scoretape-growth-"));
  try {
    const path = join(folder, "a.csv");
    const made = (): Buffer => {
      writeCsv(path, { rows: 5000, columns: 3 });
      return readFileSync(path);
    };
    const first = made();
    expect(made().equals(first)).toBe(true);
    const { table } = readTable(first);
    expect([table.rows, table.columns]).toEqual([5000, ["c1", "c2", "c3"]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

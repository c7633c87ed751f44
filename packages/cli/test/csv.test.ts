import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatCsv, parseCsv, readCsv, writeCsv } from "../src/files/csv.ts";
import type { Table } from "../src/table.ts";
import { UserError } from "../src/terminal/user-error.ts";
import { runs } from "./runs.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "csv-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const tables: fc.Arbitrary<Table> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 6 }))
  .chain(([width, rows]) =>
    fc.record({
      // A name that is a number would make the header look like data.
      columns: fc.array(
        fc.string().map((text) => `c${text}`.trim()),
        { minLength: width, maxLength: width },
      ),
      rows: fc.constant(rows),
      values: fc
        .array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: width * rows,
          maxLength: width * rows,
        })
        .map((values) => Float64Array.from(values, (value) => value + 0)),
    }),
  );

describe("CSV", () => {
  test("reading gives back what was written", () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(parseCsv(formatCsv(table), "t", { header: true, constantColumns: true })).toEqual(table);
      }),
      runs(300),
    );
  });

  test("files are written and read by path, numbers rounded as asked", () => {
    const path = join(directory, "deep", "t.csv");
    writeCsv(path, { columns: ["a", "b, c"], rows: 2, values: Float64Array.of(1 / 3, 2e-7, 30000, -4) }, 4);
    expect(readFileSync(path, "utf8")).toBe('a,"b, c"\n0.3333,2e-7\n30000,-4\n');
    expect(readCsv(path).columns).toEqual(["a", "b, c"]);
  });

  test.each([
    ["a header", "a,b\n1,2\n3,4\n", ["a", "b"]],
    ["no header", "1,2\n3,4", ["x1", "x2"]],
    ["a nameless column", "a,\n1,2\n3,4", ["a", "x2"]],
    ["semicolons", "a;b\n1;2\n3;4", ["a", "b"]],
    ["tabs", "1\t2\n3\t4", ["x1", "x2"]],
    [
      "a byte order mark, CRLF, spaces and empty lines",
      "\ufeffa , b\r\n\r\n 1, 2\r\n3 ,4\r\n\r\n",
      ["a", "b"],
    ],
    ["quotes", '"a","b"\n"1","2"\n3,4', ["a", "b"]],
    ["signs and exponents", "+1e0,.2E+1\n3.,4", ["x1", "x2"]],
  ])("%s", (_, text, columns) => {
    expect(parseCsv(text, "t")).toEqual({ columns, rows: 2, values: Float64Array.of(1, 2, 3, 4) });
  });

  test.each([
    ["text", "a,b\n1,2\n3,four", /^t: line 3, column 2 \(b\): "four" is not a number; correct/],
    ["text in the first of the rows", "1,2\n3,x\n5,6", /line 2, column 2 \(x2\): "x"/],
    ["a header that is half numbers", "a,2\n3,4\n5,6", /line 1, column 1 \(x1\): "a" is not a number/],
    ["NaN in the first row", "nan,2\n3,4\n5,6", /line 1, column 1 \(x1\): "nan" is not a finite number/],
    ["a first row without one finite number", "nan,Inf\n3,4\n5,6", /line 1, .*"nan" .*; line 1, .*"Inf"/],
    ["NaN", "a,b\n1,2\n3,NaN", /line 3, column 2 \(b\): "NaN" is not a finite number/],
    ["infinity", "a,b\n-Infinity,2\n3,1", /line 2, column 1 \(a\): "-Infinity" is not a finite number/],
    [
      "a number beyond the range of doubles",
      "a,b\n1e999,2\n3,1",
      /line 2, column 1 \(a\): 1e999 is too large/,
    ],
    ["a hexadecimal number", "a,b\n0x10,2\n3,1", /line 2, column 1 \(a\): "0x10" is not a number/],
    ["an empty cell", "a,b\n1,\n3,1", /line 2, column 2 \(b\) is empty/],
    ["a short row", "a,b\n1,2\n\n3\n4,5", /line 4 has 1 cell, not 2/],
    ["a long row", "a,b\n1,2\n3,4,5", /line 3 has 3 cells, not 2/],
    ["line numbers after a quoted line break", 'a,b\n"\n1",2\n3,x', /line 4, column 2 \(b\)/],
    [
      "several bad rows",
      "a,b\n1,x\n,2\n3\n4,5",
      /line 2, .*; line 3, column 1 \(a\) is empty; line 4 has 1 cell/,
    ],
    ["an open quote", 'a,b\n1,"2\n', /^t is not CSV: .*line 2/],
    ["one row", "a,b\n1,2", /^t has 1 row of numbers; at least 2/],
    ["a header alone", "a,b\n", /^t has 0 rows/],
    ["nothing", "\n\n", /^t is empty/],
    ["a constant column", "a,b\n1,2\n3,2\n4,2", /^t: column 2 \(b\) is 2 in every row; remove/],
  ])("%s is refused", (_, text, message) => {
    expect(() => parseCsv(text, "t")).toThrow(message);
    expect(() => parseCsv(text, "t")).toThrow(UserError);
  });

  test("many bad rows give one short line", () => {
    const text = `a\n${"bad\n".repeat(1000)}`;
    expect(() => parseCsv(text, "t")).toThrow(
      /^t: line 2,[^\n]{0,400}; and 995 more; correct or remove these lines$/,
    );
  });

  test("a missing file, a directory and a picture are refused", () => {
    const picture = join(directory, "picture.csv");
    writeFileSync(picture, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe));
    expect(() => readCsv(join(directory, "none.csv"))).toThrow(/cannot read .*none\.csv: no such file/);
    expect(() => readCsv(directory)).toThrow(/it is a directory/);
    expect(() => readCsv(picture)).toThrow(/not a text file in UTF-8/);
  });
});

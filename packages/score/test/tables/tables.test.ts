import {
  column,
  type Reading,
  readTable,
  remarkText,
  type Table,
  TableError,
  writeTable,
} from "@scoretape/score/tables";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/runs.ts";

const finite = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(-0));

/** Tables with names from some texts. */
function tables(name: fc.Arbitrary<string>, fewestRows = 0): fc.Arbitrary<Table> {
  return fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: fewestRows, max: 8 }))
    .chain(([width, rows]) =>
      fc.record({
        columns: fc.uniqueArray(name, { minLength: width, maxLength: width }),
        rows: fc.constant(rows),
        values: fc
          .array(finite, { minLength: width * rows, maxLength: width * rows })
          .map((all) => Float64Array.from(all)),
      }),
    );
}

const anyName = fc
  .string({ unit: "grapheme", minLength: 1 })
  .filter((name) => !/[^\P{Cc}\t\n\r]/u.test(name));
const separators = [",", ";", "\t", "|", " "] as const;
const forms = fc.record({
  decimal: fc.constantFrom("." as const, "," as const),
  header: fc.boolean(),
  lineEnd: fc.constantFrom("\n" as const, "\r\n" as const, "\r" as const),
  quotes: fc.constantFrom("needed" as const, "all" as const),
});

describe("reading what was written", () => {
  test("gives the same table, between all delimiters, decimal signs, line ends and quotes", () => {
    fc.assert(
      fc.property(
        tables(anyName),
        fc.constantFrom(...separators, ":", "^", "]", "\\"),
        forms,
        (table, delimiter, form) => {
          const { decimal, header } = form;
          const text = writeTable(table, { delimiter, ...form });
          fc.pre(table.rows > 0 || header);
          const { columns, rows, values } = readTable(text, { delimiter, decimal, header }).table;
          expect(columns).toEqual(header ? table.columns : table.columns.map((_, j) => `x${j + 1}`));
          expect([rows, values]).toEqual([table.rows, table.values]);
        },
      ),
      runs(500),
    );
  });

  test("gives the same table without a word on its form", () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(tables(names, 3), fc.constantFrom(...separators), forms, (table, delimiter, form) => {
        // One column of numbers with decimal commas is two columns, and names tell one from the other.
        fc.pre(form.decimal === "." || delimiter !== ",");
        const read = readTable(writeTable(table, { delimiter, ...form, header: true }));
        expect(read.table).toEqual(table);
        expect(read.reading.header).toBe(true);
        const told = read.remarks.map((remark) => remarkText(remark)).join("\n");
        if (table.columns.length > 1) {
          expect(read.reading.delimiter).toBe(delimiter);
          expect(/between cells/.test(told)).toBe(delimiter !== ",");
        }
        expect(/as decimal sign/.test(told)).toBe(read.reading.decimal === ",");
      }),
      runs(500),
    );
  });

  test("gives the same table whatever line ends are mixed, and with blank lines between", () => {
    const ends = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\r", "\r\n \t\r\n");
    fc.assert(
      fc.property(tables(fc.stringMatching(/^[a-z]{1,8}$/), 3), fc.infiniteStream(ends), (table, stream) => {
        const text = writeTable(table).replaceAll("\n", () => stream.next().value ?? "\n");
        expect(readTable(text).table).toEqual(table);
      }),
      runs(200),
    );
  });

  test("gives the names and the guess of a text that lacks them", () => {
    const text = writeTable(
      { columns: ["a", "b"], rows: 3, values: Float64Array.of(3, 1, 0.5, 2, 7, 4) },
      { header: false },
    );
    const { table, remarks } = readTable(text);
    expect(table.columns).toEqual(["x1", "x2"]);
    expect(remarks.map((remark) => remarkText(remark))).toEqual([
      "no line names the columns, which are called x1, x2, …",
    ]);
    expect(readTable(text, { header: false }).remarks).toEqual([]);
    expect(readTable(text, { header: true }).table.columns).toEqual(["3", "1"]);
  });
});

function rowsOf(text: string | Uint8Array, reading: Reading): unknown {
  const { columns, values } = readTable(text, reading).table;
  return [columns.join(), ...values];
}

describe("what is asked for", () => {
  test.each<[string, string | Uint8Array, Reading, unknown]>([
    ["a decimal sign", "a,b\n1,5\n2,5\n", { decimal: "," }, ["a,b", 1, 5, 2, 5]],
    ["a decimal sign and a delimiter", "a\n1,5\n2,5\n", { decimal: ",", delimiter: ";" }, ["a", 1.5, 2.5]],
    ["a decimal point against the guess", "a;b\n1,5;2\n2.5;3\n", { decimal: ".", drop: ["a"] }, ["b", 2, 3]],
    [
      "a decimal comma in one column without a name",
      "1,5\n2,25\n",
      { decimal: ",", header: false },
      ["x1", 1.5, 2.25],
    ],
    ["a delimiter", "a:b\n1:5\n2:6\n", { delimiter: ":" }, ["a,b", 1, 5, 2, 6]],
    ["blanks as delimiters", "a b\n1 \t 5\n 2 6 \n", { delimiter: " " }, ["a,b", 1, 5, 2, 6]],
    ["a header of numbers", "1,2\n3,4\n5,6\n", { header: true }, ["1,2", 3, 4, 5, 6]],
    [
      "no header of numbers",
      "2019,2020\n0.5,1.5\n2.5,3.5\n1.5,1.25\n",
      { header: false },
      ["x1,x2", 2019, 2020, 0.5, 1.5, 2.5, 3.5, 1.5, 1.25],
    ],
    [
      "comments of another kind",
      "// by hand\na,b\n1,2\n// later\n3,4\n",
      { comment: "//" },
      ["a,b", 1, 2, 3, 4],
    ],
    [
      "gaps of another kind",
      "a,b\n1,?\n2,3\n4,x y\n5,6\n",
      { missing: ["?", "x y"], gaps: "drop" },
      ["a,b", 2, 3, 5, 6],
    ],
    [
      "a number that is a gap",
      "a,b\n1,-999\n2,3\n4,-9.99e2\n5,6\n",
      { missing: ["-999"], gaps: "drop" },
      ["a,b", 2, 3, 5, 6],
    ],
    [
      "a number with a decimal comma that is a gap",
      "a;b\n1;-999,0\n2,5;3\n",
      { missing: ["-999"], gaps: "drop" },
      ["a,b", 2.5, 3],
    ],
    ["rows without gaps", "a,b\n1,\n2,3\nNA,4\n5,6\n", { gaps: "drop" }, ["a,b", 2, 3, 5, 6]],
    ["gaps in columns that are left out", "a,b\n1,\n2,3\n", { drop: ["b"] }, ["a", 1, 2]],
    ["some columns in an order", "a,b,c\n1,x,3\n4,y,6\n", { columns: ["c", "a"] }, ["c,a", 3, 1, 6, 4]],
    ["all but some columns", "id,a,name\n1,2,x\n2,4,y\n", { drop: ["id", "name"] }, ["a", 2, 4]],
    ["all but columns that may be missing", "id,a\n1,2\n2,4\n", { ignore: ["id", "name"] }, ["a", 2, 4]],
    ["one of two columns of one name", "a,b,b\n1,2,3\n4,5,6\n", { columns: ["a"] }, ["a", 1, 4]],
    [
      "bytes that only begin as UTF-16 does",
      Uint8Array.of(0xff, 0x0a, 0x31, 0x0a, 0x32, 0x0a),
      {},
      ["ÿ", 1, 2],
    ],
    ["an encoding", Uint8Array.of(0xe9, 0x0a, 0x31, 0x0a), { encoding: "windows-1252" }, ["é", 1]],
  ])("%s", (_, text, reading, rows) => {
    expect(rowsOf(text, reading)).toEqual(rows);
  });

  test.each<[string, string, Reading, RegExp]>([
    [
      "a column that is not there",
      "a,b\n1,2\n",
      { drop: ["c"] },
      /^readTable: there is no column "c" to leave out; the columns are a and b$/,
    ],
    [
      "a column to take that is not there",
      "a,b\n1,2\n",
      { columns: ["c"] },
      /there is no column "c" to take/,
    ],
    ["a column twice", "a,b\n1,2\n", { columns: ["a", "a"] }, /column a is asked for twice/],
    ["an ambiguous column", "a,a\n1,2\n", { columns: ["a"] }, /columns 1 and 2 are both named "a"/],
    ["no column", "a,b\n1,2\n", { drop: ["a", "b"] }, /no column is left/],
    [
      "another decimal sign for a cell",
      "a;b\n1,5;2\n2.5;3\n3;1\n",
      { decimal: "." },
      /line 2, column 1, a: "1,5" is not a number with "." as decimal sign; .* \{ decimal: "," \}$/,
    ],
    [
      "another decimal sign for a column",
      "a;b\n1,5;2\n2,5;3\n",
      { decimal: "." },
      /column 1, a, holds numbers with "," as decimal sign .* say so with \{ decimal: "," \}, or drop it/,
    ],
    [
      "a wrong delimiter",
      "a,b\n1,5\n2,5\n",
      { delimiter: ";" },
      /column 1, "a,b", .*no column of numbers is left|holds numbers with "," as decimal sign/,
    ],
    [
      "rows of which none is left",
      "a,b\n1,\n,2\n,3\n",
      { gaps: "drop" },
      /3 of 3 rows have gaps .*: no row is left; drop the emptiest column with \{ drop: \["a"\] \}/,
    ],
  ])("%s is refused", (_, text, reading, message) => {
    expect(() => readTable(text, reading)).toThrow(TableError);
    expect(() => readTable(text, reading)).toThrow(message);
  });

  test("is not told as a guess", () => {
    const text = "# x\na;b\n1,5;2\n2,5;3\n";
    const { reading, remarks } = readTable(text);
    expect(remarks).toHaveLength(1);
    expect(reading).toEqual({ delimiter: ";", decimal: ",", header: true, comment: "#", encoding: "utf-16" });
    expect(readTable(text, { delimiter: ";", decimal: ",", header: true, comment: "#" }).remarks).toEqual([]);
  });
});

describe("guesses", () => {
  test("come from many lines, not from the first", () => {
    const body = Array.from({ length: 50 }, (_, i) => `${i * i},${(i * 7) % 5}`).join("\n");
    expect(readTable(`a;b,c\n${body}\n`).table.columns).toEqual(["a;b", "c"]);
    expect(readTable(`first;line;of;titles\na,b\n${body}\n`).table.columns).toEqual(["a", "b"]);
    expect(() => readTable("3\n1,2\n4,5\n6,7\n")).toThrow(/line 1 has 1 cell, not 2/);
    expect(() => readTable("2020-01-01;1,234.5\n2020-01-02;2,345.5\n")).toThrow(
      /column 1, .* holds dates .*column 2, .* holds numbers with separators between thousands/,
    );
    const late = `a;b\n${"1;2\n".repeat(500)}1,5;2\n`;
    expect(readTable(late).table.values.at(-2)).toBe(1.5);
  });

  test.each<[string, string, boolean]>([
    ["years above fractions", "2019,2020\n1.5,2.5\n3.5,1.5\n2.25,2.75", true],
    ["years above small numbers", "2019,2020\n13,15\n12,17\n19,11", true],
    ["years above large numbers", "2019,2020,2021\n1300,15000,900\n12000,170,2100\n1900,1100,700", true],
    [
      "years apart, above large numbers",
      "2000,2010,2015\n1300,15000,900\n12000,170,2100\n1900,1100,700",
      true,
    ],
    ["years beside a title", "country,2019,2020\nFrance,1300,900\nItaly,12000,2100\nSpain,1900,70", true],
    ["years above years", "2019,2020,2021\n1999,2000,2001\n2001,2002,2003\n1998,1999,2000", false],
    ["years beside a text that recurs", "a,2019,2020\na,1300,900\nb,12000,2100\na,1900,70", false],
    ["one year above fractions", "2019\n1.5\n2.5\n0.5", true],
    ["one whole number above fractions", "7\n1.5\n2.5\n0.5", false],
    ["a run from 0 above fractions", "0,1\n1.5,2.5\n3.5,1.5\n2.25,2.75", true],
    ["a run from 0 outside whole numbers", "0,1\n5,7\n3,2\n4,9", true],
    ["a run from 0 within whole numbers", "0,1\n5,0\n0,2\n4,9", false],
    ["a run from 0 that goes on below", "0,1\n1,2\n2,4\n3,8", false],
    ["a longer run above whole numbers", "1,2,3\n5,0,4\n2,2,1\n4,9,0", true],
    ["a comment of numbers", "# 7 8\n0.5 1.5\n2.5 0.25", false],
    ["a comment of names", "# t v\n0.5 1.5\n2.5 0.25", true],
    ["a run above runs", "1,2,3\n4,5,6\n7,8,9\n2,3,4", false],
    ["a run above too few rows to tell", "1,2,3\n5,1,7\n8,2,1", false],
    ["numbers that are not all different", "1,1\n0.5,0.25\n0.75,0.5\n1.5,1.25", false],
    ["numbers with fractions", "0.5,1\n5.5,7.5\n3.5,2.5\n4.5,9.5", false],
    ["a blank place above an index", ",0,1\n0,5,7\n1,3,2", true],
    ["a gap above a column with gaps", ",1,2\n,5,7\n1,3,1\n2,4,4", false],
    ["numbers that alone are in quotes", '"1","3"\n0,5\n3,2', true],
    ["numbers that are in quotes as all are", '"1","3"\n"0","5"\n"3","2"', false],
  ])("of a header: %s", (_, text, isHeader) => {
    expect(
      readTable(text, {
        gaps: "drop",
        ...(/^[a-z]/.test(text) ? { ignore: ["country", "x1"] } : {}),
      }).reading.header,
    ).toBe(isHeader);
  });

  test("of a header of numbers need numbers that are unlike their columns", () => {
    const header = (text: string): boolean => readTable(text).reading.header === true;
    const like = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(like, (rows) => {
        expect(header(rows.map((row) => row.join()).join("\n"))).toBe(false);
      }),
      runs(200),
    );
    const unlike = fc.array(
      fc.tuple(fc.double({ min: 0.1, max: 99, noNaN: true }), fc.double({ min: 0.1, max: 99, noNaN: true })),
      { minLength: 3, maxLength: 20 },
    );
    fc.assert(
      fc.property(unlike, fc.integer({ min: 1800, max: 2050 }), (rows, year) => {
        fc.pre(rows.flat().every((value) => !Number.isInteger(value)));
        expect(header([[year, year + 1], ...rows].map((row) => row.join()).join("\n"))).toBe(true);
      }),
      runs(200),
    );
  });

  test("never depend on values beyond the width of their columns: a row of another length is refused by its line", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 4, max: 30 }),
        fc.nat(),
        fc.constantFrom(-1, 1),
        (width, rows, at, more) => {
          const names = Array.from({ length: width }, (_, j) => `c${j}`);
          const lines = Array.from({ length: rows }, (_, i) =>
            Array.from({ length: width }, (_, j) => (i * 31 + j * 17) % 101),
          );
          const odd = at % rows;
          lines[odd] = more === 1 ? [...(lines[odd] ?? []), 5] : (lines[odd] ?? []).slice(1);
          const text = [names, ...lines].map((line) => line.join()).join("\n");
          expect(() => readTable(text)).toThrow(
            new RegExp(
              `^readTable: line ${odd + 2} has ${width + more} cells?, not ${width}: correct or remove it$`,
            ),
          );
        },
      ),
      runs(100),
    );
  });
});

describe("lines", () => {
  const nameOfLine = (text: string): number => {
    try {
      readTable(text);
    } catch (error) {
      return Number(/line (\d+),/.exec(String(error))?.[1]);
    }
    return 0;
  };

  test("are counted as an editor counts them, whatever their ends and wherever they are in quotes", () => {
    const end = fc.constantFrom("\n", "\r\n", "\r");
    const cell = fc.oneof(
      fc.constantFrom("1", "2.5", '"3"'),
      end.map((mark) => `"${mark}7"`),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, end), { minLength: 3, maxLength: 9 }),
        end,
        fc.nat(),
        (rows, first, at) => {
          const before = at % rows.length;
          const lines = rows.map(([a, b, mark], i) => `${a},${i === before ? "bad" : b}${mark}`);
          const text = [`a,b${first}`, ...lines].join("");
          const above = text.slice(0, text.indexOf(lines[before] ?? "", text.indexOf(first)));
          fc.pre(lines.indexOf(lines[before] ?? "") === before);
          expect(nameOfLine(text)).toBe(above.split(/\r\n|\r|\n/).length);
        },
      ),
      runs(300),
    );
  });

  test("are read in any number", () => {
    const rows = 5000;
    const table = {
      columns: ["a", "b"],
      rows,
      values: Float64Array.from({ length: 2 * rows }, (_, i) => (i * 7919) % 104729),
    };
    expect(readTable(writeTable(table)).table).toEqual(table);
  });

  test("that often differ in length may be cut at the wrong places", () => {
    const text = "a b;c\nx,y;1\nx;2\nx,y,z;3\n";
    expect(() => readTable(text, { delimiter: "," })).toThrow(TableError);
    const odd = [
      "a,b",
      ...Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `${i},1,2` : `${i},${i * i}`)),
    ].join("\n");
    expect(() => readTable(odd)).toThrow(
      /line 2 has 3 cells, line 5 has 3, line 8 has 3 and line 11 has 3, not 2, with "," between cells: correct or remove them, or say what else is between cells, such as \{ delimiter: ";" \}$/,
    );
  });
});

describe("columns that may number the rows", () => {
  const warned = (values: readonly number[]): string[] =>
    readTable(["a,b", ...values.map((value, i) => `${value},${(i * 7) % 5}`)].join("\n")).remarks.map(
      (remark) => remarkText(remark),
    );

  test.each<[string, readonly number[], RegExp | null]>([
    [
      "three that rise by 1",
      [7, 8, 9],
      /^column 1, a, rises by 1 from row to row: if it numbers the rows, drop it with \{ drop: \["a"\] \}$/,
    ],
    ["two", [7, 8], null],
    [
      "eight that rise",
      [1, 2, 4, 7, 11, 12, 20, 21],
      /^column 1, a, holds whole numbers that rise from row to row: if it numbers/,
    ],
    ["seven that rise", [1, 2, 4, 7, 11, 12, 20], null],
    ["eight that rise, but once", [1, 2, 4, 4, 11, 12, 20, 21], null],
    ["eight that rise by fractions", [1, 2, 4.5, 7, 11, 12, 20, 21], null],
    ["eight that fall", [8, 7, 6, 5, 4, 3, 2, 1], null],
  ])("%s", (_, values, message) => {
    const remarks = warned(values);
    if (message === null) expect(remarks).toEqual([]);
    else expect(remarks).toEqual([expect.stringMatching(message)]);
  });

  test("have a name that no other has", () => {
    expect(readTable(",x1,b\n5,1,2\n3,3,1\n").table.columns).toEqual(["x1_", "x1", "b"]);
  });
});

describe("columns at fault", () => {
  test("are told all at once, and dropping what is said reads the rest", () => {
    const kinds = fc.constantFrom(
      () => "red",
      () => "2020-01-02",
      () => "true",
      () => "12:30",
      () => "",
      (i: number) => `${(i * 7) % 11}.5`,
    );
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 3, max: 9 }),
        (columns, rows) => {
          const lines = Array.from({ length: rows }, (_, i) =>
            ["n0", ...columns.map((kind) => kind(i))]
              .map((cell, j) => (j === 0 ? `${(i * 5) % 7}.25` : cell))
              .join(),
          );
          const text = [["n0", ...columns.map((_, j) => `c${j}`)].join(), ...lines].join("\n");
          try {
            readTable(text);
          } catch (error) {
            if (!(error instanceof TableError)) throw error;
            const [told] = error.remark.flatMap((part) => (typeof part === "string" ? [] : [part]));
            expect(told?.drop?.length).toBeGreaterThan(0);
            expect(readTable(text, told).table.columns).toHaveLength(
              columns.length + 1 - (told?.drop?.length ?? 0),
            );
          }
        },
      ),
      runs(200),
    );
  });

  test("are many: the columns of numbers are named instead", () => {
    const names = Array.from({ length: 100 }, (_, j) => `c${j}`);
    const line = names.map((_, j) => (j < 60 ? "red" : `${j}.5`)).join();
    expect(() => readTable([names.join(), line, line].join("\n"))).toThrow(
      /and 48 more are text .*: take the columns of numbers with \{ columns: \["c60", /,
    );
  });
});

describe("arguments", () => {
  test.each([
    [undefined, {}, /^readTable: the input is a value of type undefined, not a text or its bytes/],
    [null, {}, /^readTable: the input is null/],
    [["a"], {}, /^readTable: the input is a value of type object/],
    ["a\n1", null, /^readTable: the options are null, not an object/],
    ["a\n1", { delimeter: ";" }, /^readTable: there is no option "delimeter"; there are delimiter, /],
    ["a\n1", { delimiter: ";;" }, /^readTable: delimiter is ";;"; it is one character/],
    ["a\n1", { delimiter: "x" }, /^readTable: delimiter is "x"/],
    ["a\n1", { delimiter: "\n" }, /^readTable: delimiter is "\\n"/],
    ["a\n1", { decimal: "'" }, /^readTable: decimal is "'"; it is "\." or ","/],
    ["a\n1", { header: "yes" }, /^readTable: header is "yes"; it is true or false/],
    ["a\n1", { comment: "" }, /^readTable: comment is ""/],
    ["a\n1", { missing: "NA" }, /^readTable: missing is "NA"; it is a list/],
    ["a\n1", { columns: [] }, /^readTable: columns is \[\]; it is a list of at least one text/],
    ["a\n1", { drop: [1] }, /^readTable: drop is \[1\]/],
    ["a\n1", { gaps: "hold" }, /^readTable: gaps is "hold"; it is "refuse", "drop" or "keep"/],
  ])("%j, %j", (input, reading, message) => {
    expect(() => Reflect.apply(readTable, undefined, [input, reading])).toThrow(message);
  });

  const good = { columns: ["a"], rows: 2, values: Float64Array.of(1, 2) };
  test.each<[string, (...values: never[]) => unknown, unknown[], RegExp]>([
    ["no table", writeTable, [undefined], /^\w+: writeTable: the table's columns are no list of texts/],
    [
      "columns that are no texts",
      writeTable,
      [{ ...good, columns: [1] }],
      /^\w+: writeTable: the table's columns/,
    ],
    [
      "values of another kind",
      writeTable,
      [{ ...good, values: [1, 2] }],
      /^\w+: writeTable: the table's values are no Float64Array/,
    ],
    [
      "too few values",
      writeTable,
      [{ ...good, rows: 3 }],
      /^\w+: writeTable: the table has 2 values, which is not 3 rows of 1 columns/,
    ],
    ["half a row", writeTable, [{ ...good, rows: 0.5 }], /^\w+: writeTable: the table has 2 values/],
    ["no options", writeTable, [good, null], /^\w+: writeTable: the options are null/],
    [
      "an unknown option",
      writeTable,
      [good, { sep: ";" }],
      /^\w+: writeTable: there is no option "sep"; there are delimiter, decimal, header, lineEnd/,
    ],
    [
      "another line end",
      writeTable,
      [good, { lineEnd: ";" }],
      /^\w+: writeTable: lineEnd is ";"; it is "\\n", "\\r\\n" or "\\r"/,
    ],
    ["no digits", writeTable, [good, { digits: 0 }], /^\w+: writeTable: digits is 0; it is a whole number/],
    ["a column of no table", column, [null, 0], /^\w+: column: the table's columns/],
    [
      "a column that is not there",
      column,
      [good, 1],
      /^\w+: column: there is no column 1 in a table of 1 columns/,
    ],
    ["no column", column, [good], /^\w+: column: there is no column undefined/],
    ["no remark", remarkText, [undefined], /^\w+: remarkText: give a remark/],
    ["no words", remarkText, [["a"], "b"], /^\w+: remarkText: give a remark/],
  ])("%s", (_, call, values, message) => {
    let told = "";
    try {
      Reflect.apply(call, undefined, values);
    } catch (error) {
      told = String(error);
    }
    expect(told).toMatch(message);
  });

  test("values that are no numbers are not written", () => {
    const table = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 2, 3, Number.NaN) };
    expect(() => writeTable(table)).toThrow(
      "writeTable: row 2, column 2, b, is NaN; a cell is a finite number",
    );
  });

  test("numbers are rounded as asked", () => {
    const table = { columns: ["a", "b, c"], rows: 2, values: Float64Array.of(1 / 3, 2e-7, 30000, -4) };
    expect(writeTable(table, { digits: 4 })).toBe('a,"b, c"\n0.3333,2e-7\n30000,-4\n');
  });
});

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

test("Windows-1252 is what the standard says it is, on every Node", () => {
  // https://encoding.spec.whatwg.org/index-windows-1252.txt; bytes that stand for control characters, and the space
  // that does not break, which is none of a name, are left out.
  const high = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
  const bytes = Array.from({ length: 128 }, (_, i) => 128 + i);
  const expected = bytes.map((byte) =>
    byte < 160 ? high[byte - 128] : byte === 160 ? " " : String.fromCharCode(byte),
  );
  const known = bytes.filter((_, i) => expected[i] !== " ");
  const { table } = readTable(
    Uint8Array.of(
      ...known.flatMap((byte) => [byte, 0x2c]),
      0x7a,
      0x0a,
      ...known.flatMap(() => [0x31, 0x2c]),
      0x32,
      0x0a,
    ),
    {
      encoding: "windows-1252",
    },
  );
  expect(table.columns).toEqual([...expected.filter((character) => character !== " "), "z"]);
  const euros = Uint8Array.of(...Buffer.from("pr"), 0xe9, ...Buffer.from("is \x80,b\n1,2\n3,4\n", "latin1"));
  expect(readTable(euros).table.columns).toEqual(["préis €", "b"]);
});

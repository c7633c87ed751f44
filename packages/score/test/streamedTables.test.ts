import { type Reading, type ReadTable, readTable, TableError } from "@scoretape/score/tables";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";

type Outcome = ReadTable | { readonly remark: TableError["remark"] };

function outcome(input: Parameters<typeof readTable>[0], reading: Reading): Outcome {
  try {
    return readTable(input, reading);
  } catch (error) {
    if (error instanceof TableError) return { remark: error.remark };
    throw error;
  }
}

/** Bytes cut at some places, empty parts among them. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = places.map((place) => Math.floor(place * (bytes.length + 1))).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 12 });
const utf8 = new TextEncoder();
/** Pieces of tables, sound and unsound: quotes open, doubled and out of place, line ends of all kinds, control characters. */
const piece = fc.constantFrom(
  ...[
    "1",
    "2.5",
    "-3e2",
    ",",
    ",",
    ",",
    ";",
    "\t",
    " ",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    '"',
    '""',
    '"7"',
    "#",
  ],
  ...[
    "größe",
    "µ",
    "€",
    "漢",
    "🙂",
    "\ufffd",
    "NA",
    "a",
    "sep=;\n",
    "x,y\r\n1,2\r\n3,4\r\n",
    '"a\r\nb"',
    "\u0001",
  ],
);
const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
const readings = fc.constantFrom<Reading>(
  {},
  { gaps: "drop" },
  { header: true },
  { delimiter: ";" },
  { comment: "#" },
);

describe("a table that comes in parts", () => {
  test("is read as in one piece, wherever the cuts are: values, names, guesses, errors with their lines", () => {
    fc.assert(
      fc.property(texts, readings, places, (text, reading, at) => {
        const bytes = utf8.encode(text);
        expect(outcome(cut(bytes, at), reading)).toEqual(outcome(bytes, reading));
      }),
      runs(600),
    );
  });

  test("and byte by byte", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = utf8.encode(text);
        expect(
          outcome(
            Array.from(bytes, (byte) => Uint8Array.of(byte)),
            {},
          ),
        ).toEqual(outcome(bytes, {}));
      }),
      runs(200),
    );
  });

  test("as text too, in UTF-16, and in what is no UTF-8", () => {
    fc.assert(
      fc.property(texts, places, fc.boolean(), (text, at, isWide) => {
        const bytes = isWide
          ? new Uint8Array(Uint16Array.from(`\ufeff${text}`, (_, i) => `\ufeff${text}`.charCodeAt(i)).buffer)
          : Uint8Array.from([...utf8.encode(text), 0xe9, 0x0a]);
        expect(outcome(cut(bytes, at), {})).toEqual(outcome(bytes, {}));
      }),
      runs(200),
    );
  });

  test("a cell over many parts is put together", () => {
    const long = `"${"a\r\n".repeat(5000)}"`;
    const bytes = utf8.encode(`x,y\r\n1,2\r\n3,${long}\r\n5,6\r\n`);
    const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
      bytes.subarray(7 * i, 7 * i + 7),
    );
    expect(outcome(parts, {})).toEqual(outcome(bytes, {}));
  });

  test("parts must be bytes that can be read again", () => {
    const one = (function* () {
      yield utf8.encode("1\n2\n");
    })();
    expect(() => readTable(one)).toThrow(/an iterator, which can be read only once; give a list/);
    const texts: unknown = ["1\n2\n"];
    expect(() => Reflect.apply(readTable, null, [texts])).toThrow(
      /a value of type object, not a text or its bytes/,
    );
  });
});

import { columnsOf, selected } from "./columns.ts";
import { decode } from "./decode.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { layoutRemarks } from "./layoutRemarks.ts";
import { checkReading, type Reading } from "./reading.ts";
import type { Remark } from "./remark.ts";
import { type ColumnFacts, type Scan, scan } from "./scan.ts";

/** What one pass over a text tells of it. */
export interface Survey {
  readonly text: Iterable<string>;
  readonly layout: Layout;
  readonly facts: Scan;
  /** The columns but for such as delimiters at the end of every line make. */
  readonly kept: readonly ColumnFacts[];
  /** What was asked for, and what was guessed. */
  readonly reading: Reading;
  /** What was guessed that is not plain. */
  readonly remarks: readonly Remark[];
}

/** Looks through a text for a function of that name. @throws TableError | TypeError | RangeError */
export function survey(
  name: string,
  input: string | Uint8Array | Iterable<Uint8Array>,
  reading: Reading,
): Survey {
  checkInput(name, input);
  checkReading(name, reading);
  const bytes = input instanceof Uint8Array ? [input] : input;
  const { text, encoding, guess } = decode(bytes, reading.encoding);
  const layout = layoutOf(text, reading);
  const columns = selected(columnsOf(layout.header), reading);
  const facts = scan(text, layout, columns, reading);

  // What a delimiter at the end of every line makes.
  const isBlank = ({ column, numbers, faults }: ColumnFacts): boolean =>
    !column.isNamed && reading.columns === undefined && facts.rows > 0 && numbers + faults === 0;
  const { delimiter, decimal, comment, header } = layout;
  return {
    text,
    layout,
    facts,
    kept: facts.columns.filter((column) => !isBlank(column)),
    reading: {
      ...reading,
      delimiter,
      decimal,
      header: header.names !== null,
      encoding,
      ...(comment === undefined ? {} : { comment }),
    },
    remarks: layoutRemarks(layout, reading, guess),
  };
}

/** Throws unless the input is a text, bytes, or parts of bytes that can be read again. */
function checkInput(name: string, input: unknown): void {
  if (typeof input === "string" || input instanceof Uint8Array) return;
  const wanted = "not a text or its bytes (a Uint8Array, or a list of them)";
  if (!isIterable(input)) {
    throw new TypeError(
      `${name}: the input is ${input === null ? "null" : `a value of type ${typeof input}`}, ${wanted}`,
    );
  }
  if (Object.is(input[Symbol.iterator](), input)) {
    throw new TypeError(
      `${name}: the input is an iterator, which can be read only once; give a list of Uint8Arrays`,
    );
  }
  for (const part of input) {
    if (part instanceof Uint8Array) break;
    throw new TypeError(`${name}: the input is a value of type object, ${wanted}`);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, Symbol.iterator) === "function"
  );
}

import { type Decimal, hasThousands, isInfinite, kindOf, looksMissing, numberOf } from "./cells.ts";
import { labelOf, labelsOf } from "./columns.ts";
import { type Layout, nameOfDelimiter } from "./layout.ts";
import { counted, listed, quoted, type Remark } from "./remark.ts";
import { type Cell, type ColumnFacts, mostCases, type Scan } from "./scan.ts";

/** A column is at fault as a whole if more of its cells are text than numbers, or none of them is filled. */
export function isWholeFault({ faults, numbers, gaps }: ColumnFacts): boolean {
  return faults > numbers || (numbers === 0 && gaps > 0);
}

/** Rows that are longer or shorter than the others; the fault of the delimiter where there are many. */
export function raggedRows({ rows, ragged, firstRagged }: Scan, { header, delimiter }: Layout): Remark[] {
  if (ragged === 0) return [];
  const cases = firstRagged.map(
    ({ line, cells }, i) => `line ${line} has ${i === 0 ? counted(cells, "cell") : cells}`,
  );
  const rest = ragged - cases.length;
  const what = `${rest > 0 ? `${cases.join(", ")} and ${rest} more lines` : listed(cases)}, not ${header.width}`;
  const remedy = `correct or remove ${ragged === 1 ? "it" : "them"}`;
  if (ragged < 3 || ragged < 0.2 * rows) return [[`${what}: ${remedy}`]];
  const other = delimiter === ";" ? "," : ";";
  return [
    [
      `${what}, with ${nameOfDelimiter(delimiter)} between cells: ${remedy}, or say what else is between cells, such as `,
      { delimiter: other },
    ],
  ];
}

/** Columns at fault as a whole, all at once, with what leaves them all out; `numbers` are the names of those that are not. */
export function wholeColumns(
  faulty: readonly ColumnFacts[],
  numbers: readonly string[],
  decimal: Decimal,
): Remark[] {
  if (faulty.length === 0) return [];
  const groups = new Map<string, ColumnFacts[]>();
  for (const facts of faulty) {
    const kind = facts.faults === 0 ? "empty" : kindOfColumn(facts, decimal);
    groups.set(kind, [...(groups.get(kind) ?? []), facts]);
  }
  const sentences = [...groups].map(([kind, group]) => {
    const isAdjective = ["empty", "text", "true or false"].includes(kind);
    const verb = group.length === 1 ? (isAdjective ? "is" : "holds") : isAdjective ? "are" : "hold";
    return `${labelsOf(group.map(({ column }) => column))} ${verb} ${kind}${examplesOf(group)}`;
  });
  const texts = faulty.map(({ column }) => column.name);
  const what = sentences.join("; ");
  if (numbers.length === 0 && !groups.has(otherKind(decimal)))
    return [[`${what}; no column of numbers is left`]];
  const remedy: Remark = groups.has(otherKind(decimal))
    ? ["say so with ", { decimal: otherSign(decimal) }, ", or "]
    : [groups.has(withThousands) ? "write these without separators, or " : ""];
  return texts.length > 20 && numbers.length < texts.length
    ? [[`${what}: `, ...remedy, "take the columns of numbers with ", { columns: numbers }]]
    : [[`${what}: `, ...remedy, `drop ${texts.length === 1 ? "it" : "them"} with `, { drop: texts }]];
}

/** Whether what is no number in a column seems to be one that is written otherwise, or to stand for gaps. */
export function isMiswritten({ texts }: ColumnFacts, decimal: Decimal): boolean {
  const cells = [...texts.keys()];
  return (
    cells.length > 0 &&
    (cells.every(looksMissing) || cells.every((cell) => hasThousands(cell) || isOther(cell, decimal)))
  );
}

function kindOfColumn({ texts }: ColumnFacts, decimal: Decimal): string {
  const cells = [...texts.keys()];
  if (cells.every(hasThousands)) return withThousands;
  return cells.every((cell) => isOther(cell, decimal)) ? otherKind(decimal) : kindOf(cells);
}

const withThousands = "numbers with separators between thousands";

function otherKind(decimal: Decimal): string {
  return `numbers with "${otherSign(decimal)}" as decimal sign`;
}

/** Whether a cell is a number if the decimal sign is the other one, and only then. */
function isOther(cell: string, decimal: Decimal): boolean {
  return Number.isNaN(numberOf(cell, decimal)) && !Number.isNaN(numberOf(cell, otherSign(decimal)));
}

/** ` ("Adelie" and "MALE" in line 2)` */
function examplesOf(columns: readonly ColumnFacts[]): string {
  const cells = columns
    .slice(0, mostCases)
    .flatMap(({ faulty: [first] }) => (first === undefined ? [] : [first]));
  const [line] = cells.map((cell) => cell.line);
  if (line === undefined) return "";
  if (cells.every((cell) => cell.line === line)) {
    return ` (${listed(cells.map(({ text }) => quoted(text)))} in line ${line})`;
  }
  return ` (${listed(cells.map((cell) => `${quoted(cell.text)} in line ${cell.line}`))})`;
}

/**
 * Cells in columns of numbers that are none: those that seem to stand for gaps by what they say, others by place.
 *
 * @param mayBeLabels - Whether a column may be said to hold labels.
 */
export function badCells(
  columns: readonly ColumnFacts[],
  { decimal, header }: Layout,
  mayBeLabels = false,
): Remark[] {
  const bad = columns.filter(({ faults }) => faults > 0);
  const marks = new Set(
    bad.filter(({ faults, texts }) => {
      const isComplete = [...texts.values()].reduce((sum, count) => sum + count, 0) === faults;
      return isComplete && [...texts.keys()].every(looksMissing);
    }),
  );
  const others = bad.filter((facts) => !marks.has(facts));
  return [
    ...seemingGaps([...marks]),
    ...placedCells(others, decimal, header.names === null ? header.start : null).map(
      (remark): Remark => [...remark, ...(mayBeLabels ? labelsRemark(others) : [])],
    ),
  ];
}

function seemingGaps(columns: readonly ColumnFacts[]): Remark[] {
  if (columns.length === 0) return [];
  const texts = [...new Set(columns.flatMap((facts) => [...facts.texts.keys()]))];
  const count = columns.reduce((sum, { faults }) => sum + faults, 0);
  const line = columns.reduce(
    (first, { faulty: [cell] }) => Math.min(first, cell?.line ?? first),
    Number.POSITIVE_INFINITY,
  );
  const cells = `${count === 1 ? "a cell" : `${count} cells`} of ${labelsOf(columns.map(({ column }) => column))}`;
  return [
    [
      `${cells} ${count === 1 ? "is" : "are"} ${listed(texts.map(quoted), " or ")} (line ${line}${count === 1 ? "" : " is the first"}): ` +
        `if ${texts.length === 1 ? "that is a gap" : "these are gaps"}, leave ${count === 1 ? "its row" : "their rows"} out with `,
      { missing: texts, gaps: "drop" },
    ],
  ];
}

function placedCells(columns: readonly ColumnFacts[], decimal: Decimal, firstLine: number | null): Remark[] {
  const cells = columns
    .flatMap(({ column, faulty }) => faulty.map((cell) => ({ ...cell, column })))
    .sort((a, b) => a.line - b.line || a.column.at - b.column.at)
    .slice(0, mostCases);
  if (cells.length === 0) return [];
  const rest = columns.reduce((sum, { faults }) => sum + faults, 0) - cells.length;
  const places = cells.map((cell) => `line ${cell.line}, ${labelOf(cell.column)}: ${faultOf(cell, decimal)}`);
  return [
    [`${places.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}; `, ...remedyOf(cells, decimal, firstLine)],
  ];
}

/** That columns may be labels of which most are numbers: a few texts come again and again. */
function labelsRemark(columns: readonly ColumnFacts[]): Remark {
  const names = columns
    .filter(({ faults, texts }) => texts.size < mostCases && faults >= 2 * texts.size)
    .map(({ column }) => column.name);
  if (names.length === 0) return [];
  return [
    `, or, if ${listed(names.map(quoted))} ${names.length === 1 ? "is a category" : "are categories"}, say so with `,
    { types: Object.fromEntries(names.map((name) => [name, "category"])) },
  ];
}

function faultOf({ text }: Cell, decimal: Decimal): string {
  if (isInfinite(text)) return `${quoted(text)} is not a finite number`;
  if (!Number.isNaN(numberOf(text, decimal))) return `${quoted(text)} is too large`;
  if (hasThousands(text)) return `${quoted(text)} has separators between thousands`;
  if (isOther(text, decimal)) {
    return `${quoted(text)} is not a number with "${decimal}" as decimal sign`;
  }
  return `${quoted(text)} is not a number`;
}

function remedyOf(cells: readonly Cell[], decimal: Decimal, firstLine: number | null): Remark {
  const other = otherSign(decimal);
  if (cells.every(({ text }) => isInfinite(text))) {
    return [
      "correct these cells, or, if they are gaps, say so with ",
      { missing: [...new Set(cells.map(({ text }) => text))] },
    ];
  }
  if (cells.some(({ text }) => isOther(text, decimal) && !hasThousands(text))) {
    return [`correct these cells, or, if "${other}" is the decimal sign, say so with `, { decimal: other }];
  }
  if (cells.every(({ line }) => line === firstLine)) {
    return ["correct this line, or, if it names the columns, say so with ", { header: true }];
  }
  return [
    `correct or remove ${new Set(cells.map(({ line }) => line)).size === 1 ? "this line" : "these lines"}`,
  ];
}

function otherSign(decimal: Decimal): Decimal {
  return decimal === "." ? "," : ".";
}

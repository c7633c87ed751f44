import { hasUnit, kindOf } from "../cells.ts";
import { shown } from "../columns.ts";
import type { Cells } from "../mixedTable.ts";
import { listed, quoted, type Remark } from "../remark.ts";
import { usedIn } from "./dateColumn.ts";

/** So many columns of text are named. */
const MOST_NAMED = 5;

/** That columns are text which may be labels or not. */
export function strangeRemark(columns: readonly { name: string; cells: Cells }[]): Remark {
  const kinds = ({ cells }: { cells: Cells }): string =>
    (cells.kind === "text" ? usedIn(cells) : []).length.toLocaleString("en");
  const shownColumns = columns.slice(0, MOST_NAMED).map((column, i) => {
    const { name, cells } = column;
    return `${shown(name)} (${kinds(column)} kinds${i === 0 ? ` in ${lengthOf(cells).toLocaleString("en")} rows` : ""})`;
  });
  const rest = columns.length - shownColumns.length;
  const which = rest > 0 ? `${shownColumns.join(", ")} and ${rest} more` : listed(shownColumns);
  const [is, them, are] =
    columns.length === 1 ? ["is", "it", "it is a category"] : ["are", "them", "they are categories"];
  return [
    `${which} ${is} text: drop ${them} with `,
    { drop: columns.map(({ name }) => name) },
    `, or, if ${are}, say so with `,
    { types: Object.fromEntries(columns.map(({ name }) => [name, "category"])) },
    ...columns.slice(0, MOST_NAMED).flatMap(({ name, cells }) => looksLike(name, cells)),
  ];
}

/** What texts that are not taken for numbers or dates may be all the same, and what to do about it. */
function looksLike(name: string, cells: Cells): Remark {
  const texts = cells.kind === "text" ? usedIn(cells) : [];
  const [first = ""] = texts;
  const [ofUnits] = unitRemarks(name, texts);
  if (ofUnits !== undefined) return ["; ", ...ofUnits];
  return kindOf(texts) === "dates"
    ? [
        `; ${shown(name)} has dates such as ${quoted(first)}, of no one usual form: write all in one, or say theirs with `,
        { types: { [name]: "date(YYYY-MM-DD)" } },
      ]
    : [];
}

/** That labels are numbers with a percent sign or a currency's. */
export function unitRemarks(name: string, texts: readonly string[]): Remark[] {
  const [first] = texts;
  if (first === undefined || !texts.every(hasUnit)) return [];
  return [
    [
      `${shown(name)} has numbers with a sign, such as ${quoted(first)}: write them without it to have them as numbers`,
    ],
  ];
}

function lengthOf(cells: Cells): number {
  return cells.kind === "number" ? cells.values.length : cells.codes.length;
}

import { shown, some } from "./columns.ts";
import { type Layout, nameOfDelimiter } from "./layout.ts";
import type { Reading } from "./reading.ts";
import { joined, listed, quoted, type Remark } from "./remark.ts";

/** What was guessed of a text and is not plain, as one remark; none if all is. */
export function layoutRemarks(layout: Layout, reading: Reading, encoding: Remark | null): Remark[] {
  const remarks = [
    ...(encoding === null ? [] : [encoding]),
    ...cellRemarks(layout, reading),
    ...lineRemarks(layout),
    ...headerRemarks(layout, reading),
  ];
  return remarks.length === 0 ? [] : [joined(remarks, "; ")];
}

function cellRemarks({ delimiter, decimal, header }: Layout, reading: Reading): Remark[] {
  const signs = [
    ...(delimiter === "," || reading.delimiter !== undefined || header.width < 2
      ? []
      : [`${nameOfDelimiter(delimiter)} between cells`]),
    ...(decimal === "." || reading.decimal !== undefined ? [] : [`"${decimal}" as decimal sign`]),
  ];
  return signs.length === 0 ? [] : [[`read with ${listed(signs)}`]];
}

function lineRemarks({ commentLines, comment, header: { skipped, doubt } }: Layout): Remark[] {
  const comments = commentLines - (doubt === "comment" ? 1 : 0);
  const [first, last] = [skipped[0], skipped.at(-1)];
  return [
    ...(comments > 0 ? [[`lines that begin with ${comment} are taken for comments`]] : []),
    ...(first === undefined || last === undefined
      ? []
      : [
          [
            `${first === last ? `line ${first.line}` : `lines ${first.line} to ${last.line}`} skipped (${quoted(first.cells.join(" "))})`,
          ],
        ]),
  ];
}

function headerRemarks({ header: { names, line, width, doubt } }: Layout, reading: Reading): Remark[] {
  if (reading.header !== undefined) return [];
  if (names === null) {
    return [
      [`no line names the column${width === 1 ? ", which is called x1" : "s, which are called x1, x2, …"}`],
    ];
  }
  const which = `line ${line} (${some(names.map(shown))})`;
  if (doubt === "short") return [[`line ${line} has no name for the first column`]];
  if (doubt === "comment") return [[`${which} taken for the names of the columns`]];
  return doubt === "numbers"
    ? [[`${which} taken for the names of the columns; if it is a row, say `, { header: false }]]
    : [];
}

import { shown } from "../columns.ts";
import { dateFormat } from "../kinds/dateFormat.ts";
import { linear } from "../kinds/scale.ts";
import { quoted, type Remark, TableError } from "../remark.ts";
import type { DateColumn } from "../schema.ts";
import type { TextCells } from "../texts.ts";
import { formatOf } from "./dates.ts";
import { marginalOf } from "./marginals.ts";
import type { Found } from "./numberColumn.ts";
import type { Marginals } from "./options.ts";
import { spread } from "./quantiles.ts";

/** A column of dates; null where its texts are none of one usual form. */
export function dateColumn(name: string, cells: TextCells, marginals: Marginals): Found<DateColumn> | null {
  const found = formatOf(usedIn(cells));
  if (found === null) return null;
  const { format, other } = found;
  const doubt: Remark[] =
    other === null
      ? []
      : [
          [
            `${shown(name)} is taken for dates of the form ${format}: if they are ${other}, say so with `,
            { types: { [name]: `date(${other})` } },
          ],
        ];
  const column = dateColumnOf(name, cells, format, marginals);
  return { ...column, remarks: [...doubt, ...column.remarks] };
}

/** A column of dates of a form. @throws TableError if that is none, or a text is no date of that form */
export function dateColumnOf(
  name: string,
  cells: TextCells,
  format: string,
  marginals: Marginals,
): Found<DateColumn> {
  const meaning = dateFormat(format);
  if (meaning === null) {
    throw new TableError(
      [
        `${quoted(format)} is no form of dates for ${shown(name)}; it is made of YYYY or YY, MM, M, Mon or Month, DD or D, and of hh:mm:ss`,
      ],
      "inferSchema",
    );
  }
  const stretches = Array.from(cells.texts, meaning.parse);
  const filled = cells.codes.filter((code) => code >= 0);
  const strange = cells.codes.findIndex((code) => code >= 0 && stretches[code] === null);
  if (strange >= 0) {
    const text = cells.texts[cells.codes[strange] ?? 0] ?? "";
    throw new TableError(
      [
        `row ${strange + 1}, column ${shown(name)}: ${quoted(text)} is no date of the form ${format}; correct it`,
      ],
      "inferSchema",
    );
  }
  const sorted = Float64Array.from(filled, (code) => stretches[code] ?? 0).sort();
  const days = spread(sorted, meaning.start);
  const { marginal } =
    marginals === "normal-score"
      ? marginalOf({ name, sorted, scale: linear, marginals, spread: days })
      : { marginal: undefined };
  return { column: { kind: "date", format, ...(marginal === undefined ? {} : { marginal }) }, remarks: [] };
}

/** The texts that a column's rows have. */
export function usedIn({ texts, codes }: TextCells): string[] {
  const isUsed = new Uint8Array(texts.length);
  for (const code of codes) if (code >= 0) isUsed[code] = 1;
  return texts.filter((_, code) => isUsed[code] === 1);
}

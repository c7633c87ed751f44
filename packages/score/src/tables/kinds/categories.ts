import type { Cells } from "../mixedTable.ts";
import type { CategoryColumn } from "../schema.ts";
import type { Coordinate } from "./cellCoordinate.ts";
import { intervals } from "./intervals.ts";

/** The coordinate of labels, by intervals. */
export function categories({ labels, shares, margin }: CategoryColumn): Coordinate {
  const { encode, decode, logJacobian } = intervals(shares, margin);
  const places = new Map(labels.map((label, place) => [label, place]));
  return {
    encode(cells, uniform, refuse) {
      const { texts, codes } = labelled(cells);
      const placeOf = texts.map((text) => places.get(text));
      return Float64Array.from(codes, (code, row) => {
        if (code < 0) return Number.NaN;
        const place = placeOf[code];
        return place === undefined
          ? refuse(row, JSON.stringify(texts[code]), "none of the column's labels; leave the row out")
          : encode(place, uniform(row));
      });
    },
    decode: (z) => ({
      kind: "text",
      texts: labels,
      codes: Int32Array.from(z, (value) => (Number.isNaN(value) ? -1 : decode(value))),
    }),
    logJacobian,
  };
}

/** Cells as labels: numbers are the texts that they are written as. */
export function labelled(cells: Cells): Extract<Cells, { kind: "text" }> {
  if (cells.kind === "text") return cells;
  const places = new Map<number, number>();
  const codes = Int32Array.from(cells.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const known = places.get(value) ?? places.size;
    places.set(value, known);
    return known;
  });
  return { kind: "text", texts: Array.from(places.keys(), String), codes };
}

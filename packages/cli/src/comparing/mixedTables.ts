import type { Cells, MixedTable } from "@scoretape/score/tables";

type TextCells = Extract<Cells, { kind: "text" }>;

/** The rows of both tables, with the columns of the first in their order. */
export function joined(a: MixedTable, b: MixedTable): MixedTable {
  return {
    columns: a.columns,
    rows: a.rows + b.rows,
    cells: a.columns.map((name, j) => {
      const [ofA, ofB] = [a.cells[j], b.cells[b.columns.indexOf(name)]];
      if (ofA?.kind === "number" && ofB?.kind === "number") return joinedNumbers(ofA.values, ofB.values);
      if (ofA?.kind === "text" && ofB?.kind === "text") return joinedTexts(ofA, ofB);
      throw new TypeError(`joined: column ${name} is of one kind in both tables`);
    }),
  };
}

/** The columns of texts. */
export function textColumns({ columns, cells }: MixedTable): string[] {
  return columns.filter((_, j) => cells[j]?.kind === "text");
}

function joinedNumbers(a: Float64Array, b: Float64Array): Cells {
  const values = new Float64Array(a.length + b.length);
  values.set(a);
  values.set(b, a.length);
  return { kind: "number", values };
}

function joinedTexts(a: TextCells, b: TextCells): Cells {
  const texts = [...new Set([...a.texts, ...b.texts])];
  const places = new Map(texts.map((text, place) => [text, place]));
  const codesOf = ({ texts: own, codes }: TextCells): number[] =>
    Array.from(codes, (code) => places.get(own[code] ?? "") ?? -1).map((place, row) =>
      (codes[row] ?? -1) < 0 ? -1 : place,
    );
  return { kind: "text", texts, codes: Int32Array.from([...codesOf(a), ...codesOf(b)]) };
}

import type { Tensor } from "@scoretape/autograd";
import type { Cells, MixedTable, Schema } from "@scoretape/score/tables";
import { tableEncoder } from "@scoretape/score/tables";

/** Whether a cell is a gap. */
export function isGap(cells: Cells, row: number): boolean {
  return cells.kind === "text" ? (cells.codes[row] ?? -1) < 0 : Number.isNaN(cells.values[row] ?? Number.NaN);
}

/** Whether a table has gaps. */
export function hasGaps({ cells, rows }: MixedTable): boolean {
  return cells.some((own) => Array.from({ length: rows }, (_, row) => row).some((row) => isGap(own, row)));
}

/** Points as cells, column by column, in a table's order of columns. */
export function decodedFor({ columns }: MixedTable, schema: Schema, points: Float64Array): Cells[] {
  const decoded = tableEncoder(schema).decode(points);
  return columns.map((name) => cellsOf(decoded, name));
}

function cellsOf(table: MixedTable, name: string): Cells {
  const cells = table.cells[table.columns.indexOf(name)];
  if (cells === undefined) throw new TypeError(`a table of the columns ${table.columns} has no ${name}`);
  return cells;
}

/** A table once for every draw, its gaps filled: all rows of the first draw, then those of the next. */
export function completedTables(table: MixedTable, schema: Schema, draws: Tensor): MixedTable {
  const [n = 0, count = 0, d = 0] = draws.shape;
  const points = new Float64Array(n * count * d);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < count; k++) {
      const from = (i * count + k) * d;
      points.set(draws.data.subarray(from, from + d), (k * n + i) * d);
    }
  }
  const drawn = decodedFor(table, schema, points);
  const numbers = Float64Array.from({ length: n * count }, (_, at) => Math.floor(at / n) + 1);
  return {
    columns: [freeName("draw", table.columns), ...table.columns],
    rows: n * count,
    cells: [
      { kind: "number", values: numbers },
      ...table.cells.map((own, j) => filled(own, drawn[j] ?? own, n * count, n)),
    ],
  };
}

/** Known cells as they are, and others in the place of gaps; known rows stand again and again. */
export function filled(known: Cells, drawn: Cells, rows: number, n: number): Cells {
  if (known.kind === "number" && drawn.kind === "number") {
    const values = Float64Array.from({ length: rows }, (_, at) => {
      const value = known.values[at % n] ?? Number.NaN;
      return Number.isNaN(value) ? (drawn.values[at] ?? value) : value;
    });
    return { kind: "number", values };
  }
  const [ofKnown, ofDrawn] = [asText(known), asText(drawn)];
  const codes = Int32Array.from({ length: rows }, (_, at) => {
    const code = ofKnown.codes[at % n] ?? -1;
    return code < 0 ? ofKnown.texts.length + (ofDrawn.codes[at] ?? -1) : code;
  });
  return { kind: "text", texts: [...ofKnown.texts, ...ofDrawn.texts], codes };
}

function asText(cells: Cells): Extract<Cells, { readonly kind: "text" }> {
  if (cells.kind === "text") return cells;
  const texts = [...new Set(cells.values)].filter((value) => !Number.isNaN(value)).map(String);
  const places = new Map(texts.map((text, code) => [text, code]));
  return {
    kind: "text",
    texts,
    codes: Int32Array.from(cells.values, (value) => places.get(String(value)) ?? -1),
  };
}

/** A name, or the next that no column has. */
export function freeName(name: string, columns: readonly string[]): string {
  return columns.includes(name) ? freeName(`${name}_`, columns) : name;
}

import type { Tensor } from "@scoretape/autograd";
import { type Model, restored } from "@scoretape/score/model";
import { type Cells, type ColumnKind, type Schema, tableEncoder } from "@scoretape/score/tables";
import type { Source } from "../data/source.ts";

/** A column of samples beside that of data, in what the column holds. */
export type ColumnSummary = NumberSummary | CategorySummary;

/** A column of what has an order: numbers or dates. */
export interface NumberSummary {
  readonly name: string;
  readonly kind: Exclude<ColumnKind, "category">;
  /** Those that 1, 5, 25, 50, 75, 95 and 99 % of the cells are not above. */
  readonly quantiles: { readonly samples: readonly Cell[]; readonly data: readonly Cell[] };
}

/** A column of labels. */
export interface CategorySummary {
  readonly name: string;
  readonly kind: "category";
  /** The share of each label. */
  readonly shares: readonly { readonly label: string; readonly samples: number; readonly data: number }[];
}

type Cell = string | number;

const PROBABILITIES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** The columns of a model's samples, in its units, beside those of its data, where they have a schema. */
export function summaryIn(
  { description }: Model,
  samples: Tensor,
  { schema, values }: Pick<Source, "schema" | "values">,
): ColumnSummary[] | undefined {
  return schema === undefined
    ? undefined
    : summaryOf(schema, restored(description.standardization, samples), values);
}

/** Columns of samples beside those of data, both as points [n, d] of a schema. */
function summaryOf(schema: Schema, samples: Tensor, data: Tensor): ColumnSummary[] {
  return schema.map((column, j): ColumnSummary => {
    const { name, kind } = column;
    const { decode } = tableEncoder([column]);
    const [ofSamples, ofData] = [columnOf(samples, j), columnOf(data, j)];
    if (kind === "category") {
      const [inSamples, inData] = [ofSamples, ofData].map((z) => sharesOf(decode(z).cells[0]));
      const shares = column.labels.map((label) => ({
        label,
        samples: inSamples?.get(label) ?? 0,
        data: inData?.get(label) ?? 0,
      }));
      return { name, kind, shares };
    }
    // What rises with z has its quantiles where z has them.
    const quantiles = (z: Float64Array): Cell[] => cellsIn(decode(quantilesOf(z)).cells[0]);
    return { name, kind, quantiles: { samples: quantiles(ofSamples), data: quantiles(ofData) } };
  });
}

/** The filled cells of a column. */
function columnOf({ data, shape: [n = 0, d = 0] }: Tensor, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * d + j] ?? Number.NaN).filter(
    (z) => !Number.isNaN(z),
  );
}

/** Of the values themselves, so that what is whole or a day stays so. */
function quantilesOf(z: Float64Array): Float64Array {
  const sorted = z.toSorted();
  return Float64Array.from(
    PROBABILITIES,
    (p) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN,
  );
}

function sharesOf(cells: Cells | undefined): Map<string, number> {
  const shares = new Map<string, number>();
  const all = cellsIn(cells);
  for (const label of all) shares.set(String(label), (shares.get(String(label)) ?? 0) + 1 / all.length);
  return shares;
}

function cellsIn(cells: Cells | undefined): Cell[] {
  if (cells === undefined) return [];
  return cells.kind === "number"
    ? [...cells.values]
    : Array.from(cells.codes, (code) => cells.texts[code] ?? "");
}

import type { MixedTable } from "../tables/mixedTable.ts";
import type { Schema } from "../tables/schema.ts";
import { associationOf } from "./associations.ts";
import { checkedFeatures } from "./check.ts";

/** Two columns, and how much they go together. */
export interface AssociationPair {
  readonly columns: readonly [string, string];
  /** Among the samples: of two numbers from −1 to 1, of a label with another column from 0 to 1. */
  readonly samples: number;
  /** Among the rows. */
  readonly rows: number;
  /** |samples − rows|. */
  readonly difference: number;
}

/** How far the associations of samples are from those of rows. */
export interface AssociationGap {
  /** The mean difference over all pairs of columns; null of one column. */
  readonly mean: number | null;
  /** All pairs, that of the largest difference first. */
  readonly pairs: readonly AssociationPair[];
}

/**
 * How much each two columns go together, in samples of a table and in rows of it:
 *
 * - two columns of numbers or dates by Spearman's correlation, that of their ranks;
 * - a label and a number by the correlation ratio, √ε² of the number's ranks: ε² = 1 − (1 − η²)(n − 1)/(n − k) with η² the share
 *   of the variance that lies between the k labels (Kelley 1935);
 * - two labels by Cramér's V with Bergsma's correction (Bergsma 2013).
 *
 * The corrections take away what chance makes of labels that have nothing to do with a column. A pair of columns is looked at in
 * the rows where neither has a gap.
 *
 * @param schema what the columns hold, as `inferSchema` finds it
 * @param samples two rows or more
 * @param rows two rows or more
 * @throws ShapeError | RangeError | TypeError when a table has too few rows, is none, or is not of the schema
 *
 * @example
 * ```ts
 * import { associationGap } from "@scoretape/score/synthetic";
 * import { inferSchema, readMixedTable } from "@scoretape/score/tables";
 *
 * const { table: rows } = readMixedTable("x,y\n1,2\n2,4\n3,5\n4,9\n");
 * const { table: samples } = readMixedTable("x,y\n1,9\n2,5\n3,4\n4,2\n");
 * console.log(associationGap(inferSchema(rows).schema, samples, rows).mean); // 2
 * ```
 */
export function associationGap(schema: Schema, samples: MixedTable, rows: MixedTable): AssociationGap {
  const features = checkedFeatures("associationGap", schema, { samples, rows }, 2);
  const pairs = features.samples.columns.flatMap((one, j) =>
    features.samples.columns.slice(0, j).map((other, i): AssociationPair => {
      const [a, b] = [features.rows.columns[i], features.rows.columns[j]];
      const ofSamples = associationOf(other, one);
      const ofRows = a === undefined || b === undefined ? 0 : associationOf(a, b);
      return {
        columns: [other.name, one.name],
        samples: ofSamples,
        rows: ofRows,
        difference: Math.abs(ofSamples - ofRows),
      };
    }),
  );
  pairs.sort((a, b) => b.difference - a.difference);
  const sum = pairs.reduce((total, { difference }) => total + difference, 0);
  return { mean: pairs.length === 0 ? null : sum / pairs.length, pairs };
}

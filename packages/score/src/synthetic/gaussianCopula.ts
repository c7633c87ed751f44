import { add, checkOptions, type Key, matmul, mul, random, tensor } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import { normalMoments } from "../data/normalMoments.ts";
import { withoutMargins } from "../tables/margins.ts";
import type { MixedTable } from "../tables/mixedTable.ts";
import type { Schema } from "../tables/schema.ts";
import { tableEncoder } from "../tables/tableEncoder.ts";
import { checkedFeatures } from "./check.ts";

/** How to fit a Gaussian copula. */
export interface GaussianCopulaOptions {
  /** Draws where in its interval each label and whole number lies. */
  readonly key: Key;
}

/** A simple model of a table, to compare others with. */
export interface GaussianCopula {
  /** Draws rows of the table's schema, without gaps. */
  sample(key: Key, rows: number): MixedTable;
}

/**
 * The normal distribution of a table's coordinates. Of a schema with the marginals `"normal-score"` it is a Gaussian copula: each
 * column has its own distribution, and any two are related as two normal columns are. It is what a learned model has to beat.
 * Labels touch in it whatever their margin, so that each has its share.
 * Covariances are shrunk so that each row is likeliest given the others, where there are no gaps; else they are those of the EM
 * algorithm.
 *
 * @param schema what the columns hold, as `inferSchema(table, { marginals: "normal-score" })` finds it
 * @param table two rows or more
 * @throws ShapeError | RangeError | TypeError when the table has too few rows, is none, or is not of the schema
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { gaussianCopula } from "@scoretape/score/synthetic";
 * import { inferSchema, readMixedTable, writeMixedTable } from "@scoretape/score/tables";
 *
 * const { table } = readMixedTable("size,kind\n1,a\n2,a\n3,b\n4,b\n5,a\n6,b\n");
 * const { schema } = inferSchema(table, { marginals: "normal-score" });
 * const copula = gaussianCopula(schema, table, { key: random.key(0) });
 * console.log(writeMixedTable(copula.sample(random.key(1), 2)).split("\n")[0]); // size,kind
 * ```
 */
export function gaussianCopula(
  schema: Schema,
  table: MixedTable,
  options: GaussianCopulaOptions,
): GaussianCopula {
  const name = "gaussianCopula";
  checkOptions(name, options, { key: "any" });
  checkKey(name, options.key);
  checkedFeatures(name, schema, { table }, 2);
  // Of labels that are apart a normal distribution has other shares.
  const { encode, decode } = tableEncoder(withoutMargins(schema));
  const shape = [table.rows, schema.length];
  const uniforms = random.uniform(options.key, shape, { dtype: "float64" });
  const points = encode(table, Float64Array.from(uniforms.data));
  const hasGaps = points.some(Number.isNaN);
  const { mean, axes, deviation } = normalMoments(
    tensor(points, { shape }),
    hasGaps ? { gaps: true } : { shrinkage: "leave-one-out" },
  );
  return {
    sample(key, rows) {
      checkKey("gaussianCopula.sample", key);
      checkCount("gaussianCopula.sample", rows, "rows");
      const z = random.normal(key, [rows, schema.length], { dtype: "float64" });
      const x = add(mean, matmul(mul(deviation, z), axes, { transposeY: true }));
      return decode(Float64Array.from(x.data));
    },
  };
}

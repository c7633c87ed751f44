import { type Key, kindOf, random, type Tensor, take, tensor } from "@scoretape/autograd";
import { checkLabels } from "../check.ts";
import type { Batch } from "./step.ts";

/** Classes by which a score is conditioned. */
export interface TrainingClasses {
  /** The number of each row's class, uint32 [n]. */
  readonly labels: Tensor;
  /** The number that means none: how many classes the model has. */
  readonly none: number;
  /**
   * How often a row's class is none instead, in [0, 1], by which the model learns the score of all rows too (Ho & Salimans
   * 2022, algorithm 1); 0.15 unless said.
   */
  readonly dropout?: number;
}

/** Validation rows are repeated with fresh noise up to about this many, so that few rows give a steady value. */
const VALIDATION_ROWS = 512;

/** Throws unless classes are those of so many rows. */
export function checkClasses(classes: TrainingClasses, rows: number): void {
  if (typeof classes !== "object" || classes === null) {
    throw new TypeError(`train: classes is ${kindOf(classes)}; give { labels, none }`);
  }
  const { labels, none, dropout = 0.15 } = classes;
  if (!Number.isSafeInteger(none) || none < 1) {
    throw new RangeError(`train: classes.none is ${kindOf(none)}; it is the number of classes, from 1`);
  }
  checkLabels("train", labels, rows, none, "classes.labels");
  if (!(dropout >= 0 && dropout <= 1)) {
    throw new RangeError(`train: classes.dropout is ${kindOf(dropout)}; it is a share from 0 to 1`);
  }
}

/** The numbers of the rows to learn from and of those held out: a random share, one at least where any is asked for. */
export function split(
  data: Tensor,
  fraction: number,
  key: Key,
): { readonly training: readonly number[]; readonly validation: readonly number[] | null } {
  const rows = data.shape[0] ?? 0;
  const held = fraction === 0 ? 0 : Math.min(rows - 1, Math.max(1, Math.round(rows * fraction)));
  const order = [...random.permutation(key, rows).data];
  const training = order.slice(held);
  if (held === 0) return { training, validation: null };
  const count = Math.max(held, VALIDATION_ROWS);
  return { training, validation: Array.from({ length: count }, (_, i) => order[i % held] ?? 0) };
}

/** Some of the rows, drawn with replacement. */
export function drawnFrom(rows: readonly number[], key: Key, count: number): number[] {
  const { data } = random.uniform(key, [count], { dtype: "float64" });
  return Array.from(data, (u) => rows[Math.floor(u * rows.length)] ?? 0);
}

/** Makes a batch of some rows with their classes, of which a key drops some. */
export function batches({
  data,
  classes,
}: {
  readonly data: Tensor;
  readonly classes?: TrainingClasses;
}): (rows: readonly number[], key?: Key) => Batch {
  if (classes === undefined) return (rows) => [take(data, rows)];
  const { labels, none, dropout = 0.15 } = classes;
  return (rows, key) => {
    const dropped = key && random.uniform(key, [rows.length], { dtype: "float64" }).data;
    const own = rows.map((row, i) => ((dropped?.[i] ?? 1) < dropout ? none : (labels.data[row] ?? none)));
    return [take(data, rows), tensor(own, { dtype: "uint32" })];
  };
}

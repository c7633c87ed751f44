/**
 * The distribution function of a column, piecewise: the share of the rows below each of some values. Between two of them
 * z = Φ⁻¹(share) is linear in the column's own scale (its logarithm, where that is positive). A value that stands twice holds
 * all between its two shares: an atom. Shares of 0 and 1 are those of atoms at the ends.
 */
export interface NormalScore {
  /** Not falling; each at most twice. */
  readonly values: readonly number[];
  /** Rising, in [0, 1]. */
  readonly shares: readonly number[];
  /** That of the atoms, as {@link CategoryColumn} has it. */
  readonly margin?: number;
}

/** What columns of numbers that vary continuously have in common. */
interface Continuous {
  /** So many decimals every value of the column has at most; what is decoded has no more. */
  readonly decimals?: number;
  /** Where the column is to be normal: by its own distribution function. */
  readonly marginal?: NormalScore;
}

/** Any number. */
export interface RealColumn extends Continuous {
  readonly kind: "real";
}

/** A number above 0, by its logarithm. */
export interface PositiveColumn extends Continuous {
  readonly kind: "positive";
}

/** A number between two bounds, by its logit. */
export interface BoundedColumn extends Continuous {
  readonly kind: "bounded";
  readonly low: number;
  readonly high: number;
}

/** A whole number: one of a few, each with its share of the rows, or else any. */
export interface IntegerColumn {
  readonly kind: "integer";
  /** All that it may be, where these are few; rising. */
  readonly values?: readonly number[];
  /** The share of each of the values. */
  readonly shares?: readonly number[];
  /** That of the values, as {@link CategoryColumn} has it. */
  readonly margin?: number;
  /** What it is not below. */
  readonly low?: number;
  /** What it is not above. */
  readonly high?: number;
  /** Whether it goes by its logarithm. */
  readonly scale?: "log";
  /** Of x + u, u uniform in [0, 1). */
  readonly marginal?: NormalScore;
}

/** One of some texts. */
export interface CategoryColumn {
  readonly kind: "category";
  /** In an order in which neighbours are alike. */
  readonly labels: readonly string[];
  /** The share of each label. */
  readonly shares: readonly number[];
  /**
   * How far the points of neighbours are apart: z of a label is normal about the middle of its interval, the nearer edge so many
   * deviations away. Where it is not there, z fills the interval, and neighbours touch.
   */
  readonly margin?: number;
}

/** A date, or a date and a time. */
export interface DateColumn {
  readonly kind: "date";
  /** How it is written: `YYYY-MM-DD`, `D MMM YYYY`, `M/D/YYYY HH:mm`, … */
  readonly format: string;
  /** Of the days since 1970-01-01. */
  readonly marginal?: NormalScore;
}

/** What a column holds, and by what it becomes one real coordinate. All of it is JSON. */
export type ColumnSchema = { readonly name: string } & (
  | RealColumn
  | PositiveColumn
  | BoundedColumn
  | IntegerColumn
  | CategoryColumn
  | DateColumn
);

/** What each column of a table holds, in its order. */
export type Schema = readonly ColumnSchema[];

/** The kinds of columns. */
export const columnKinds = [
  "real",
  "positive",
  "bounded",
  "integer",
  "category",
  "date",
] as const satisfies readonly ColumnKind[];

/** A column's kind by name. */
export type ColumnKind = ColumnSchema["kind"];

/** Kinds of columns by name, as they are told: `integer`, `bounded(0, 100)`, `date(D/M/YYYY)`, … */
export type Types = Readonly<Record<string, string>>;

/**
 * What a column that varies continuously becomes: `plain`, as its kind has it; `normal-score`, normal by its own distribution
 * function; `auto`, the second in a table that has other columns than real ones, in which a normal distribution is a Gaussian
 * copula, and else the first unless a column has atoms or heavy tails.
 */
export type Marginals = "auto" | "plain" | "normal-score";

/** What is told of a table's columns; what is left out is guessed. */
export interface Inference {
  /** The kinds of some columns. */
  readonly types?: Types;
  /** Default `"auto"`. */
  readonly marginals?: Marginals;
}

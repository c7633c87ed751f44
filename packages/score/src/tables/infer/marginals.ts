import type { Scale } from "../kinds/scale.ts";
import type { Remark } from "../remark.ts";
import type { NormalScore } from "../schema.ts";
import type { Marginals } from "./options.ts";
import { normalScoreOf } from "./quantiles.ts";
import { atomsOf, countsOf, tailRatio } from "./statistics.ts";

/** Three times a normal distribution's, and as many as a t distribution of 2 degrees of freedom has; and fewer rows tell nothing. */
const [HEAVY, ROWS] = [12, 50];

/** What is asked of a column. */
export interface Question {
  readonly name: string;
  /** Its filled cells. */
  readonly sorted: Float64Array;
  readonly scale: Scale;
  readonly marginals: Marginals;
  /** Whole numbers spread over what they stand for, of which there are no atoms. */
  readonly spread?: Float64Array;
  /** Values that are atoms even where few rows have them. */
  readonly ends?: readonly number[];
}

/** A column's own distribution function, where it goes by that, and why. */
export function marginalOf(question: Question): { marginal?: NormalScore; remarks: Remark[] } {
  const { name, sorted, scale, marginals, spread, ends = [] } = question;
  if (marginals === "plain" || sorted.length < 3) return { remarks: [] };
  const counts = countsOf(sorted);
  const atoms = [...new Set([...atomsOf(counts, sorted.length), ...ends.filter((end) => counts.has(end))])];
  const isHeavy = sorted.length >= ROWS && tailRatio(sorted.map(scale.to)) > HEAVY;
  if (marginals === "auto" && atoms.length === 0 && !isHeavy) return { remarks: [] };
  const marginal = normalScoreOf(spread ?? sorted, spread === undefined ? atoms : [], scale);
  if (marginal === null) return { remarks: [] };
  if (marginals === "normal-score") return { marginal, remarks: [] };
  const share = (value: number): string =>
    `${((100 * (counts.get(value) ?? 0)) / sorted.length).toFixed(0)} %`;
  const why =
    atoms.length > 0
      ? `${atoms
          .slice(0, 3)
          .map((value) => `${share(value)} of its cells are ${value}`)
          .join(", ")}`
      : "its tails are heavy";
  return {
    marginal,
    remarks: [
      [
        `${name} is made normal by its own distribution, since ${why}: to leave it as it is, say `,
        { marginals: "plain" },
      ],
    ],
  };
}

/** A goal, and whether it was met. */
export interface Judged {
  readonly passes: boolean;
  readonly text: string;
}

/** A report in Markdown, and its goals. */
export interface JudgedReport {
  readonly text: string;
  readonly judged: readonly Judged[];
}

export function showJudged(judged: readonly Judged[]): string {
  return judged.map(({ passes, text }) => `- ${passes ? "PASS" : "FAIL"} ${text}`).join("\n");
}

/**
 * What a model's held-out log-likelihood may be short of a good baseline's, in nats a row: 0.3, by which one column's
 * width would be wrong by a third, or a fiftieth of a nat for each of many columns.
 */
export const allowedDeficit = (columns: number): number => Math.max(0.3, 0.02 * columns);

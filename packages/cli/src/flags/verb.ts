/** What the command can be asked to do, in the order of the help. */
export const verbNames = [
  "train",
  "sample",
  "impute",
  "inpaint",
  "denoise",
  "interpolate",
  "evaluate",
  "compare",
  "rank",
  "plot",
  "export",
  "lab",
  "list",
] as const;

export type Verb = (typeof verbNames)[number];

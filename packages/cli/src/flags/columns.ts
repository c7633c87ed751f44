import type { Marginals } from "@scoretape/score/tables";
import { flag } from "./flag.ts";
import { oneOf, textLike } from "./value.ts";

const group = "reading";

/** The flags of what the columns of a CSV file hold. */
export const columnFlags = {
  types: flag({
    value: textLike(
      "<kinds>",
      /^[^\p{Cc}]+:[^\p{Cc}]+$/u,
      "columns and their kinds, such as year:integer,sex:category",
    ),
    help: "what columns hold, such as year:integer,sex:category: real, positive, bounded(0,100), integer, category, date",
    group,
    verbs: { train: {}, compare: {} },
  }),
  marginals: flag({
    value: oneOf<Marginals>(["auto", "plain", "normal-score"]),
    help: "plain, or normal-score: columns are made normal by their own distributions; auto: where there are other kinds, or heavy tails",
    group,
    verbs: { train: { default: "auto" as Marginals } },
  }),
} as const;

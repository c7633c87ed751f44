import type { ColumnKind, Schema } from "@scoretape/score/tables";

const words: Readonly<Record<Exclude<ColumnKind, "real">, readonly [one: string, many: string]>> = {
  category: ["is a category", "are categories"],
  date: ["is a date", "are dates"],
  integer: ["is integer", "are integer"],
  positive: ["is positive", "are positive"],
  bounded: ["is bounded", "are bounded"],
};

/** So many names of one kind stand in a sentence. */
const MOST_NAMES = 12;

/** `species, island are categories; mass is integer`; null where all are real. */
export function kindsRemark(schema: Schema): string | null {
  const kinds = ["category", "date", "integer", "positive", "bounded"] as const;
  const groups = kinds.flatMap((kind) => {
    const names = schema.flatMap((column) => (column.kind === kind ? [column.name] : []));
    if (names.length === 0) return [];
    const rest = names.length - MOST_NAMES;
    const shown = names.slice(0, MOST_NAMES).join(", ");
    return [`${shown}${rest > 0 ? ` and ${rest} more` : ""} ${words[kind][names.length === 1 ? 0 : 1]}`];
  });
  return groups.length === 0 ? null : groups.join("; ");
}

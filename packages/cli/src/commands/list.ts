import { data } from "@scoretape/score";
import type { Call } from "../call.ts";
import { defaults } from "../flags/defaults.ts";
import { losses, namesOf } from "../flags/losses.ts";
import { DIGITS } from "../images/digits.ts";

/** `scoretape list` */
export function runList({ io }: Call<"list">): void {
  io.stdout.write(catalogue());
}

function catalogue(): string {
  const sets = data.names().map((name) => {
    const set = data.byName(name);
    const kind = data.isRows(set) ? `${set.rows().shape[0]} rows measured` : "generated";
    const columns = set.columns.map((column, j) =>
      set.units?.[j] === undefined ? column : `${column} (${set.units[j]})`,
    );
    return `  ${name.padEnd(14)}${kind}: ${columns.join(", ")}${set.score === undefined ? "" : "; exact score known"}`;
  });
  const objectives = namesOf(losses).map((name) => {
    const mark = name === defaults.loss ? " (default)" : "";
    return `  ${`${name}${mark}`.padEnd(22)}${losses[name]}`;
  });
  return [
    "Data sets:",
    ...sets,
    `  ${DIGITS.padEnd(14)}1797 images drawn by hand: 8×8 pixels in grey, of the classes 0 to 9`,
    "",
    "Losses (--loss), each weighted by σ² and averaged over the noise levels; all lead to the same score:",
    ...objectives,
    "",
  ].join("\n");
}

import { data, type ObjectiveName, objectiveNames } from "@scoretape/score";
import type { Command } from "commander";
import { isRows } from "../data/source.ts";
import { defaults } from "../model/settings.ts";
import type { Io } from "../terminal/io.ts";

const losses: Readonly<Record<ObjectiveName, string>> = {
  exact: "½‖s‖² + tr ∂s/∂x; d derivatives a step. Hyvärinen 2005",
  sliced: "vᵀ(∂s/∂x)v + ½(vᵀs)² along a random direction v. Song et al. 2019",
  "sliced-vr": "vᵀ(∂s/∂x)v + ½‖s‖²: the same with less variance. Song et al. 2019",
  denoising: "½‖s(x + σz) + z/σ‖²; no derivative of s. Vincent 2011",
};

/** `scoretape list` */
export function addList(program: Command, io: Io): void {
  program
    .command("list")
    .description("show the data sets and the losses")
    .action(() => {
      io.stdout.write(catalogue());
    });
}

function catalogue(): string {
  const sets = data.names().map((name) => {
    const set = data.byName(name);
    const kind = isRows(set) ? `${set.rows().shape[0]} rows measured` : "generated";
    const columns = set.columns.map((column, j) =>
      set.units?.[j] === undefined ? column : `${column} (${set.units[j]})`,
    );
    return `  ${name.padEnd(14)}${kind}: ${columns.join(", ")}${set.score === undefined ? "" : "; exact score known"}`;
  });
  const objectives = objectiveNames.map((name) => {
    const mark = name === defaults.loss ? " (default)" : "";
    return `  ${`${name}${mark}`.padEnd(22)}${losses[name]}`;
  });
  return [
    "Data sets:",
    ...sets,
    "",
    "Losses (--loss), each weighted by σ² and averaged over the noise levels; all lead to the same score:",
    ...objectives,
    "",
  ].join("\n");
}

import { Command } from "commander";
import { carryOut } from "../command/carryOut.ts";
import { anomaliesReport } from "./anomaliesReport.ts";
import { addMeasurements } from "./commands.ts";
import { gapsReport } from "./gapsReport.ts";
import { show } from "./measurement.ts";
import { mixedReport } from "./mixed/report.ts";
import { measurePosteriors, posteriorsReport } from "./posteriors.ts";
import { byKind, readRecords } from "./records.ts";
import { setsReport } from "./sets.ts";
import { tablesReport } from "./tablesReport.ts";
import { wideReport } from "./wideReport.ts";

function showKept(files: readonly string[]): void {
  const kept = byKind(readRecords(files));
  if (kept.sets.length > 0) show(setsReport(kept.sets));
  if (kept.wide.length > 0) show(wideReport(kept.wide));
  if (kept.tables.length > 0) show(tablesReport(kept.tables));
  if (kept.mixed.length > 0) show(mixedReport(kept.mixed));
  if (kept.gaps.length > 0) show(gapsReport(kept.gaps));
  if (kept.anomalies.length > 0) show(anomaliesReport(kept.anomalies));
}

function program(): Command {
  const command = new Command("learning")
    .description(
      "Measures how well the default training of the command learns; exit code 1 where it misses a goal.",
    )
    .exitOverride()
    .helpCommand(false);
  addMeasurements(command);
  command
    .command("posterior")
    .description("samplers of posteriors, with the exact score, beside posteriors in closed form")
    .action(() => show(posteriorsReport(measurePosteriors())));
  command
    .command("show <files...>")
    .description("the tables and goals of records that were kept with --out")
    .action(showKept);
  return command;
}

await carryOut(program());

import type { Command } from "commander";
import { namedIn, namesIn, numberIn, numbersIn, oneOf } from "../command/values.ts";
import { usualPython } from "../python/run.ts";
import { measureAnomalies } from "./anomalies.ts";
import { anomaliesReport } from "./anomaliesReport.ts";
import { configurationNames } from "./configurations.ts";
import { gapSets, measureGaps } from "./gaps.ts";
import { gapsReport } from "./gapsReport.ts";
import { generatedTables } from "./generatedTables.ts";
import { imputationSets, imputationsReport, measureImputations } from "./imputations.ts";
import { isolationForest } from "./isolationForest.ts";
import { addMeasurement, type Flag } from "./measurement.ts";
import { generatedMixedTables } from "./mixed/generated.ts";
import { measureMixed } from "./mixed/mixed.ts";
import { realMixedTables } from "./mixed/real.ts";
import { mixedReport } from "./mixed/report.ts";
import { tablesIn, vegaTables } from "./realTables.ts";
import { measureSets, setNames, setsReport } from "./sets.ts";
import { measureTables } from "./tables.ts";
import { tablesReport } from "./tablesReport.ts";
import { measureWide, widths } from "./wide.ts";
import { wideReport } from "./wideReport.ts";

const only: Flag = ["--only <names>", "tables by name, between commas"];

/** Adds every command that trains. */
export function addMeasurements(command: Command): void {
  addMeasurement(command, {
    name: "sets",
    description: "the error of the score on sets where it is known",
    flags: [
      ["--seeds <list>", "seeds, as 0-4", "0-4"],
      ["--sets <names>", `between commas: ${setNames.join(", ")}`],
      ["--configurations <names>", `between commas: ${configurationNames.join(", ")}`],
    ],
    plan: (
      flags: { readonly seeds: string; readonly sets?: string; readonly configurations?: string },
      wishes,
    ) => ({
      sets: namesIn("--sets", flags.sets, setNames),
      configurations: namesIn("--configurations", flags.configurations, configurationNames),
      seeds: numbersIn("--seeds", flags.seeds),
      rows: 10_000,
      points: 2000,
      wishes,
    }),
    measure: measureSets,
    report: setsReport,
  });
  addMeasurement(command, {
    name: "wide",
    description: "rows of factor models of many columns: samples, copies, likelihood",
    flags: [
      ["--seeds <list>", "seeds, as 10-14", "10-14"],
      ["--columns <list>", "numbers of columns", widths.join(",")],
      ["--factors <number>", "factors behind the columns", "1"],
    ],
    plan: (
      flags: { readonly seeds: string; readonly columns: string; readonly factors: string },
      wishes,
    ) => ({
      seeds: numbersIn("--seeds", flags.seeds),
      columns: numbersIn("--columns", flags.columns),
      factors: numberIn("--factors", flags.factors),
      rows: 2000,
      samples: 2000,
      wishes,
    }),
    measure: measureWide,
    report: wideReport,
  });
  addMeasurement(command, {
    name: "tables",
    description: "held-out likelihood of real and generated tables beside a Gaussian's and a KDE's",
    flags: [
      ["--folder <path>", "the CSV and JSON files of a folder instead"],
      only,
      ["--splits <number>", "random divisions, 80 % to learn from", "10"],
    ],
    plan: (flags: { readonly folder?: string; readonly only?: string; readonly splits: string }, wishes) => ({
      tables: namedIn(
        "--only",
        flags.only,
        flags.folder === undefined ? [...vegaTables(), ...generatedTables()] : tablesIn(flags.folder),
      ),
      splits: numberIn("--splits", flags.splits),
      wishes,
    }),
    measure: measureTables,
    report: tablesReport,
  });
  addMeasurement(command, {
    name: "mixed",
    description: "samples of tables of numbers, labels and dates beside a Gaussian copula's",
    flags: [
      only,
      ["--seeds <list>", "those of random divisions, 70 % to learn from, or of draws of known laws", "0-4"],
      ["--marginals <name>", "what continuous columns become: auto, plain or normal-score", "auto"],
    ],
    plan: (
      flags: { readonly only?: string; readonly seeds: string; readonly marginals: string },
      wishes,
    ) => ({
      tables: namedIn("--only", flags.only, [...realMixedTables(), ...generatedMixedTables()]),
      seeds: numbersIn("--seeds", flags.seeds),
      wishes,
      marginals: oneOf("--marginals", flags.marginals, ["auto", "plain", "normal-score"] as const),
    }),
    measure: measureMixed,
    report: mixedReport,
  });
  addMeasurement(command, {
    name: "anomalies",
    description:
      "rows with a cell from elsewhere, and rows far out: told by density, beside a KDE's, a Gaussian's and an isolation forest",
    flags: [
      only,
      ["--splits <number>", "random divisions, 70 % to learn from", "3"],
      ["--python <path>", "the Python that may have scikit-learn", usualPython],
    ],
    plan: (flags: { readonly only?: string; readonly splits: string; readonly python: string }, wishes) => ({
      tables: namedIn("--only", flags.only, [...vegaTables(), ...generatedTables()]),
      splits: numberIn("--splits", flags.splits),
      forest: isolationForest(flags.python, (line) => console.error(line)),
      wishes,
    }),
    measure: measureAnomalies,
    report: anomaliesReport,
  });
  addMeasurement(command, {
    name: "gaps",
    description: "rows with gaps that depend on what is seen, beside whole rows and those without a gap",
    flags: [
      ["--seeds <list>", "seeds, as 0-4", "0-4"],
      ["--sets <names>", `between commas: ${gapSets.join(", ")}`],
    ],
    plan: (flags: { readonly seeds: string; readonly sets?: string }, wishes) => ({
      sets: namesIn("--sets", flags.sets, gapSets),
      seeds: numbersIn("--seeds", flags.seeds),
      rows: 5000,
      samples: 100_000,
      points: 2000,
      replicas: 50,
      wishes,
    }),
    measure: measureGaps,
    report: gapsReport,
  });
  addMeasurement(command, {
    name: "imputation",
    description: "intervals of conditional draws beside those of known distributions",
    flags: [["--seeds <list>", "seeds, as 10-12", "10-12"]],
    plan: (flags: { readonly seeds: string }, wishes) => ({
      sets: Object.keys(imputationSets),
      seeds: numbersIn("--seeds", flags.seeds),
      rows: 4000,
      tested: 1000,
      draws: 100,
      wishes,
    }),
    measure: measureImputations,
    report: imputationsReport,
  });
}

import type { Wishes } from "@scoretape/score/model";
import { Command, CommanderError } from "commander";
import { UsageError } from "../command/options.ts";
import { measureAnomalies } from "./anomalies.ts";
import { anomaliesReport } from "./anomaliesReport.ts";
import { configurationNames } from "./configurations.ts";
import { gapSets, measureGaps } from "./gaps.ts";
import { gapsReport } from "./gapsReport.ts";
import { generatedTables } from "./generatedTables.ts";
import { imputationSets, imputationsReport, measureImputations } from "./imputations.ts";
import type { JudgedReport } from "./judged.ts";
import { generatedMixedTables } from "./mixed/generated.ts";
import { measureMixed } from "./mixed/mixed.ts";
import { realMixedTables } from "./mixed/real.ts";
import { mixedReport } from "./mixed/report.ts";
import { namesIn, numberIn, numbersIn, oneOf } from "./options.ts";
import { outputTo } from "./output.ts";
import { measurePosteriors, posteriorsReport } from "./posteriors.ts";
import { tablesIn, vegaTables } from "./realTables.ts";
import { byKind, readRecords } from "./records.ts";
import { measureSets, setNames, setsReport } from "./sets.ts";
import { measureTables } from "./tables.ts";
import { tablesReport } from "./tablesReport.ts";
import { measureWide, widths } from "./wide.ts";
import { wideReport } from "./wideReport.ts";

/** The flags of all that measures. */
interface Flags {
  readonly out?: string;
  readonly steps?: string;
}

interface SetsFlags extends Flags {
  readonly seeds: string;
  readonly sets?: string;
  readonly configurations?: string;
}

async function sets({ seeds, sets: names, configurations, ...flags }: SetsFlags): Promise<void> {
  const plan = {
    sets: namesIn("--sets", names, setNames),
    configurations: namesIn("--configurations", configurations, configurationNames),
    seeds: numbersIn("--seeds", seeds),
    rows: 10_000,
    points: 2000,
    wishes: wishesIn(flags),
  };
  show(setsReport(await measureSets(plan, outputTo(flags.out))));
}

interface WideFlags extends Flags {
  readonly seeds: string;
  readonly columns: string;
  readonly factors: string;
}

async function wide({ seeds, columns, factors, ...flags }: WideFlags): Promise<void> {
  const plan = {
    seeds: numbersIn("--seeds", seeds),
    columns: numbersIn("--columns", columns),
    factors: numberIn("--factors", factors),
    rows: 2000,
    samples: 2000,
    wishes: wishesIn(flags),
  };
  show(wideReport(await measureWide(plan, outputTo(flags.out))));
}

interface TablesFlags extends Flags {
  readonly folder?: string;
  readonly only?: string;
  readonly splits: string;
}

async function tables({ folder, only, splits, ...flags }: TablesFlags): Promise<void> {
  const all = folder === undefined ? [...vegaTables(), ...generatedTables()] : tablesIn(folder);
  const names = namesIn(
    "--only",
    only,
    all.map(({ name }) => name),
  );
  const plan = {
    tables: all.filter(({ name }) => names.includes(name)),
    splits: numberIn("--splits", splits),
    wishes: wishesIn(flags),
  };
  show(tablesReport(await measureTables(plan, outputTo(flags.out))));
}

interface MixedFlags extends Flags {
  readonly only?: string;
  readonly splits: string;
  readonly marginals: string;
}

async function mixed({ only, splits, marginals, ...flags }: MixedFlags): Promise<void> {
  const all = [...realMixedTables(), ...generatedMixedTables()];
  const names = namesIn(
    "--only",
    only,
    all.map(({ name }) => name),
  );
  const plan = {
    tables: all.filter(({ name }) => names.includes(name)),
    splits: numberIn("--splits", splits),
    wishes: wishesIn(flags),
    marginals: oneOf("--marginals", marginals, ["auto", "plain", "normal-score"] as const),
  };
  show(mixedReport(await measureMixed(plan, outputTo(flags.out))));
}

interface AnomaliesFlags extends Flags {
  readonly only?: string;
  readonly splits: string;
}

async function anomalies({ only, splits, ...flags }: AnomaliesFlags): Promise<void> {
  const all = [...vegaTables(), ...generatedTables()];
  const names = namesIn(
    "--only",
    only,
    all.map(({ name }) => name),
  );
  const plan = {
    tables: all.filter(({ name }) => names.includes(name)),
    splits: numberIn("--splits", splits),
    wishes: wishesIn(flags),
  };
  show(anomaliesReport(await measureAnomalies(plan, outputTo(flags.out))));
}

interface GapsFlags extends Flags {
  readonly seeds: string;
  readonly sets?: string;
}

async function gaps({ seeds, sets: names, ...flags }: GapsFlags): Promise<void> {
  const plan = {
    sets: namesIn("--sets", names, gapSets),
    seeds: numbersIn("--seeds", seeds),
    rows: 5000,
    samples: 100_000,
    points: 2000,
    replicas: 50,
    wishes: wishesIn(flags),
  };
  show(gapsReport(await measureGaps(plan, outputTo(flags.out))));
}

interface ImputationsFlags extends Flags {
  readonly seeds: string;
}

async function imputations({ seeds, ...flags }: ImputationsFlags): Promise<void> {
  const plan = {
    sets: Object.keys(imputationSets),
    seeds: numbersIn("--seeds", seeds),
    rows: 4000,
    tested: 1000,
    draws: 100,
    wishes: wishesIn(flags),
  };
  show(imputationsReport(await measureImputations(plan, outputTo(flags.out))));
}

function showKept(files: readonly string[]): void {
  const kept = byKind(readRecords(files));
  if (kept.sets.length > 0) show(setsReport(kept.sets));
  if (kept.wide.length > 0) show(wideReport(kept.wide));
  if (kept.tables.length > 0) show(tablesReport(kept.tables));
  if (kept.mixed.length > 0) show(mixedReport(kept.mixed));
  if (kept.gaps.length > 0) show(gapsReport(kept.gaps));
  if (kept.anomalies.length > 0) show(anomaliesReport(kept.anomalies));
}

function wishesIn({ steps }: Flags): Wishes {
  return steps === undefined ? {} : { steps: numberIn("--steps", steps) };
}

function show({ text, judged }: JudgedReport): void {
  console.log(`${text}\n`);
  if (judged.some(({ passes }) => !passes)) process.exitCode = 1;
}

function program(): Command {
  const command = new Command("learning")
    .description(
      "Measures how well the default training of the command learns; exit code 1 where it misses a goal.",
    )
    .exitOverride()
    .helpCommand(false);
  const measuring = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option("--out <file>", "where records go as JSON lines, after those that are there")
      .option("--steps <number>", "steps of each training, for a short form");
  measuring("sets", "the error of the score on sets where it is known")
    .option("--seeds <list>", "seeds, as 0-4", "0-4")
    .option("--sets <names>", `between commas: ${setNames.join(", ")}`)
    .option("--configurations <names>", `between commas: ${configurationNames.join(", ")}`)
    .action(sets);
  measuring("wide", "rows of factor models of many columns: samples, copies, likelihood")
    .option("--seeds <list>", "seeds, as 10-14", "10-14")
    .option("--columns <list>", "numbers of columns", widths.join(","))
    .option("--factors <number>", "factors behind the columns", "1")
    .action(wide);
  measuring("tables", "held-out likelihood of real and generated tables beside a Gaussian's and a KDE's")
    .option("--folder <path>", "the CSV and JSON files of a folder instead")
    .option("--only <names>", "tables by name, between commas")
    .option("--splits <number>", "random divisions, 80 % to learn from", "10")
    .action(tables);
  measuring("mixed", "samples of tables of numbers, labels and dates beside a Gaussian copula's")
    .option("--only <names>", "tables by name, between commas")
    .option("--splits <number>", "random divisions, 70 % to learn from, or draws of known laws", "5")
    .option("--marginals <name>", "what continuous columns become: auto, plain or normal-score", "auto")
    .action(mixed);
  measuring(
    "anomalies",
    "rows with a cell from elsewhere, and rows far out: told by density, beside a KDE's and a Gaussian's",
  )
    .option("--only <names>", "tables by name, between commas")
    .option("--splits <number>", "random divisions, 70 % to learn from", "3")
    .action(anomalies);
  measuring("gaps", "rows with gaps that depend on what is seen, beside whole rows and those without a gap")
    .option("--seeds <list>", "seeds, as 0-4", "0-4")
    .option("--sets <names>", `between commas: ${gapSets.join(", ")}`)
    .action(gaps);
  measuring("imputation", "intervals of conditional draws beside those of known distributions")
    .option("--seeds <list>", "seeds, as 10-12", "10-12")
    .action(imputations);
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

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    throw error;
  }
}

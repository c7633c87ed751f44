import { Command } from "commander";
import { carryOut } from "./command/carryOut.ts";
import type { Flags } from "./command/options.ts";
import { run } from "./command/run.ts";
import { saveReport } from "./command/save.ts";
import { UsageError } from "./command/usageError.ts";
import { measureGrowth } from "./growth/growth.ts";
import { compareReports, describe, usual } from "./report/compare.ts";
import { type BenchRecord, type Report, readReport } from "./report/record.ts";

const again = (value: string, former: readonly string[] = []): string[] => [...former, value];

function program(): Command {
  const command = new Command("bench")
    .description("Measures scoretape against what a user would pick instead, on the same work.")
    .exitOverride()
    .helpCommand(false);
  command
    .command("run", { isDefault: true })
    .description("measure, and write a report (this is what happens without a command)")
    .option("--quick", "the most important variants and few rounds: two minutes instead of forty")
    .option(
      "--only <name>",
      "only this workload (W1, W3, W3-d8, ...), W8, W11, suite, or micro; may be repeated",
      again,
    )
    .option(
      "--implementations <text>",
      "only those whose id contains the text, as jax-js/jit; may be repeated",
      again,
    )
    .option("--node <path>", "measure on this Node too; may be repeated", again)
    .option("--python <path>", "the Python that may have torch, jax or numpy", "python3")
    .option("--out <folder>", "where the report goes")
    .option("--rounds <number>", "rounds in turn")
    .option("--round-seconds <number>", "the least time of an implementation in a round")
    .option("--warm-up-seconds <number>", "the most time of a warm-up")
    .action((flags: Flags) => run(flags, (line) => console.log(line)));
  command
    .command("compare <before> <after>")
    .description(
      "tell what became slower beyond the noise between two .jsonl files; exit code 1 where something did",
    )
    .action((before: string, after: string) => compare(reportAt(before), reportAt(after)));
  command
    .command("report <file>")
    .description("write the Markdown and the chart of a .jsonl file anew, beside it")
    .action((file: string) => {
      const { run: header, workloads, results, starts, jobs, micro } = reportAt(file);
      const records: BenchRecord[] = [header, ...workloads, ...results, ...starts, ...jobs, ...micro];
      saveReport(file.replace(/\.jsonl$/, ""), records);
    });
  command
    .command("growth")
    .description("W12: time and memory of the command's whole job over tables that grow, with the slopes")
    .option("--quick", "fewer and smaller tables, and fewer steps")
    .action(({ quick = false }: { readonly quick?: boolean }) =>
      measureGrowth(quick, (line) => console.log(line)),
    );
  return command;
}

function compare(before: Report, after: Report): void {
  const comparisons = compareReports(before, after, usual);
  console.log(describe(before, after, comparisons));
  if (comparisons.some(({ own, verdict }) => own && verdict === "slower")) process.exitCode = 1;
}

function reportAt(path: string): Report {
  try {
    return readReport(path);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

await carryOut(program());

import type { Wishes } from "@scoretape/score/model";
import type { Command } from "commander";
import { type Output, outputTo } from "../command/output.ts";
import { numberIn } from "../command/values.ts";
import type { JudgedReport } from "./judged.ts";

/** A flag with its help; with what it is where it is left out, if it then is anything. */
export type Flag = readonly [flag: string, help: string, usual?: string];

/** A command that trains by a plan, measures, and reports. */
interface Measurement<Flags, Plan, Record> {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  plan(flags: Flags, wishes: Wishes): Plan;
  measure(plan: Plan, output: Output<Record>): Promise<Record[]>;
  report(records: readonly Record[]): JudgedReport;
}

/** The flags of every measurement. */
interface CommonFlags {
  readonly out?: string;
  readonly steps?: string;
}

/** Prints a report; exit code 1 where it misses a goal. */
export function show({ text, judged }: JudgedReport): void {
  console.log(`${text}\n`);
  if (judged.some(({ passes }) => !passes)) process.exitCode = 1;
}

/** Adds the command of a measurement. */
export function addMeasurement<Flags, Plan, Record>(
  command: Command,
  measurement: Measurement<Flags, Plan, Record>,
): void {
  const { name, description, flags, plan, measure, report } = measurement;
  const own = command
    .command(name)
    .description(description)
    .option("--out <file>", "where records go as JSON lines, after those that are there")
    .option("--steps <number>", "steps of each training, for a short form")
    .action(async (given: CommonFlags & Flags) => {
      const { out, steps } = given;
      const wishes = steps === undefined ? {} : { steps: numberIn("--steps", steps) };
      show(report(await measure(plan(given, wishes), outputTo(out))));
    });
  for (const flag of flags) own.option(...flag);
}

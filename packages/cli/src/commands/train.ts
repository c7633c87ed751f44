import { basename, extname, join } from "node:path";
import { objectiveNames } from "@scoretape/score";
import type { Command } from "commander";
import { findSet, labelled } from "../data/source.ts";
import { defaults, type Settings } from "../model/settings.ts";
import { showReport } from "../report/show.ts";
import { writeReport } from "../report/write.ts";
import { fraction, oneOf, positive, wholeNumber, widths } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { UserError } from "../terminal/user-error.ts";
import { learn } from "../training/learn.ts";
import { newPlan, type Plan, ROWS, resumedPlan } from "../training/plan.ts";
import { addSamplingOptions, type SamplingFlags } from "./flags.ts";

interface TrainFlags extends Settings, SamplingFlags {
  readonly steps: number;
  readonly out?: string;
  readonly resume?: true;
  readonly rows: number;
  readonly samples: number;
  readonly checkpointEvery: number;
}

/** `scoretape train [data.csv | name]` */
export function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .description("learn the score of a CSV file's rows or of a data set, sample it and draw it")
    .argument("[data]", "a CSV file, or the name of a data set")
    .option("--out <directory>", "where model, report, samples and pictures go (default: out/ and the data's name)")
    .option("--resume", "go on with the training in --out where it stopped")
    .option("--steps <number>", "steps in all", wholeNumber("--steps"), 4000)
    .option(
      "--loss <name>",
      `what is minimised: ${objectiveNames.join(", ")}`,
      oneOf("--loss", objectiveNames),
      defaults.loss,
    )
    .option("--batch <rows>", "rows of a mini-batch", wholeNumber("--batch"), defaults.batch)
    .option("--levels <number>", "noise levels", wholeNumber("--levels"), defaults.levels)
    .option(
      "--sigma-max <number>",
      "the largest noise level, in standard deviations of the data",
      positive("--sigma-max"),
      defaults.sigmaMax,
    )
    .option("--sigma-min <number>", "the smallest", positive("--sigma-min"), defaults.sigmaMin)
    .option("--hidden <widths>", "widths of the hidden layers (default: 64-64)", widths("--hidden"))
    .option(
      "--learning-rate <number>",
      "of Adam",
      positive("--learning-rate"),
      defaults.learningRate,
    )
    .option("--ema <number>", "decay of the parameters' moving average", fraction("--ema"), defaults.ema)
    .option("--validation <share>", "share of the rows kept aside", fraction("--validation"), defaults.validation)
    .option("--seed <number>", "decides everything random", wholeNumber("--seed", 0), defaults.seed)
    .option("--rows <number>", "rows of a generated data set", wholeNumber("--rows", 2), ROWS)
    .option("--checkpoint-every <steps>", "steps between checkpoints", wholeNumber("--checkpoint-every"), 500)
    .option("--samples <number>", "samples to draw at the end", wholeNumber("--samples", 2), 2000);
  addSamplingOptions(command).action(async (data: string | undefined, flags: TrainFlags) => {
    const given = new Set(
      Object.keys(flags).filter((name) => command.getOptionValueSource(name) === "cli"),
    );
    await runTrain(planOf(data, flags, given), flags, io);
  });
}

function planOf(data: string | undefined, flags: TrainFlags, given: ReadonlySet<string>): Plan {
  const { loss, batch, levels, sigmaMax, sigmaMin, hidden, learningRate, ema, validation, seed } = flags;
  const request = {
    data,
    directory: flags.out ?? defaultDirectory(data),
    settings: { loss, batch, levels, sigmaMax, sigmaMin, hidden, learningRate, ema, validation, seed },
    steps: flags.steps,
    rows: flags.rows,
    given,
  };
  return flags.resume === true ? resumedPlan(request) : newPlan(request);
}

function defaultDirectory(data: string | undefined): string {
  if (data === undefined) throw new UserError("train needs data, or --resume with --out; see scoretape train --help");
  return join("out", findSet(data)?.name ?? basename(data, extname(data)));
}

async function runTrain(plan: Plan, flags: TrainFlags, io: Io): Promise<void> {
  
}

import type { Command } from "commander";
import { openSource } from "../data/source.ts";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { keysOf } from "../model/keys.ts";
import { checkColumns } from "../model/match.ts";
import { openModel } from "../model/store.ts";
import { measure, showResults } from "../report/results.ts";
import { drawSamples } from "../sampling/sample.ts";
import { wholeNumber } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { addSamplingOptions, type SamplingFlags, samplingOf } from "./flags.ts";

interface EvaluateFlags extends SamplingFlags {
  readonly samples: number;
  readonly rows: number;
  readonly seed?: number;
  readonly out?: string;
}

/** `scoretape evaluate MODEL [data.csv | name]` */
export function addEvaluate(program: Command, io: Io): void {
  const command = program
    .command("evaluate")
    .description("measure a model against data: distances of its samples, losses at each noise level")
    .argument("<model>", "the directory that train wrote")
    .argument("[data]", "a CSV file, or the name of a data set (default: what the model was trained on)")
    .option("--samples <number>", "samples to compare", wholeNumber("--samples", 2), 2000)
    .option("--rows <number>", "fresh rows of a generated data set", wholeNumber("--rows", 2), 2000)
    .option(
      "--seed <number>",
      "decides samples and fresh rows (default: the training's)",
      wholeNumber("--seed", 0),
    )
    .option("--out <file.json>", "where the numbers go too");
  addSamplingOptions(command).action((path: string, data: string | undefined, flags: EvaluateFlags) =>
    runEvaluate(path, data, flags, io),
  );
}

async function runEvaluate(
  path: string,
  data: string | undefined,
  flags: EvaluateFlags,
  io: Io,
): Promise<void> {
  const { model } = openModel(path);
  const { description } = model;
  const keys = keysOf(flags.seed ?? description.settings.seed);
  const source = openSource(data ?? description.data.name, { key: keys.freshRows, rows: flags.rows });
  checkColumns(description, source);
  if (flags.out !== undefined) ensureWritable(flags.out);
  const samples = await interruptible(
    io,
    () => "stopped while sampling",
    (interrupt) => drawSamples(model, samplingOf(flags, flags.samples), keys.sampling, io, interrupt),
  );
  const results = measure(model, samples, source);
  io.stdout.write(showResults(results, { byLevel: true }));
  if (flags.out !== undefined) writeAtomically(flags.out, `${JSON.stringify(results, null, 2)}\n`);
}

import type { Command } from "commander";
import { openSource } from "../data/source.ts";
import { ensureWritable } from "../files/writable.ts";
import { keysOf } from "../model/keys.ts";
import { checkColumns } from "../model/match.ts";
import { openModel } from "../model/store.ts";
import { writePictures } from "../report/write.ts";
import { drawSamples } from "../sampling/sample.ts";
import { wholeNumber } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { addSamplingOptions, type SamplingFlags, samplingOf } from "./flags.ts";

interface PlotFlags extends SamplingFlags {
  readonly out?: string;
  readonly data?: string;
  readonly samples: number;
  readonly seed?: number;
}

/** `scoretape plot MODEL` */
export function addPlot(program: Command, io: Io): void {
  const command = program
    .command("plot")
    .description("draw a model anew: data, samples, learned score, losses")
    .argument("<model>", "the directory that train wrote")
    .option("--out <directory>", "where the pictures go (default: beside the model)")
    .option("--data <data>", "a CSV file, or a data set's name (default: what the model was trained on)")
    .option("--samples <number>", "samples to show", wholeNumber("--samples", 2), 2000)
    .option("--seed <number>", "decides the samples (default: the training's)", wholeNumber("--seed", 0));
  addSamplingOptions(command).action((path: string, flags: PlotFlags) => runPlot(path, flags, io));
}

async function runPlot(path: string, flags: PlotFlags, io: Io): Promise<void> {
  const { model, state, directory } = openModel(path);
  const { description } = model;
  const source = openSource(flags.data ?? description.data.name, {
    key: keysOf(description.settings.seed).rows,
    rows: description.data.rows,
  });
  checkColumns(description, source);
  const out = flags.out ?? directory;
  ensureWritable(`${out}/portrait.png`);
  const { sampling } = keysOf(flags.seed ?? description.settings.seed);
  const samples = await interruptible(
    io,
    () => "stopped while sampling; nothing was drawn",
    (interrupt) => drawSamples(model, samplingOf(flags, flags.samples), sampling, io, interrupt),
  );
  const pictures = writePictures(out, model, source, samples, state.history);
  io.stdout.write(pictures.map((file) => `${file}\n`).join(""));
}

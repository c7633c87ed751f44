import type { Command } from "commander";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { keysOf } from "../model/keys.ts";
import { openModel } from "../model/store.ts";
import { samplesCsv } from "../report/write.ts";
import { drawSamples } from "../sampling/sample.ts";
import { wholeNumber } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { addSamplingOptions, type SamplingFlags, samplingOf } from "./flags.ts";

interface SampleFlags extends SamplingFlags {
  readonly count: number;
  readonly seed?: number;
  readonly out?: string;
}

/** `scoretape sample MODEL` */
export function addSample(program: Command, io: Io): void {
  const command = program
    .command("sample")
    .description("draw samples of a model, as CSV in the data's own units")
    .argument("<model>", "the directory that train wrote")
    .option("--count <number>", "how many", wholeNumber("--count"), 1000)
    .option("--seed <number>", "decides the samples (default: the training's)", wholeNumber("--seed", 0))
    .option("--out <file.csv>", "where they go (default: standard output)");
  addSamplingOptions(command).action((path: string, flags: SampleFlags) => runSample(path, flags, io));
}

async function runSample(path: string, flags: SampleFlags, io: Io): Promise<void> {
  const { model } = openModel(path);
  if (flags.out !== undefined) ensureWritable(flags.out);
  const { sampling } = keysOf(flags.seed ?? model.description.settings.seed);
  const samples = await interruptible(io, nothingWritten, (interrupt) =>
    drawSamples(model, samplingOf(flags, flags.count), sampling, io, interrupt),
  );
  const text = samplesCsv(model, samples);
  if (flags.out === undefined) io.stdout.write(text);
  else writeAtomically(flags.out, text);
}

function nothingWritten(): string {
  return "stopped while sampling; nothing was written";
}

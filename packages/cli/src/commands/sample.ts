import { keysOf } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { ensureOutput, writeOutput } from "../files/output.ts";
import { openModel } from "../model/store.ts";
import { samplesCsv } from "../report/write.ts";
import { samplingOf } from "../sampling/flags.ts";
import { drawSamples } from "../sampling/sample.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape sample MODEL` */
export async function runSample({ operands: [path], flags, io }: Call<"sample">): Promise<void> {
  const { model, files } = openModel(path);
  ensureEnough(sampledNeeds(model.description, 0, flags.count), flags.backend);
  ensureOutput(flags.out, files);
  const { sampling } = keysOf(flags.seed ?? model.description.settings.seed);
  const samples = await interruptible(io, nothingWritten, (interrupt) =>
    drawSamples(model, samplingOf(flags, flags.count), sampling, io, interrupt),
  );
  writeOutput(flags.out, samplesCsv(model, samples), io);
}

function nothingWritten(): string {
  return "stopped while sampling; nothing was written";
}

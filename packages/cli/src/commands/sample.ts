import type { Call } from "../call.ts";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { keysOf } from "../model/keys.ts";
import { openModel } from "../model/store.ts";
import { samplesCsv } from "../report/write.ts";
import { samplingOf } from "../sampling/flags.ts";
import { drawSamples } from "../sampling/sample.ts";
import { interruptible } from "../terminal/interrupt.ts";

/** `scoretape sample MODEL` */
export async function runSample({ operands: [path], flags, io }: Call<"sample">): Promise<void> {
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

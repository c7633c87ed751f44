import type { Call } from "../call.ts";
import { checkRows, openSource } from "../data/source.ts";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { keysOf } from "../model/keys.ts";
import { checkColumns } from "../model/match.ts";
import { openModel } from "../model/store.ts";
import { measure, showResults } from "../report/results.ts";
import { samplingOf } from "../sampling/flags.ts";
import { drawSamples } from "../sampling/sample.ts";
import { interruptible } from "../terminal/interrupt.ts";

/** `scoretape evaluate MODEL [data.csv | name]` */
export async function runEvaluate(call: Call<"evaluate">): Promise<void> {
  const { flags, given, io } = call;
  const [path, data] = call.operands;
  const { model } = openModel(path);
  const { description } = model;
  const keys = keysOf(flags.seed ?? description.settings.seed);
  const source = openSource(data ?? description.data.name, { key: keys.freshRows, rows: flags.rows });
  checkRows(given, source);
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

import { keysOf, measure, measureGiven } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { checkRows, filesOf, openSource } from "../data/source.ts";
import { ensureWhole, rowsFor, wholeSource } from "../data/tested.ts";
import { ensureOutput, isStream, writeOutput } from "../files/output.ts";
import { checkNetworkFlags } from "../flags/network.ts";
import { readingOf } from "../flags/reading.ts";
import { checkColumns } from "../model/match.ts";
import { dataOf, openModel } from "../model/store.ts";
import { showResults } from "../report/results.ts";
import { summaryIn } from "../report/table-summary.ts";
import { showTarget } from "../report/target.ts";
import { samplingOf } from "../sampling/flags.ts";
import { drawSamples } from "../sampling/sample.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { note } from "../terminal/note.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape evaluate MODEL [data.csv | name]` */
export async function runEvaluate(call: Call<"evaluate">): Promise<void> {
  const { flags, given, io } = call;
  const [path, data] = call.operands;
  const saved = openModel(path);
  const { model } = saved;
  const { description } = model;
  checkNetworkFlags(path, description.network.kind, given);
  ensureEnough(
    sampledNeeds(description, Math.max(flags.rows, description.data.rows), flags.samples),
    flags.backend,
  );
  const keys = keysOf(flags.seed ?? description.settings.seed);
  // Of a set that is generated the training's own rows are drawn, or else others.
  const drawn =
    data === undefined
      ? { key: keysOf(description.settings.seed).rows, rows: description.data.rows }
      : { key: keys.freshRows, rows: flags.rows };
  const reading = {
    reading: readingOf(flags),
    kept: description.reading,
    coordinates: { of: description },
    images: { shape: description.image },
  };
  const source = openSource(data ?? dataOf(saved), { ...drawn, ...reading });
  for (const remark of source.remarks) note(io, remark);
  checkRows(given, source);
  checkColumns(description, source);
  ensureOutput(flags.out, [...saved.files, ...filesOf(source)]);
  if (description.target !== undefined) {
    ensureWhole(source, `the model in ${path} is of a target`);
    const { training, test } = rowsFor(saved, source, source, {
      key: keys.freshRows,
      rows: flags.rows,
      samples: 0,
    });
    const found = measureGiven(model, test ?? training, keys.measurements);
    const inTheirPlace = flags.out !== undefined && isStream(flags.out);
    if (!inTheirPlace) io.stdout.write(showTarget(found));
    if (flags.out !== undefined)
      writeOutput(flags.out, `${JSON.stringify({ target: found }, null, 2)}\n`, io);
    return;
  }
  const samples = await interruptible(
    io,
    () => "stopped while sampling",
    (interrupt) => drawSamples(model, samplingOf(flags, flags.samples), keys.sampling, io, interrupt),
  );
  const whole = wholeSource(source, model);
  const rows = rowsFor(saved, source, whole, {
    key: keys.freshRows,
    rows: flags.rows,
    samples: flags.samples,
  });
  if (rows.tellsCopies === false) {
    note(
      io,
      "the rows of the training are not to be found: half of these stand in for them, and copies cannot be told",
    );
  }
  const results = measure(model, samples, rows);
  const table = summaryIn(model, samples, whole);
  const inTheirPlace = flags.out !== undefined && isStream(flags.out);
  if (!inTheirPlace)
    io.stdout.write(
      showResults(results, {
        columns: source.columns,
        byLevel: true,
        images: description.image !== undefined,
        table,
      }),
    );
  if (flags.out !== undefined)
    writeOutput(
      flags.out,
      `${JSON.stringify({ ...results, ...(table === undefined ? {} : { table }) }, null, 2)}\n`,
      io,
    );
}

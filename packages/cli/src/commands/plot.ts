import type { TrainingHistory } from "@scoretape/score";
import { keysOf, measure } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { filesOf, openSource } from "../data/source.ts";
import { rowsFor, wholeSource } from "../data/tested.ts";
import { ensureApart } from "../files/apart.ts";
import { ensureWritable } from "../files/writable.ts";
import { FRESH_ROWS } from "../flags/defaults.ts";
import { checkNetworkFlags } from "../flags/network.ts";
import { readingOf } from "../flags/reading.ts";
import { checkColumns } from "../model/match.ts";
import { dataOf, openModel } from "../model/store.ts";
import { pictureFiles, writeLosses, writePictures } from "../report/write.ts";
import { samplingOf } from "../sampling/flags.ts";
import { drawSamples } from "../sampling/sample.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { note } from "../terminal/note.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** That of a model without its training, of which no losses are drawn. */
const NO_HISTORY: TrainingHistory = { losses: [], validation: [] };

/** `scoretape plot MODEL` */
export async function runPlot({ operands: [path], flags, given, io }: Call<"plot">): Promise<void> {
  const saved = openModel(path);
  const { model, directory } = saved;
  const { description } = model;
  checkNetworkFlags(path, description.network.kind, given);
  ensureEnough(sampledNeeds(description, description.data.rows, flags.samples), flags.backend);
  const source = openSource(flags.data ?? dataOf(saved), {
    key: keysOf(description.settings.seed).rows,
    rows: description.data.rows,
    reading: readingOf(flags),
    kept: description.reading,
    coordinates: { of: description },
    images: { shape: description.image },
  });
  for (const remark of source.remarks) note(io, remark);
  checkColumns(description, source);
  const out = flags.out ?? directory;
  ensureApart(pictureFiles(out), filesOf(source));
  for (const file of pictureFiles(out)) ensureWritable(file);
  if (description.target !== undefined) {
    const pictures = writeLosses(out, model.state?.history ?? NO_HISTORY);
    io.stdout.write(pictures.map((file) => `${file}\n`).join(""));
    return;
  }
  const { sampling, freshRows } = keysOf(flags.seed ?? description.settings.seed);
  const samples = await interruptible(
    io,
    () => "stopped while sampling; nothing was drawn",
    (interrupt) => drawSamples(model, samplingOf(flags, flags.samples), sampling, io, interrupt),
  );
  const whole = wholeSource(source, model);
  const results = measure(
    model,
    samples,
    rowsFor(saved, source, whole, { key: freshRows, rows: FRESH_ROWS, samples: samples.shape[0] ?? 0 }),
  );
  const history = model.state?.history ?? NO_HISTORY;
  const pictures = writePictures(out, model, whole, samples, results, history);
  io.stdout.write(pictures.map((file) => `${file}\n`).join(""));
}

import { basename } from "node:path";
import type { TrainingHistory } from "@scoretape/score";
import { keysOf, type Model, measureGiven } from "@scoretape/score/model";
import { testedRows } from "../data/tested.ts";
import { FRESH_ROWS } from "../flags/defaults.ts";
import { modelFile } from "../model/store.ts";
import { showTarget } from "../report/target.ts";
import { type Report, writeLosses, writeReport } from "../report/write.ts";
import type { Io } from "../terminal/io.ts";
import { stopwatch } from "../terminal/stopwatch.ts";
import type { Plan } from "./plan.ts";

/** What a trained model of a target is worth: the report, the loss curve, and a table on standard output. */
export function reportTarget(
  { source, directory }: Plan,
  model: Model,
  history: TrainingHistory,
  how: Pick<Report, "backend" | "seconds">,
  io: Io,
): void {
  const lap = stopwatch();
  const { description } = model;
  const { freshRows } = keysOf(description.settings.seed);
  const { test } = testedRows(description, source, { key: freshRows, rows: FRESH_ROWS, samples: 0 });
  const found = test !== null && (test.shape[0] ?? 0) > 1 ? measureGiven(model, test) : null;
  const measuring = lap();
  const pictures = writeLosses(directory, history);
  const report = writeReport(directory, {
    model,
    history,
    ...how,
    results: { target: found },
    seconds: { ...how.seconds, metrics: measuring, pictures: lap() },
    files: [modelFile(directory), ...pictures].map((file) => basename(file)),
  });
  if (found !== null) io.stdout.write(`${showTarget(found)}\n`);
  const shown = pictures.filter((file) => file.endsWith(".png"));
  io.stdout.write([...shown, report].map((file) => `${file}\n`).join(""));
}

import { random } from "@scoretape/autograd";
import { keysOf } from "@scoretape/score/model";
import { writeMixedTable } from "@scoretape/score/tables";
import type { Call } from "../call.ts";
import { heldOutTable } from "../data/tested.ts";
import { ensureOutput, writeOutput } from "../files/output.ts";
import { FRESH_ROWS } from "../flags/defaults.ts";
import { readingOf } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { openModel } from "../model/store.ts";
import { blamesOf } from "../ranking/blames.ts";
import { logDensities } from "../ranking/densities.ts";
import { checkOfRows, readModelRows } from "../ranking/modelRows.ts";
import { orderOf, rankedTable } from "../ranking/ranked.ts";
import { backendOf } from "../sampling/backend.ts";
import { note } from "../terminal/note.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape rank MODEL rows.csv` */
export function runRank({ operands: [path, file], flags, io }: Call<"rank">): void {
  const saved = openModel(path);
  const { model, files } = saved;
  const { description } = model;
  checkOfRows(path, description, "rank");
  ensureOutput(flags.out, [...files, file === STREAM ? "/dev/stdin" : file]);
  const { table, schema, numbers, reading, remarks } = readModelRows(file, description, readingOf(flags));
  for (const remark of remarks) note(io, remark);
  ensureEnough(sampledNeeds(description, table.rows, 0), flags.backend);
  const keys = keysOf(description.settings.seed);
  const key = (i: number) => random.foldIn(keys.measurements, i);
  const backend = backendOf(flags);
  const logs = logDensities(model, schema, table, { key: key(0), backend });
  const heldOut = heldOutTable(saved, { key: keys.freshRows, rows: FRESH_ROWS, samples: 0 }, schema);
  if (heldOut === null) {
    note(
      io,
      "no rows of the data that the training has not seen are to be found, and so there are no percentiles",
    );
  }
  const ofHeldOut = heldOut === null ? null : logDensities(model, schema, heldOut, { key: key(1), backend });
  const worst = orderOf(logs).slice(0, flags.blame);
  const blames = blamesOf(model, schema, table, worst, { key: key(2), backend });
  const { delimiter = ",", decimal = "." } = reading;
  writeOutput(
    flags.out,
    writeMixedTable(rankedTable(table, numbers, logs, ofHeldOut, blames), { delimiter, decimal }),
    io,
  );
}

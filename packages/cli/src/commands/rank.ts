import { keysOf } from "@scoretape/score/model";
import { writeMixedTable } from "@scoretape/score/tables";
import type { Call } from "../call.ts";
import { heldOutTable } from "../data/tested.ts";
import { ensureOutput, writeOutput } from "../files/output.ts";
import { nameOf } from "../files/read.ts";
import { FRESH_ROWS } from "../flags/defaults.ts";
import { readingOf } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { openModel } from "../model/store.ts";
import { checkOfRows, readModelRows } from "../ranking/modelRows.ts";
import { rankedTable } from "../ranking/ranked.ts";
import { rankingOf } from "../ranking/ranking.ts";
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
  const { table, schema, numbers, reading, remarks } = readModelRows(file, description, readingOf(flags), {
    gaps: "keep",
  });
  for (const remark of remarks) note(io, remark);
  ensureEnough(sampledNeeds(description, table.rows, 0), flags.backend);
  const keys = keysOf(description.settings.seed);
  const heldOut = heldOutTable(saved, { key: keys.freshRows, rows: FRESH_ROWS, samples: 0 }, schema);
  if (heldOut === null) {
    note(
      io,
      "no rows of the data that the training has not seen are to be found, and so there are no percentiles",
    );
  }
  const rows = { table, numbers, name: nameOf(file) };
  const {
    ranking,
    blames,
    remarks: ofGaps,
  } = rankingOf(model, schema, rows, heldOut, {
    ...{ key: keys.measurements, blame: flags.blame, backend: backendOf(flags) },
  });
  for (const remark of ofGaps) note(io, remark);
  const { delimiter = ",", decimal = "." } = reading;
  writeOutput(
    flags.out,
    writeMixedTable(rankedTable(table, numbers, ranking, blames), { delimiter, decimal }),
    io,
  );
}

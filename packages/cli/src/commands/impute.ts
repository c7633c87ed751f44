import { keysOf } from "@scoretape/score/model";
import { type Reading, type Writing, writeMixedTable } from "@scoretape/score/tables";
import type { Call } from "../call.ts";
import { ensureOutput, writeOutput } from "../files/output.ts";
import { nameOf } from "../files/read.ts";
import { readingOf } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { completedTables, hasGaps } from "../imputing/completed.ts";
import { drawsOf } from "../imputing/draws.ts";
import { readModelTable, schemaOf } from "../imputing/modelTable.ts";
import { summaryOf } from "../imputing/summary.ts";
import { openModel } from "../model/store.ts";
import { backendOf } from "../sampling/backend.ts";
import { note } from "../terminal/note.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** Draws of each gap, where nothing is said: for tables, and for a summary of them. */
const [DRAWS, SUMMARISED] = [20, 100];

/** `scoretape impute MODEL gaps.csv` */
export function runImpute({ operands: [path, file], flags, io }: Call<"impute">): void {
  const { model, files } = openModel(path);
  const { description } = model;
  if (description.image !== undefined) {
    throw new UserError(`${path} is a model of images; paint what is hidden of one with scoretape inpaint`);
  }
  if (description.target !== undefined) {
    throw new UserError(
      `${path} is a model of ${description.target.join(", ")} alone, given other columns; draw it with scoretape sample --given`,
    );
  }
  ensureOutput(flags.out, [...files, file === STREAM ? "/dev/stdin" : file]);
  const { table, reading, remarks } = readModelTable(
    file,
    description,
    readingOf({ ...flags, gaps: undefined }),
  );
  const name = nameOf(file);
  if (!hasGaps(table)) {
    throw new UserError(`${name} has no gaps: empty cells are drawn; say what else is one with --missing`);
  }
  for (const remark of remarks) note(io, remark);
  const draws = flags.draws ?? (flags.summary ? SUMMARISED : DRAWS);
  ensureEnough(sampledNeeds(description, 0, table.rows * draws), flags.backend);
  const key = keysOf(flags.seed ?? description.settings.seed).sampling;
  const drawn = drawsOf({ model, table, name }, { key, draws, backend: backendOf(flags) }, io);
  const schema = schemaOf(description);
  const written = flags.summary
    ? summaryOf(table, { schema, standardization: description.standardization }, drawn, flags.interval)
    : completedTables(table, schema, drawn);
  writeOutput(flags.out, writeMixedTable(written, writingOf(reading)), io);
}

/** A table is written as the one that was read. */
function writingOf({ delimiter, decimal, header }: Reading): Writing {
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(header === undefined ? {} : { header }),
  };
}

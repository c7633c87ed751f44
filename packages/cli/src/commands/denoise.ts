import { writeMixedTable } from "@scoretape/score/tables";
import type { Call } from "../call.ts";
import { denoisedTable } from "../denoising/denoisedTable.ts";
import { readNoisyRows } from "../denoising/noisyRows.ts";
import { ensureOutput, isStream, writeOutput } from "../files/output.ts";
import { optionOf } from "../flags/flag.ts";
import { readingOf, typed } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { readPoint, shapeOf } from "../images/modelImages.ts";
import { ensureImageOutput, writeImages } from "../images/output.ts";
import { picturesOf } from "../images/pictures.ts";
import { openModel, type SavedModel } from "../model/store.ts";
import { checkOfRows } from "../ranking/modelRows.ts";
import { backendOf } from "../sampling/backend.ts";
import { denoisedPoints } from "../sampling/flow.ts";
import { note } from "../terminal/note.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape denoise MODEL IMAGE`, or a table of noisy rows */
export function runDenoise(call: Call<"denoise">): void {
  const saved = openModel(call.operands[0]);
  if (saved.model.description.image === undefined) denoiseRows(call, saved);
  else denoiseImage(call, saved);
}

function denoiseImage({ operands: [path, file], flags, io }: Call<"denoise">, saved: SavedModel): void {
  const { model, files } = saved;
  const { description } = model;
  const image = shapeOf(path, description);
  const ofTables = [typed(readingOf(flags)), flags.sigmaColumn === undefined ? "" : optionOf("sigmaColumn")];
  const strange = ofTables.find((words) => words !== "");
  if (strange !== undefined) {
    throw new UserError(`${strange} is for models of rows, and ${path} is one of images; leave it out`);
  }
  if (isStream(flags.out)) throw new UserError("--out is standard output, where no image goes; give a file");
  ensureEnough(sampledNeeds(description, 0, 1), flags.backend);
  const noisy = readPoint(file, { model, image }, flags.resize);
  ensureImageOutput(flags.out, 1, [...files, file]);
  const clean = denoisedPoints(model.standardScore, noisy, flags.sigma, { backend: backendOf(flags) });
  io.stdout.write(`${writeImages(flags.out, picturesOf(description, image, clean))}\n`);
}

function denoiseRows({ operands, flags, given, io }: Call<"denoise">, { model, files }: SavedModel): void {
  const [path, file] = operands;
  if (flags.resize !== undefined) {
    throw new UserError(`--resize is for images, and ${path} is a model of rows; leave it out`);
  }
  if (flags.sigmaColumn !== undefined && given.has("sigma")) {
    throw new UserError("--sigma and --sigma-column both say how much noise there is; leave one of them out");
  }
  checkOfRows(path, model.description, "denoise");
  const out = given.has("out") ? flags.out : undefined;
  ensureOutput(out, [...files, file === STREAM ? "/dev/stdin" : file]);
  const noise = flags.sigmaColumn === undefined ? { sigma: flags.sigma } : { column: flags.sigmaColumn };
  const { values, sigma, reading, remarks } = readNoisyRows(file, model, readingOf(flags), noise);
  for (const remark of remarks) note(io, remark);
  ensureEnough(sampledNeeds(model.description, sigma.length, 0), flags.backend);
  const clean = denoisedTable(model, values, sigma, { backend: backendOf(flags) });
  const { delimiter = ",", decimal = "." } = reading;
  writeOutput(out, writeMixedTable(clean, { delimiter, decimal }), io);
}

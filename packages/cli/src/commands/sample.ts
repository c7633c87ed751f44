import type { Key, Tensor } from "@scoretape/autograd";
import { keysOf } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { ensureOutput, isStream, writeOutput } from "../files/output.ts";
import { optionOf } from "../flags/flag.ts";
import { checkNetworkFlags } from "../flags/network.ts";
import type { FlagName, FlagsOf } from "../flags/table.ts";
import { readPoint, shapeOf } from "../images/modelImages.ts";
import { ensureImageOutput, writeImages } from "../images/output.ts";
import { picturesOf } from "../images/pictures.ts";
import { sampleGiven } from "../imputing/sampleGiven.ts";
import { openModel, type SavedModel } from "../model/store.ts";
import { samplesCsv } from "../report/samples-csv.ts";
import { backendOf } from "../sampling/backend.ts";
import { conditionOf } from "../sampling/condition.ts";
import { samplingOf } from "../sampling/flags.ts";
import { samplesFrom } from "../sampling/from.ts";
import { givenOf, targetCsv } from "../sampling/given.ts";
import { checkSampler, metropolisSamples } from "../sampling/metropolis.ts";
import { checkOnnxRuntime, drawnByOnnxRuntime } from "../sampling/onnxRuntime.ts";
import { drawSamples } from "../sampling/sample.ts";
import { type Interrupt, interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { note } from "../terminal/note.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape sample MODEL` */
export async function runSample({ operands: [path], flags, given, io }: Call<"sample">): Promise<void> {
  const saved = openModel(path);
  const { model, files } = saved;
  const { description } = model;
  const { out, count } = flags;
  checkNetworkFlags(path, description.network.kind, given);
  checkFrom(flags, given);
  checkSampler(path, model, flags.sampler);
  const ofTarget = description.target !== undefined;
  const values = ofTarget ? givenOf(path, model, flags.given) : [];
  if (flags.backend === "onnxruntime") checkOnnxRuntime(path, model, flags.from);
  if (flags.from !== undefined && description.image === undefined) {
    throw new UserError(`--from is for models of images, and ${path} is one of rows; leave it out`);
  }
  ensureEnough(sampledNeeds(description, 0, count), flags.backend);
  // Images go to pictures, unless a table is asked for.
  const asImages =
    description.image !== undefined && out !== undefined && !isStream(out) && !/\.csv$/i.test(out);
  const read = [...files, ...(flags.from === undefined ? [] : [flags.from])];
  if (asImages) ensureImageOutput(out, count, read);
  else ensureOutput(out, read);
  if (!ofTarget && flags.given !== undefined) return sampleGiven(path, model, flags.given, flags, given, io);
  const { sampling } = keysOf(flags.seed ?? description.settings.seed);
  if (ofTarget) {
    const how = { count, backend: backendOf(flags) };
    writeOutput(out, targetCsv(model, values, how, sampling), io);
    return;
  }
  const samples = await interruptible(io, nothingWritten, (interrupt) =>
    drawn(path, saved, flags, sampling, io, interrupt),
  );
  if (!asImages) writeOutput(out, samplesCsv(model, samples), io);
  else io.stdout.write(`${writeImages(out, picturesOf(description, shapeOf(path, description), samples))}\n`);
}

/** Samples from noise, or from an image that is given. */
async function drawn(
  path: string,
  saved: SavedModel,
  flags: FlagsOf<"sample">,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<Tensor> {
  const { model } = saved;
  const condition = conditionOf(path, model, flags);
  if (flags.backend === "onnxruntime") {
    const seed = flags.seed ?? model.description.settings.seed;
    return drawnByOnnxRuntime(model, { ...condition, count: flags.count, seed, threads: flags.threads });
  }
  if (flags.from === undefined) {
    const sampling = { ...samplingOf(flags, flags.count), ...condition };
    const samples = await drawSamples(model, sampling, key, io, interrupt);
    if (flags.sampler === "annealed") return samples;
    const { sampler } = flags;
    const chains = metropolisSamples(model, samples, { sampler, key, backend: sampling.backend });
    for (const warning of chains.warnings) note(io, warning);
    return chains.samples;
  }
  const point = readPoint(flags.from, { model, image: shapeOf(path, model.description) }, flags.resize);
  const options = {
    count: flags.count,
    sigma: flags.sigma ?? 1,
    key,
    backend: backendOf(flags),
    ...condition,
  };
  return samplesFrom(model, point, options);
}

/** @throws UserError if flags for an image are given without one, or those for samples from noise with one */
function checkFrom({ from, class: name }: FlagsOf<"sample">, given: ReadonlySet<FlagName>): void {
  const refuse = (flag: FlagName, why: string): void => {
    if (given.has(flag)) throw new UserError(`${optionOf(flag)} ${why}`);
  };
  if (from === undefined) {
    for (const flag of ["sigma", "resize"] as const) refuse(flag, "is for an image; give one with --from");
    return;
  }
  for (const flag of ["stepsPerLevel", "stepSize", "sampler"] as const) {
    refuse(
      flag,
      "is for samples from noise, by Langevin's method; leave it out, or --from, which goes by Heun's",
    );
  }
  if (name === undefined) refuse("guidance", "beside --from is for a class; give one with --class");
}

function nothingWritten(): string {
  return "stopped while sampling; nothing was written";
}

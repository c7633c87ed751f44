import { basename, extname, join } from "node:path";
import type { GpuProgramBackend } from "@scoretape/autograd/gpu";
import { selected } from "@scoretape/score";
import { type Description, keysOf, measure, modelOf, samplingDefaults } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { nameOfSet, STDIN } from "../data/source.ts";
import { testedRows, wholeSource } from "../data/tested.ts";
import { ensureDirectory } from "../files/atomic.ts";
import { withLock } from "../files/lock.ts";
import { FRESH_ROWS } from "../flags/defaults.ts";
import type { FlagsOf } from "../flags/table.ts";
import { STREAM } from "../flags/value.ts";
import { modelDirectory, modelFile } from "../model/store.ts";
import { showResults } from "../report/results.ts";
import { summaryIn } from "../report/table-summary.ts";
import { lastLosses, writePictures, writePreview, writeReport, writeSamples } from "../report/write.ts";
import { backendReport } from "../sampling/backend.ts";
import { samplingOf } from "../sampling/flags.ts";
import { flowSamples } from "../sampling/flow.ts";
import { drawSamples, type Sampling, SamplingError } from "../sampling/sample.ts";
import { ExpectedError } from "../terminal/expected.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { note } from "../terminal/note.ts";
import { duration } from "../terminal/progress.ts";
import { inShell } from "../terminal/shell.ts";
import { stopwatch } from "../terminal/stopwatch.ts";
import { UserError } from "../terminal/user-error.ts";
import { openGpu } from "../training/gpu.ts";
import { type Learned, type LearningOptions, learn } from "../training/learn.ts";
import { outlineOf } from "../training/outline.ts";
import { ensurePlace, ensureVacant, removeForeignResults } from "../training/place.ts";
import { newPlan, type Plan, resumedPlan } from "../training/plan.ts";
import { remarkOn } from "../training/remark.ts";
import { reportTarget } from "../training/target.ts";

/** `scoretape train [data | name]` */
export async function runTrain(call: Call<"train">): Promise<void> {
  const { flags, given, io } = call;
  const [data] = call.operands;
  if (flags.resume && flags.overwrite) {
    throw new UserError("--resume goes on with what --overwrite would replace; give one of them");
  }
  if (flags.export !== undefined) {
    // Only here: what writes programs is of use to nothing else.
    const { exportTraining } = await import("../job/export.ts");
    return exportTraining({ data, flags, given }, io);
  }
  const request = { data, directory: flags.out ?? defaultDirectory(data), flags, given };
  if (flags.dryRun) {
    const plan = flags.resume ? resumedPlan(request) : newPlan(request);
    if (!flags.resume && !flags.overwrite) ensureVacant(plan.directory);
    io.stdout.write(outlineOf(plan, flags));
    return;
  }
  if (flags.resume) {
    await withLock(modelDirectory(request.directory), async () => {
      const plan = resumedPlan(request);
      ensurePlace(plan.directory);
      if (plan.resume !== null) removeForeignResults(plan.directory, plan.resume.history);
      await carryOut(plan, flags, io);
    });
    return;
  }
  const plan = newPlan(request);
  ensureDirectory(plan.directory);
  await withLock(plan.directory, async () => {
    ensurePlace(plan.directory);
    if (!flags.overwrite) ensureVacant(plan.directory);
    await carryOut(plan, flags, io);
  });
}

/** Trains on what was asked for. */
async function carryOut(plan: Plan, flags: FlagsOf<"train">, io: Io): Promise<void> {
  for (const remark of plan.source.remarks) note(io, remark);
  if (flags.backend !== "gpu") return trainOn(null, plan, flags, io);
  const device = await openGpu({ allowSoftware: flags.allowSoftware });
  try {
    io.stdout.write(`training on ${device.adapter}\n`);
    await trainOn(device, plan, flags, io);
  } finally {
    await device.dispose();
  }
}

function defaultDirectory(data: string | undefined): string {
  if (data === undefined) {
    throw new UserError(
      "train needs data: a CSV file or the name of a data set (scoretape list shows them); or --resume with --out",
    );
  }
  if (data === STREAM) return join("out", STDIN);
  return join("out", nameOfSet(data) ?? basename(data, extname(data)));
}

/** The model is not one of its data. */
class Failed extends ExpectedError {
  constructor(why: string, { network }: Description) {
    const remedy =
      network.kind === "unet"
        ? "try more --steps, a lower --learning-rate, or more images"
        : "try a lower --step-size or --learning-rate, more --steps-per-level, or more rows";
    super(`${why} The results are written; ${remedy}`, 1);
  }
}

/** Trains on a GPU, or else on what samples; then samples and draws. */
async function trainOn(
  device: GpuProgramBackend | null,
  plan: Plan,
  flags: FlagsOf<"train">,
  io: Io,
): Promise<void> {
  const { directory, source } = plan;
  const { seed } = plan.description.settings;
  const sampling = samplingOf(flags, flags.samples);
  let step = plan.resume?.step ?? 0;
  const stopped = (): string =>
    `stopped at step ${step} of ${plan.description.steps}, which is saved; go on with: ` +
    `scoretape train --resume --out ${inShell(directory)}`;

  await interruptible(io, stopped, async (interrupt) => {
    const lap = stopwatch();
    const { description, state } = await learn(
      plan,
      {
        checkpointEvery: flags.checkpointEvery,
        backend: device ?? sampling.backend,
        draw: previewOf(plan, sampling),
      },
      io,
      interrupt,
    );
    step = state.step;
    interrupt.check();
    const training = lap();
    io.stdout.write(`${outcome(plan, state, training)}\n${remarkOn(state)}\n`);

    const model = modelOf(description, selected(state));
    if (description.target !== undefined) {
      const backend = { ...backendReport(flags), ...(device === null ? {} : { gpu: device.adapter }) };
      reportTarget({ ...plan, description }, model, state.history, { backend, seconds: { training } }, io);
      return;
    }
    const samples = await drawSamples(model, sampling, keysOf(seed).sampling, io, interrupt);
    const drawing = lap();
    const whole = wholeSource(source, model);
    const rows = testedRows(description, whole, {
      key: keysOf(seed).freshRows,
      rows: FRESH_ROWS,
      samples: sampling.count,
    });
    const results = measure(model, samples, rows);
    const measuring = lap();
    await interrupt.listen();
    const samplesFile = writeSamples(directory, model, samples);
    const pictures = writePictures(directory, model, whole, samples, results, state.history);
    await interrupt.listen();
    const { count, stepsPerLevel = samplingDefaults(model).stepsPerLevel, stepSize } = sampling;
    // No Langevin steps lead to images.
    const langevin = description.network.kind === "unet" ? {} : { stepsPerLevel, stepSize };
    const table = summaryIn(model, samples, whole);
    const report = writeReport(directory, {
      model,
      history: state.history,
      sampling: { count, ...langevin, seed },
      backend: { ...backendReport(flags), ...(device === null ? {} : { gpu: device.adapter }) },
      results,
      ...(table === undefined ? {} : { table }),
      seconds: { training, sampling: drawing, metrics: measuring, pictures: lap() },
      files: [modelFile(directory), samplesFile, ...pictures].map((file) => basename(file)),
    });
    const shown = pictures.filter((file) => file.endsWith(".png"));
    io.stdout.write(
      `${showResults(results, {
        columns: source.columns,
        byLevel: false,
        images: description.image !== undefined,
        table,
      })}\n`,
    );
    io.stdout.write([...shown, samplesFile, report].map((file) => `${file}\n`).join(""));
    if (results.verdict.kind === "failed") throw new Failed(results.verdict.text, description);
  });
}

/** How images are drawn on the way. */
const PREVIEW = { count: 64, steps: 18 };

/** Draws samples of a training in its midst, if they are images. */
function previewOf({ source, directory }: Plan, { backend }: Sampling): LearningOptions["draw"] {
  if (source.image === undefined) return undefined;
  return (description, state) => {
    const model = modelOf(description, state.averaged);
    const { sampling } = keysOf(description.settings.seed);
    try {
      const samples = flowSamples(model, PREVIEW.count, sampling, { ...PREVIEW, backend });
      writePreview(directory, model, source, samples, `at step ${inWords(state.step)}`);
    } catch (error) {
      // A network that has hardly learned may have no samples yet.
      if (!(error instanceof SamplingError)) throw error;
    }
  };
}

/** `old-faithful: 4,000 steps in 28 s, loss -0.524, validation loss -0.444 at step 3,900` */
function outcome({ source, resume }: Plan, { step, best, history }: State, seconds: number): string {
  const from = resume === null ? "" : ` from step ${inWords(resume.step)}`;
  const { training } = lastLosses(history);
  return [
    `${source.name}: ${inWords(step)} steps${from} in ${duration(seconds)}`,
    ...(training === null ? [] : [`loss ${training.toPrecision(3)}`]),
    ...(best === null
      ? []
      : [`best validation loss ${best.loss.toPrecision(3)} at step ${inWords(best.step)}`]),
  ].join(", ");
}

type State = Learned["state"];

function inWords(count: number): string {
  return count.toLocaleString("en");
}

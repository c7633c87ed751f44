import { basename, extname, join } from "node:path";
import type { GpuProgramBackend } from "@scoretape/autograd/gpu";
import { objectiveNames } from "@scoretape/score";
import { type Command, Option } from "commander";
import { findSet } from "../data/source.ts";
import { keysOf } from "../model/keys.ts";
import { modelOf } from "../model/model.ts";
import { defaults, type Settings } from "../model/settings.ts";
import { modelFiles } from "../model/store.ts";
import { measure, showResults } from "../report/results.ts";
import { lastLosses, writePictures, writeReport, writeSamples } from "../report/write.ts";
import { drawSamples } from "../sampling/sample.ts";
import { fraction, oneOf, positive, wholeNumber, widths } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { duration } from "../terminal/progress.ts";
import { stopwatch } from "../terminal/stopwatch.ts";
import { UserError } from "../terminal/user-error.ts";
import { openGpu } from "../training/gpu.ts";
import { learn } from "../training/learn.ts";
import { newPlan, type Plan, ROWS, resumedPlan } from "../training/plan.ts";
import { addSamplingOptions, type SamplingFlags, samplingOf } from "./flags.ts";

interface TrainFlags extends Settings, SamplingFlags {
  readonly out?: string;
  readonly resume?: true;
  readonly steps: number;
  readonly rows: number;
  readonly checkpointEvery: number;
  readonly samples: number;
  readonly allowSoftware?: true;
}

/** `scoretape train [data.csv | name]` */
export function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .description("learn the score of a CSV file's rows or of a data set, sample it and draw it")
    .argument("[data]", "a CSV file, or the name of a data set (see scoretape list)")
    .option("--out <directory>", "where model, report, samples and pictures go (default: out/<data>)")
    .option("--resume", "go on with the training in --out where it stopped")
    .option("--steps <number>", "steps in all", wholeNumber("--steps"), 4000)
    .option(
      "--loss <name>",
      `what is minimised: ${objectiveNames.join(", ")}`,
      oneOf("--loss", objectiveNames),
      defaults.loss,
    )
    .option("--batch <rows>", "rows of a mini-batch", wholeNumber("--batch"), defaults.batch)
    .option("--levels <number>", "noise levels", wholeNumber("--levels"), defaults.levels)
    .option(
      "--sigma-max <number>",
      "the largest noise level, in standard deviations of the data",
      positive("--sigma-max"),
      defaults.sigmaMax,
    )
    .option("--sigma-min <number>", "the smallest noise level", positive("--sigma-min"), defaults.sigmaMin)
    .addOption(
      new Option("--hidden <widths>", "widths of the hidden layers")
        .argParser(widths("--hidden"))
        .default(defaults.hidden, defaults.hidden.join("-")),
    )
    .option(
      "--learning-rate <number>",
      "step size of Adam at the first step, falling to almost nothing at the last",
      positive("--learning-rate"),
      defaults.learningRate,
    )
    .option("--ema <number>", "decay of the parameters' moving average", fraction("--ema"), defaults.ema)
    .option(
      "--validation <share>",
      "share of the rows kept aside to measure the loss on",
      fraction("--validation"),
      defaults.validation,
    )
    .option("--seed <number>", "decides all that is random", wholeNumber("--seed", 0), defaults.seed)
    .option("--rows <number>", "rows of a generated data set", wholeNumber("--rows", 2), ROWS)
    .option(
      "--checkpoint-every <steps>",
      "steps from one checkpoint to the next",
      wholeNumber("--checkpoint-every"),
      500,
    )
    .option("--samples <number>", "samples to draw at the end", wholeNumber("--samples", 2), 2000);
  command.option("--allow-software", "with --backend gpu: accept a GPU that the processor stands in for");
  addSamplingOptions(command, ["wasm", "js", "gpu"]).action((data: string | undefined, flags: TrainFlags) => {
    const names = Object.keys(flags);
    const given = new Set(names.filter((name) => command.getOptionValueSource(name) === "cli"));
    return runTrain(planOf(data, flags, given), flags, io);
  });
}

function planOf(data: string | undefined, flags: TrainFlags, given: ReadonlySet<string>): Plan {
  const { loss, batch, levels, sigmaMax, sigmaMin, hidden, learningRate, ema, validation, seed } = flags;
  const request = {
    data,
    directory: flags.out ?? defaultDirectory(data),
    settings: { loss, batch, levels, sigmaMax, sigmaMin, hidden, learningRate, ema, validation, seed },
    steps: flags.steps,
    rows: flags.rows,
    given,
  };
  return flags.resume === true ? resumedPlan(request) : newPlan(request);
}

function defaultDirectory(data: string | undefined): string {
  if (data === undefined) {
    throw new UserError(
      "train needs data: a CSV file or the name of a data set (scoretape list shows them); or --resume with --out",
    );
  }
  return join("out", findSet(data)?.name ?? basename(data, extname(data)));
}

async function runTrain(plan: Plan, flags: TrainFlags, io: Io): Promise<void> {
  if (flags.backend !== "gpu") return trainOn(null, plan, flags, io);
  const device = await openGpu({ allowSoftware: flags.allowSoftware === true });
  try {
    io.stdout.write(`training on ${device.adapter}\n`);
    await trainOn(device, plan, flags, io);
  } finally {
    await device.dispose();
  }
}

/** Trains on a GPU, or else on what samples; then samples and draws. */
async function trainOn(
  device: GpuProgramBackend | null,
  plan: Plan,
  flags: TrainFlags,
  io: Io,
): Promise<void> {
  const { description, directory, source } = plan;
  const { seed } = description.settings;
  const sampling = samplingOf(flags, flags.samples);
  let step = plan.resume?.step ?? 0;
  const stopped = (): string =>
    `stopped at step ${step} of ${description.steps}, which is saved; go on with: ` +
    `scoretape train --resume --out ${quoted(directory)}`;

  await interruptible(io, stopped, async (interrupt) => {
    const lap = stopwatch();
    const state = await learn(
      plan,
      { checkpointEvery: flags.checkpointEvery, backend: device ?? sampling.backend },
      io,
      interrupt,
    );
    step = state.step;
    interrupt.check();
    const training = lap();
    io.stdout.write(`${outcome(plan, lastLosses(state.history), training)}\n\n`);

    const model = modelOf(description, state.averaged);
    const samples = await drawSamples(model, sampling, keysOf(seed).sampling, io, interrupt);
    const drawing = lap();
    const results = measure(model, samples, source);
    const measuring = lap();
    await interrupt.listen();
    const samplesFile = writeSamples(directory, model, samples);
    const pictures = writePictures(directory, model, source, samples, state.history);
    await interrupt.listen();
    const { count, stepsPerLevel, stepSize } = sampling;
    const report = writeReport(directory, {
      model,
      history: state.history,
      sampling: { count, stepsPerLevel, stepSize, seed },
      backend: {
        name: flags.backend,
        threads: flags.threads,
        ...(device === null ? {} : { gpu: device.adapter }),
      },
      results,
      seconds: { training, sampling: drawing, metrics: measuring, pictures: lap() },
      files: [...modelFiles(directory), samplesFile, ...pictures].map((file) => basename(file)),
    });
    const shown = pictures.filter((file) => file.endsWith(".png"));
    io.stdout.write(`${showResults(results, { byLevel: false })}\n`);
    io.stdout.write([...shown, samplesFile, report].map((file) => `${file}\n`).join(""));
  });
}

/** `old-faithful: 4,000 steps in 28 s, loss -0.524, validation loss -0.444` */
function outcome(
  { source, description, resume }: Plan,
  { training, validation }: ReturnType<typeof lastLosses>,
  seconds: number,
): string {
  const from = resume === null ? "" : ` from step ${resume.step.toLocaleString("en")}`;
  return [
    `${source.name}: ${description.steps.toLocaleString("en")} steps${from} in ${duration(seconds)}`,
    ...(training === null ? [] : [`loss ${training.toPrecision(3)}`]),
    ...(validation === null ? [] : [`validation loss ${validation.toPrecision(3)}`]),
  ].join(", ");
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

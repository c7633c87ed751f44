import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@scoretape/autograd";
import type { TrainingHistory } from "@scoretape/score";
import { type GivenMeasurements, type Measurements, type Model, restored } from "@scoretape/score/model";
import { labelled, type Source, tableOf } from "../data/source.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readText } from "../files/read.ts";
import type { Pictures } from "../images/grid.ts";
import { arrayOf } from "../images/output.ts";
import { picturesOf as imagesOf } from "../images/pictures.ts";
import { toPng } from "../plots/png.ts";
import type { BackendReport } from "../sampling/backend.ts";
import type { Sampling } from "../sampling/sample.ts";
import { drawable, labelsOf } from "./drawable.ts";
import { lossPictures, type Picture, pictureNames, picturesOf } from "./pictures.ts";
import { samplesCsv } from "./samples-csv.ts";
import { samplesPicture, shownOf } from "./samples-picture.ts";
import type { ColumnSummary } from "./table-summary.ts";
import { versions } from "./version.ts";

/** All that a report tells. */
export interface Report {
  readonly model: Model;
  readonly history: TrainingHistory;
  readonly sampling?: Pick<Sampling, "count"> &
    Partial<Pick<Sampling, "stepsPerLevel" | "stepSize">> & { readonly seed: number };
  /** What ran the compiled steps. */
  readonly backend: BackendReport & { readonly gpu?: string };
  readonly results: Measurements | { readonly target: GivenMeasurements | null };
  /** The columns in what they hold, where that is not numbers as they are. */
  readonly table?: readonly ColumnSummary[];
  /** How long the parts of the work took, in seconds. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly files: readonly string[];
}

const REPORT = "report.json";
const SAMPLES = "samples.csv";
/** Of images, whose rows no one reads. */
const IMAGES = "samples.npy";

/** The files in which a training's results stand in its directory, the report last, as they are written. */
export function resultFiles(directory: string): string[] {
  return [
    join(directory, SAMPLES),
    join(directory, IMAGES),
    ...pictureFiles(directory),
    join(directory, REPORT),
  ];
}

/** The files of a model's pictures. */
export function pictureFiles(directory: string): string[] {
  return pictureNames.flatMap((name) => [join(directory, `${name}.png`), join(directory, `${name}.svg`)]);
}

/** Writes `samples.csv`, or `samples.npy` of images; the samples are in the model's units. Returns its path. */
export function writeSamples(directory: string, model: Model, samples: Tensor): string {
  const { image } = model.description;
  if (image !== undefined) {
    const array = join(directory, IMAGES);
    writeAtomically(array, arrayOf(imagesOf(model.description, image, samples)));
    return array;
  }
  const path = join(directory, SAMPLES);
  writeAtomically(path, samplesCsv(model, samples));
  return path;
}

/** Writes a model's pictures, each as SVG and as PNG. Returns the paths of all, the PNGs first. */
export function writePictures(
  directory: string,
  model: Model,
  source: Source,
  samples: Tensor,
  results: Measurements,
  history: TrainingHistory,
): string[] {
  const { description } = model;
  const points = restored(description.standardization, samples);
  const { schema } = source;
  const shown =
    schema === undefined
      ? { data: labelled(source, source.values), samples: labelled(description, points) }
      : { data: drawable(schema, source.values), samples: drawable(schema, points), axes: labelsOf(schema) };
  return writeEach(directory, picturesOf({ model, ...shown, results, history }));
}

/** Writes the picture of a training's losses, as SVG and as PNG, where there are any. Returns the paths. */
export function writeLosses(directory: string, history: TrainingHistory): string[] {
  return writeEach(directory, lossPictures(history));
}

/** Writes images of the data and samples, as they are at some step of the training. */
export function writePreview(
  directory: string,
  model: Model,
  source: Source,
  samples: Tensor,
  note: string,
): void {
  const { description } = model;
  const { image } = description;
  if (image === undefined) return;
  const shown = (points: Tensor): Pictures => shownOf(image, tableOf(description.columns, points));
  const svg = samplesPicture(
    shown(source.values),
    shown(restored(description.standardization, samples)),
    note,
  );
  writeEach(directory, [{ name: "samples", svg }]);
}

function writeEach(directory: string, pictures: readonly Picture[]): string[] {
  const write = (extension: string, content: (svg: string) => string | Uint8Array): string[] =>
    pictures.map(({ name, svg }) => {
      const path = join(directory, `${name}.${extension}`);
      writeAtomically(path, content(svg));
      return path;
    });
  return [...write("png", (svg) => toPng(svg)), ...write("svg", (svg) => svg)];
}

/** Writes `report.json`. Returns its path. */
export function writeReport(directory: string, report: Report): string {
  const { model, history, sampling, backend, results, table, seconds, files } = report;
  const { description, sigmas, size } = model;
  const { data, columns, units, gaps, schema, network, settings, steps, target, given } = description;
  const content = {
    data: {
      ...data,
      columns,
      units,
      ...(gaps === undefined ? {} : { gaps }),
      ...(schema === undefined ? {} : { schema }),
    },
    settings: {
      ...settings,
      ...network,
      ...(target === undefined ? {} : { target, given }),
      steps,
      noiseLevels: sigmas,
    },
    seed: settings.seed,
    parameters: size,
    losses: {
      last: lastLosses(history),
      validation: history.validation,
      training: history.losses,
    },
    sampling,
    backend,
    ...results,
    ...(table === undefined ? {} : { table }),
    versions: versions(),
    seconds,
    files,
  };
  const path = join(directory, REPORT);
  writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

/** Whether the report in a directory is of a training whose losses are no beginning of these. */
export function isReportOfAnother(directory: string, { losses }: TrainingHistory): boolean {
  const path = join(directory, REPORT);
  if (!existsSync(path)) return false;
  const told: unknown = JSON.parse(readText(path))?.losses?.training;
  return Array.isArray(told) && told.some((loss, i) => loss !== losses[i]);
}

/** The mean loss of the last 100 steps, and the last validation loss; null where there is none. */
export function lastLosses({ losses, validation }: TrainingHistory): {
  readonly training: number | null;
  readonly validation: number | null;
} {
  const last = losses.slice(-100);
  const mean = last.reduce((sum, loss) => sum + loss, 0) / last.length;
  return { training: last.length === 0 ? null : mean, validation: validation.at(-1)?.loss ?? null };
}

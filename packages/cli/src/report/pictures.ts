import { type Tensor, tensor } from "@scoretape/autograd";
import type { TrainingHistory } from "@scoretape/score";
import type { Measurements, Model } from "@scoretape/score/model";
import { column, type Table } from "@scoretape/score/tables";
import type { Labels } from "../plots/axis-labels.ts";
import { density2d, variableOf } from "../plots/density.ts";
import { cellCentres, frameOf, gridPoints, rangeOf } from "../plots/frame.ts";
import { linePortrait } from "../plots/line-portrait.ts";
import { type LossHistory, lossCurve } from "../plots/loss-curve.ts";
import { overview } from "../plots/overview.ts";
import { portrait } from "../plots/portrait.ts";
import { densityFromEnergy, densityFromScore2d } from "../plots/potential.ts";
import { qualityPicture } from "../plots/quality.ts";
import { scatterMatrix } from "../plots/scatter-matrix.ts";
import type { ScoreField } from "../plots/score-panel.ts";
import { samplesPicture, shownOf } from "./samples-picture.ts";

/** A picture as SVG, and what to call its file. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
}

/** All that a model may be drawn as. */
export const pictureNames = ["overview", "portrait", "scatter-matrix", "samples", "quality", "loss"] as const;

type ModelPicture = Picture & { readonly name: (typeof pictureNames)[number] };

/** What is to be drawn. */
export interface Subject {
  readonly model: Model;
  /** Data and samples in the data's own units, [n, d]; the columns' names label the axes. */
  readonly data: Table;
  readonly samples: Table;
  /** How the axes of columns are labelled that are no numbers as they are; not there where all are such. */
  readonly axes?: readonly (Labels | null)[];
  /** What the model was found to be worth. */
  readonly results: Measurements;
  readonly history: TrainingHistory;
}

/** Cells a side of the density's grid, and of the arrows'. */
const CELLS = 80;
const ARROWS = 24;
const POINTS_ON_LINE = 400;

/**
 * The pictures of a model. In the plane: data, samples and learned score side by side, the loss curve, and all of
 * them on one sheet; on the line: histograms and the score; elsewhere: a scatter matrix; and of images: some of them.
 */
export function picturesOf({ model, data, samples, axes, results, history }: Subject): ModelPicture[] {
  const losses = lossHistory(history);
  const curve: ModelPicture[] = [{ name: "quality", svg: qualityPicture(results) }, ...lossPictures(history)];
  const { image } = model.description;
  if (image !== undefined) {
    const svg = samplesPicture(shownOf(image, data), shownOf(image, samples));
    return [{ name: "samples", svg }, ...curve];
  }
  // The score is one of coordinates, of which these are not.
  if (axes !== undefined) {
    return [{ name: "scatter-matrix", svg: scatterMatrix(data, samples, axes) }, ...curve];
  }
  if (data.columns.length === 1) {
    const range = rangeOf(column(data, 0), column(samples, 0));
    const places = tensor(cellCentres(range, POINTS_ON_LINE), { shape: [POINTS_ON_LINE, 1] });
    const score = model.score(places).data;
    return [{ name: "portrait", svg: linePortrait({ data, samples, range, score }) }, ...curve];
  }
  if (data.columns.length !== 2)
    return [{ name: "scatter-matrix", svg: scatterMatrix(data, samples) }, ...curve];
  const subject = { data, samples, field: scoreField(model, data, samples) };
  const whole: ModelPicture[] = losses === null ? [] : [{ name: "overview", svg: overview(subject, losses) }];
  return [...whole, { name: "portrait", svg: portrait(subject) }, ...curve];
}

/** The loss curve, where there are losses. */
export function lossPictures(history: TrainingHistory): ModelPicture[] {
  const losses = lossHistory(history);
  return losses === null ? [] : [{ name: "loss", svg: lossCurve(losses) }];
}

/** The learned score at the smallest noise level, and the density of its energy, or else the one that has nearest to it as its score. */
function scoreField(model: Model, data: Table, samples: Table): ScoreField {
  const frame = frameOf(data, samples);
  const pointsOn = (side: number): Tensor =>
    tensor(gridPoints(frame, side, side), { shape: [side * side, 2] });
  const scoreOn = (side: number): Tensor => model.score(pointsOn(side));
  const [x, y] = [variableOf(column(samples, 0)), variableOf(column(samples, 1))];
  const trust = density2d(x, y, frame, CELLS, CELLS);
  // Samples that are all out of the frame are no reason not to draw.
  const most = trust.reduce((highest, value) => Math.max(highest, value), Number.MIN_VALUE);
  // Where no samples are the score is a guess: it must not outvote the places that the model has seen.
  const weights = trust.map((value) => value / most + 1e-4);
  return {
    frame,
    density: {
      columns: CELLS,
      rows: CELLS,
      values:
        model.energy === undefined
          ? densityFromScore2d(scoreOn(CELLS).data, weights, frame, CELLS, CELLS)
          : densityFromEnergy(model.energy(pointsOn(CELLS)).data, frame, CELLS, CELLS),
    },
    score: { columns: ARROWS, rows: ARROWS, values: scoreOn(ARROWS).data },
  };
}

/** Null before the first step. */
function lossHistory({ losses, validation }: TrainingHistory): LossHistory | null {
  if (losses.length === 0) return null;
  const training = { steps: losses.map((_, i) => i + 1), losses };
  if (validation.length === 0) return { training };
  return {
    training,
    validation: { steps: validation.map(({ step }) => step), losses: validation.map(({ loss }) => loss) },
  };
}

import { optim, random } from "@scoretape/autograd";
import { noiseLevelObjective } from "@scoretape/score";
import { fingerprintOf, openSource, type Source, sourceFor } from "../../data/source.ts";
import { standardized, unitsOf } from "../../data/units.ts";
import type { Description } from "../../model/description.ts";
import { keysOf } from "../../model/keys.ts";
import { checkColumns } from "../../model/match.ts";
import { type Model, modelOf, networkOf } from "../../model/model.ts";
import { noiseLevels } from "../../model/noise-levels.ts";
import { defaults } from "../../model/settings.ts";
import { openModel } from "../../model/store.ts";
import type { Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";

/** A model to look at, and rows of what it was trained on: fresh ones where the set is generated. */
export interface Subject {
  readonly title: string;
  readonly model: Model;
  readonly source: Source;
}

const ROWS = 20_000;

/** The model that was asked for, or else a small one trained for the occasion. */
export async function subjectOf(lab: Laboratory): Promise<Subject> {
  if (lab.model === null) return trained(lab);
  const { model } = openModel(lab.model);
  const { data, settings } = model.description;
  const source = sourceFor(undefined, data.name, { key: keysOf(settings.seed).freshRows, rows: ROWS });
  checkColumns(model.description, source);
  return { title: lab.model, model, source };
}

async function trained(lab: Laboratory): Promise<Subject> {
  const name = "8gaussians";
  const source = openSource(name, { key: random.foldIn(lab.key, 0), rows: lab.size(10_000, 200) });
  const steps = lab.size(4000, 20);
  const settings = { ...defaults, loss: "denoising", hidden: [128, 128] } as const;
  const description: Description = {
    data: { name, rows: source.values.shape[0] ?? 0, sha256: fingerprintOf(source) },
    columns: source.columns,
    units: source.units,
    standardization: unitsOf(source),
    settings,
    steps,
  };
  const { averaged } = await lab.track(steps, (advance) =>
    fit(lab, advance, {
      model: networkOf(description),
      objective: noiseLevelObjective(settings.loss, noiseLevels(settings)),
      data: standardized(description.standardization, source.values),
      key: random.foldIn(lab.key, 1),
      steps,
      batchSize: settings.batch,
      learningRate: optim.cosineSchedule({
        initial: settings.learningRate,
        final: settings.learningRate / 500,
        steps,
      }),
    }),
  );
  const fresh = openSource(name, { key: random.foldIn(lab.key, 2), rows: ROWS });
  return {
    title: `${name}, trained for ${steps} steps`,
    model: modelOf(description, averaged),
    source: fresh,
  };
}

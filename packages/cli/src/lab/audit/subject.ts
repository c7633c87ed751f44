import { random } from "@scoretape/autograd";
import { describe, fingerprint, keysOf, type Model, modelOf, trainingOf } from "@scoretape/score/model";
import { openSource, type Source } from "../../data/source.ts";
import { checkColumns } from "../../model/match.ts";
import { dataOf, openModel } from "../../model/store.ts";
import { UserError } from "../../terminal/user-error.ts";
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
  const saved = openModel(lab.model);
  const { model } = saved;
  const { target } = model.description;
  if (target !== undefined) {
    throw new UserError(
      `audit is for models of all columns, and ${lab.model} is one of ${target.join(", ")} given others; give another model`,
    );
  }
  const { freshRows } = keysOf(model.description.settings.seed);
  const source = openSource(dataOf(saved), {
    key: freshRows,
    rows: ROWS,
    kept: model.description.reading,
    coordinates: { of: model.description },
  });
  checkColumns(model.description, source);
  return { title: lab.model, model, source };
}

async function trained(lab: Laboratory): Promise<Subject> {
  const name = "8gaussians";
  const source = openSource(name, { key: random.foldIn(lab.key, 0), rows: lab.size(10_000, 200) });
  const steps = lab.size(4000, 20);
  const rows = source.values.shape[0] ?? 0;
  const description = describe(
    { ...source, data: { kind: "set", name, rows, sha256: fingerprint(source) } },
    { hidden: [128, 128], steps, testFraction: 0 },
  );
  const { averaged } = await lab.track(steps, (advance) =>
    fit(lab, advance, {
      ...trainingOf(description, source.values),
      key: random.foldIn(lab.key, 1),
      validationFraction: 0,
    }),
  );
  const fresh = openSource(name, { key: random.foldIn(lab.key, 2), rows: ROWS });
  return {
    title: `${name}, trained for ${steps} steps`,
    model: modelOf(description, averaged),
    source: fresh,
  };
}

import type { Tensor } from "@scoretape/autograd";
import { type data, selected, train } from "@scoretape/score";
import {
  type Description,
  describe,
  fingerprint,
  type Model,
  modelOf,
  type TrainingData,
  trainingOf,
  type Wishes,
} from "@scoretape/score/model";
import type { Schema } from "@scoretape/score/tables";

/** Rows to learn from, by a name. */
export interface Subject {
  readonly name: string;
  readonly columns: readonly string[];
  /** [n, d] */
  readonly values: Tensor;
  /** What the columns hold, where the values are points of it. */
  readonly schema?: Schema;
  /** The data set that they were drawn from, where it is known. */
  readonly set: data.DataSet | null;
}

/** How a training departs from the command's default; `{}` is the default itself. */
export interface Configuration {
  readonly wishes?: Wishes;
  /** What the flags cannot say. */
  readonly change?: (description: Description) => Description;
  /** Whether the last averaged parameters are taken, not those that were best in validation. */
  readonly takesLast?: boolean;
}

/** What a training came to. */
export interface Learned {
  readonly model: Model;
  /** The step whose parameters are taken. */
  readonly step: number;
  readonly seconds: number;
}

/** Trains as `scoretape train` does, but for what the configuration says. */
export async function learn(
  { name, ...rows }: Subject,
  { wishes = {}, change = (same) => same, takesLast = false }: Configuration,
): Promise<Learned> {
  const kind: TrainingData["kind"] = rows.set === null ? "file" : "set";
  const data = { kind, name, rows: rows.values.shape[0] ?? 0, sha256: fingerprint(rows) };
  const start = performance.now();
  const description = change(describe({ ...rows, data }, wishes));
  const state = await train(trainingOf(description, rows.values));
  const seconds = (performance.now() - start) / 1e3;
  return {
    model: modelOf(description, takesLast ? state.averaged : selected(state)),
    step: takesLast ? state.step : (state.best?.step ?? state.step),
    seconds,
  };
}

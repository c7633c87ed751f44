import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { type ImputeOptions, impute, type Model } from "@scoretape/score/model";
import type { MixedTable } from "@scoretape/score/tables";
import { checkReach } from "../data/reach.ts";
import type { Io } from "../terminal/io.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import { encoded, isExact, schemaOf } from "./modelTable.ts";

/** What runs the steps. */
type Backend = NonNullable<ImputeOptions["backend"]>;

/** A label is somewhere in its interval: a row with labels is put into as many places, and draws share them. */
const PLACES = 5;

/**
 * Draws of what a table leaves open, as points [rows, draws, d] in the model's order of columns.
 *
 * @param name - What the table is called in messages.
 */
export function drawsOf(
  { model, table, name }: { readonly model: Model; readonly table: MixedTable; readonly name: string },
  how: { readonly key: Key; readonly draws: number; readonly backend: Backend; readonly places?: number },
  io: Io,
): Tensor {
  const { key, draws, backend } = how;
  const schema = schemaOf(model.description);
  const [n, d] = [table.rows, schema.length];
  const { places = isExact(schema) ? 1 : Math.min(draws, PLACES) } = how;
  const each = Math.ceil(draws / places);
  const rows = new Float64Array(places * n * d);
  for (let place = 0; place < places; place++) {
    const own = random.foldIn(random.foldIn(key, 0), place);
    rows.set(encoded(name, schema, table, own), place * n * d);
  }
  const points = tensor(rows, { shape: [places * n, d] });
  checkReach(name, model.description, points);
  let bar: Progress | undefined;
  try {
    const drawn = impute(model, points, {
      key: random.foldIn(key, 1),
      draws: each,
      backend,
      onStep: ({ step, steps }) => {
        bar ??= progress({ steps, stream: io.stderr });
        bar.update(step);
      },
    });
    const values = new Float64Array(n * draws * d);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < draws; k++) {
        const from = (((k % places) * n + i) * each + Math.floor(k / places)) * d;
        values.set(drawn.data.subarray(from, from + d), (i * draws + k) * d);
      }
    }
    return tensor(values, { shape: [n, draws, d] });
  } finally {
    bar?.stop();
  }
}

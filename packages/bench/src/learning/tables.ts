import { random, type Tensor, take } from "@scoretape/autograd";
import { heldOutLogLikelihood } from "@scoretape/score";
import { keysOf, standardized, type Wishes } from "@scoretape/score/model";
import type { Output } from "../command/output.ts";
import { showNumber } from "../report/numbers.ts";
import { learn } from "./learn.ts";
import { dequantized, type Table } from "./table.ts";

/** The log-likelihood of held-out rows of a table in one split, in nats a row. */
export interface TableRecord {
  readonly kind: "table";
  readonly table: string;
  readonly rows: number;
  readonly columns: number;
  readonly split: number;
  /** Null where the flow of the model cannot be followed. */
  readonly model: number | null;
  readonly gaussian: number;
  readonly kde: number;
  readonly sigmaMin: number;
  readonly step: number;
  readonly seconds: number;
}

export interface TablesPlan {
  readonly tables: readonly Table[];
  readonly splits: number;
  readonly wishes: Wishes;
}

/** The share of rows that is held out. */
const HELD_OUT = 0.2;

export async function measureTables(plan: TablesPlan, output: Output<TableRecord>): Promise<TableRecord[]> {
  const records: TableRecord[] = [];
  for (let split = 0; split < plan.splits; split++) {
    for (const table of plan.tables) {
      const record = await measured(table, split, plan.wishes);
      output.record(record);
      const { model, gaussian, kde } = record;
      const shown = [model ?? Number.NaN, gaussian, kde].map(showNumber).join(", ");
      output.log(`${table.name}, split ${split}: model, Gaussian, KDE ${shown}`);
      records.push(record);
    }
  }
  return records;
}

async function measured(table: Table, split: number, wishes: Wishes): Promise<TableRecord> {
  const keys = keysOf(split);
  // The same noise in all splits, which are of one table.
  const { name, columns, values } = dequantized(table, keysOf(0).rows);
  const [rows = 0, d = 0] = values.shape;
  const order = [...random.permutation(keys.testRows, rows).data];
  const heldOut = Math.round(HELD_OUT * rows);
  const part = (from: number, to: number): Tensor => take(values, order.slice(from, to));
  const training = part(heldOut, rows);
  const subject = { name, columns, values: training, set: null };
  const { model, step, seconds } = await learn(subject, {
    wishes: { ...wishes, seed: split, testFraction: 0 },
  });
  const { settings, standardization, moments } = model.description;
  const { logLikelihood } = heldOutLogLikelihood(
    model.standardScore,
    standardized(standardization, training),
    standardized(standardization, part(0, heldOut)),
    {
      sigmaMin: settings.sigmaMin,
      sigmaMax: settings.sigmaMax,
      key: keys.measurements,
      // Shrunk so that each row is most likely given the others: the Gaussian that is hardest to beat.
      ...(moments === undefined ? {} : { moments }),
    },
  );
  return {
    kind: "table",
    table: name,
    rows,
    columns: d,
    split,
    model: logLikelihood.model?.value ?? null,
    gaussian: logLikelihood.gaussian.value,
    kde: logLikelihood.kde.value,
    sigmaMin: settings.sigmaMin,
    step,
    seconds,
  };
}

import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { data, memorization, slicedWasserstein } from "@scoretape/score";
import { keysOf, type Wishes } from "@scoretape/score/model";
import { associationGap, classifierTest, gaussianCopula, usefulness } from "@scoretape/score/synthetic";
import {
  inferSchema,
  type Marginals,
  type MixedTable,
  type Schema,
  tableEncoder,
} from "@scoretape/score/tables";
import type { Output } from "../../command/output.ts";
import { showNumber } from "../../report/numbers.ts";
import { meanOf } from "../../statistics/summary.ts";
import { learn } from "../learn.ts";
import { joined, type MixedSplit, type MixedSubject } from "./subject.ts";

/** What samples are worth: all but `taught` is less where they are better. */
export interface Worth {
  /** The mean over columns of ∫|F − G|, in standard deviations, between samples and test rows. */
  readonly columns: number;
  /** The mean difference of associations over pairs of columns. */
  readonly associations: number;
  /** How far the area under a classifier's curve of rates is above ½. */
  readonly told: number;
  /** Skill or accuracy lost by learning from samples in the place of rows, the mean over targets. */
  readonly lost: number;
  /** How far the probability that a sample lies nearer to training rows than test rows do is from ½, upwards. */
  readonly nearer: number;
}

/** Samples of a model and of a Gaussian copula that learned from the same rows of a table. */
export interface MixedRecord {
  readonly kind: "mixed";
  readonly table: string;
  readonly rows: number;
  readonly columns: number;
  readonly split: number;
  readonly model: Worth;
  readonly copula: Worth;
  /** Training rows in the place of samples, but for what they lose and are nearer by. */
  readonly training: Pick<Worth, "columns" | "associations" | "told">;
  readonly copies: boolean;
  readonly step: number;
  readonly seconds: number;
}

export interface MixedPlan {
  readonly tables: readonly MixedSubject[];
  readonly splits: number;
  readonly wishes: Wishes;
  /** What the model's columns become; the copula's are always normal. */
  readonly marginals: Marginals;
}

export async function measureMixed(plan: MixedPlan, output: Output<MixedRecord>): Promise<MixedRecord[]> {
  const records: MixedRecord[] = [];
  for (let split = 0; split < plan.splits; split++) {
    for (const table of plan.tables) {
      const record = await measured(table, split, plan);
      output.record(record);
      const shown = (worth: object): string =>
        Object.entries(worth)
          .map(([what, value]) => `${what} ${showNumber(Number(value))}`)
          .join(", ");
      output.log(
        `${table.name}, split ${split}: model ${shown(record.model)}; copula ${shown(record.copula)}`,
      );
      records.push(record);
    }
  }
  return records;
}

async function measured(
  subject: MixedSubject,
  split: number,
  { wishes, marginals }: MixedPlan,
): Promise<MixedRecord> {
  const keys = keysOf(split);
  const parts = subject.split(keys.testRows);
  const { training, test } = parts;
  const rows = test.rows;
  // The test rows are as far from what a model may know as they can be: what columns may hold is known of all.
  const all = joined(training, test);
  const { schema } = inferSchema(all, { marginals });
  const scores = inferSchema(all, { marginals: "normal-score" }).schema;
  const encoder = tableEncoder(schema);
  const uniforms = random.uniform(keys.rows, [training.rows, schema.length], { dtype: "float64" });
  const values = tensor(encoder.encode(training, Float64Array.from(uniforms.data)), {
    shape: [training.rows, schema.length],
  });
  const columns = schema.map(({ name }) => name);
  const subjectOf = { name: subject.name, columns, values, set: null };
  const { model, step, seconds } = await learn(subjectOf, {
    wishes: { ...wishes, seed: split, testFraction: 0 },
  });
  const count = Math.max(rows, training.rows);
  const ofModel = encoder.decode(Float64Array.from(model.sample(keys.sampling, count).data));
  const copula = gaussianCopula(scores, training, { key: random.foldIn(keys.measurements, 0) });
  const ofCopula = copula.sample(random.foldIn(keys.measurements, 1), count);
  const key = random.foldIn(keys.measurements, 2);
  // In units that do not stretch what is beyond the extremes of the rows.
  const plain = inferSchema(all).schema;
  const judge = { schema: scores, plain, parts, targets: subject.targets, key };
  const [worth, ofControl] = [worthOf(ofModel, judge), worthOf(ofCopula, judge)];
  return {
    kind: "mixed",
    table: subject.name,
    rows: training.rows,
    columns: schema.length,
    split,
    model: worth,
    copula: ofControl,
    training: likenessOf(training, judge),
    copies: copiesIn(ofModel, judge).verdict === "copies",
    step,
    seconds,
  };
}

interface Judge {
  readonly schema: Schema;
  readonly plain: Schema;
  readonly parts: MixedSplit;
  readonly targets: readonly string[];
  readonly key: Key;
}

function worthOf(samples: MixedTable, judge: Judge): Worth {
  const { schema, parts, targets } = judge;
  const lost = targets.map(
    (target) => -usefulness(schema, { ...parts, samples }, { target }).difference.value,
  );
  return {
    ...likenessOf(samples, judge),
    lost: meanOf(lost),
    nearer: copiesIn(samples, judge).nearer - 0.5,
  };
}

function likenessOf(
  samples: MixedTable,
  { schema, plain, parts: { test }, key }: Judge,
): Pick<Worth, "columns" | "associations" | "told"> {
  const { apply } = data.standardize(pointsOf(plain, test));
  const [a, b] = [apply(pointsOf(plain, samples)), apply(pointsOf(plain, test))];
  return {
    columns: meanOf(
      schema.map((_, j) =>
        slicedWasserstein(columnOf(a, j), columnOf(b, j), { key: random.foldIn(key, 0), order: 1 }),
      ),
    ),
    associations: associationGap(schema, samples, test).mean ?? 0,
    told: classifierTest(schema, samples, test, { key: random.foldIn(key, 1) }).area.value - 0.5,
  };
}

function copiesIn(samples: MixedTable, { plain, parts: { training, test } }: Judge) {
  const { apply } = data.standardize(pointsOf(plain, training));
  const points = (table: MixedTable): Tensor => apply(pointsOf(plain, table));
  return memorization(points(samples), points(training), points(test));
}

/** Rows as points in which each column is about normal, labels in the middle of what they become. */
function pointsOf(schema: Schema, table: MixedTable): Tensor {
  const shape = [table.rows, schema.length];
  const middles = new Float64Array(table.rows * schema.length).fill(0.5);
  return tensor(tableEncoder(schema).encode(table, middles), { shape });
}

function columnOf({ data, shape: [n = 0, d = 0] }: Tensor, j: number): Tensor {
  return tensor(
    Float64Array.from({ length: n }, (_, i) => data[i * d + j] ?? Number.NaN),
    { shape: [n, 1] },
  );
}

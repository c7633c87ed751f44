import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { data, memorization, slicedWasserstein } from "@scoretape/score";
import { keysOf, type Wishes } from "@scoretape/score/model";
import { associationGap, classifierTest, gaussianCopula, usefulness } from "@scoretape/score/synthetic";
import { type Marginals, type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import type { Output } from "../../command/output.ts";
import { showNumber } from "../../report/numbers.ts";
import { meanOf } from "../../statistics/summary.ts";
import { learn } from "../learn.ts";
import { judgeSchema, knownRows, learnerSchema } from "./schemas.ts";
import { type MixedSplit, type MixedSubject, someOf } from "./subject.ts";

/** What samples are worth: all but `taught` is less where they are better. */
export interface Worth {
  /** The mean over columns, and over sets of samples, of ∫|F − G|, in standard deviations, between samples and test rows. */
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
  /** The seeds of the divisions. */
  readonly seeds: readonly number[];
  readonly wishes: Wishes;
  /** What the model's columns become; the copula's are always normal. */
  readonly marginals: Marginals;
}

export async function measureMixed(plan: MixedPlan, output: Output<MixedRecord>): Promise<MixedRecord[]> {
  const records: MixedRecord[] = [];
  for (const split of plan.seeds) {
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

/** Columns of a few hundred samples are told by so many sets of them: of one, chance is more than what models differ by. */
const SETS = 8;

async function measured(
  subject: MixedSubject,
  split: number,
  { wishes, marginals }: MixedPlan,
): Promise<MixedRecord> {
  const keys = keysOf(split);
  const { training, test: held } = subject.split(keys.testRows);
  const [schema, scores] = [
    learnerSchema(training, held, marginals),
    learnerSchema(training, held, "normal-score"),
  ];
  const test = knownRows(schema, held);
  const encoder = tableEncoder(schema);
  const uniforms = random.uniform(keys.rows, [training.rows, schema.length], { dtype: "float64" });
  const values = tensor(encoder.encode(training, Float64Array.from(uniforms.data)), {
    shape: [training.rows, schema.length],
  });
  const columns = schema.map(({ name }) => name);
  const subjectOf = { name: subject.name, columns, values, schema, set: null };
  const { model, step, seconds } = await learn(subjectOf, {
    wishes: { ...wishes, seed: split, testFraction: 0 },
  });
  const count = Math.max(test.rows, training.rows);
  const ofModel = encoder.decode(Float64Array.from(model.sample(keys.sampling, SETS * count).data));
  const copula = gaussianCopula(scores, training, { key: random.foldIn(keys.measurements, 0) });
  const ofCopula = copula.sample(random.foldIn(keys.measurements, 1), SETS * count);
  const key = random.foldIn(keys.measurements, 2);
  const judge = {
    schema: judgeSchema(training, held),
    parts: { training, test },
    targets: subject.targets,
    key,
  };
  const [worth, ofControl] = [worthOf(ofModel, judge), worthOf(ofCopula, judge)];
  return {
    kind: "mixed",
    table: subject.name,
    rows: training.rows,
    columns: schema.length,
    split,
    model: worth,
    copula: ofControl,
    training: likenessOf([training], judge),
    copies: copiesIn(first(ofModel), judge).verdict === "copies",
    step,
    seconds,
  };
}

interface Judge {
  readonly schema: Schema;
  readonly parts: MixedSplit;
  readonly targets: readonly string[];
  readonly key: Key;
}

function worthOf(all: MixedTable, judge: Judge): Worth {
  const { schema, parts, targets } = judge;
  const samples = first(all);
  const lost = targets.map(
    (target) => -usefulness(schema, { ...parts, samples }, { target }).difference.value,
  );
  return {
    ...likenessOf(setsOf(all), judge),
    lost: meanOf(lost),
    nearer: copiesIn(samples, judge).nearer - 0.5,
  };
}

/** The sets that samples are. */
function setsOf(all: MixedTable): [MixedTable, ...MixedTable[]] {
  const rows = all.rows / SETS;
  const rest = Array.from({ length: SETS - 1 }, (_, i) => setAt(all, rows, i + 1));
  return [setAt(all, rows, 0), ...rest];
}

function first(all: MixedTable): MixedTable {
  return setAt(all, all.rows / SETS, 0);
}

function setAt(all: MixedTable, rows: number, i: number): MixedTable {
  return someOf(
    all,
    Array.from({ length: rows }, (_, row) => i * rows + row),
  );
}

function likenessOf(
  sets: readonly [MixedTable, ...MixedTable[]],
  { schema, parts: { test }, key }: Judge,
): Pick<Worth, "columns" | "associations" | "told"> {
  const { apply } = data.standardize(pointsOf(schema, test));
  const real = apply(pointsOf(schema, test));
  const distances = sets.map((samples) => {
    const points = apply(pointsOf(schema, samples));
    return meanOf(
      schema.map((_, j) =>
        slicedWasserstein(columnOf(points, j), columnOf(real, j), { key: random.foldIn(key, 0), order: 1 }),
      ),
    );
  });
  const [samples] = sets;
  return {
    columns: meanOf(distances),
    associations: associationGap(schema, samples, test).mean ?? 0,
    told: classifierTest(schema, samples, test, { key: random.foldIn(key, 1) }).area.value - 0.5,
  };
}

function copiesIn(samples: MixedTable, { schema, parts: { training, test } }: Judge) {
  const { apply } = data.standardize(pointsOf(schema, training));
  const points = (table: MixedTable): Tensor => apply(pointsOf(schema, table));
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

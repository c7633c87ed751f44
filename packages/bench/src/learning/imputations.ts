import { type Key, mul, normalCdf, random, sum, type Tensor, tensor } from "@scoretape/autograd";
import { data, linearMeasurement, posterior } from "@scoretape/score";
import { impute, type Model, type Wishes } from "@scoretape/score/model";
import type { Output } from "../command/output.ts";
import { markdownTable, showNumber } from "../report/numbers.ts";
import { meanOf } from "../statistics/summary.ts";
import { type Judged, type JudgedReport, showJudged } from "./judged.ts";
import { learn } from "./learn.ts";

/** A mixture whose conditional distributions are known. */
type Mixture = Extract<data.GaussianMixtureOptions, { readonly covariances: unknown }>;

export const imputationSets: Readonly<Record<string, Mixture>> = {
  "a normal distribution": {
    weights: [1],
    means: [[0, 1, 2, 3, 4]],
    covariances: [
      [
        [1, 0.5, 0.2, -0.3, 0.8],
        [0.5, 1.06, 0.46, 0.12, -0.05],
        [0.2, 0.46, 0.45, 0.36, 0.11],
        [-0.3, 0.12, 0.36, 0.9, 0],
        [0.8, -0.05, 0.11, 0, 1.23],
      ],
    ],
  },
  "three modes": {
    weights: [0.3, 0.3, 0.4],
    means: [
      [-2, -2, 1, 0],
      [2, -1.5, -1, 0.5],
      [0, 2.5, 0, -1],
    ],
    covariances: [
      [
        [0.3, 0.1, 0, 0.1],
        [0.1, 0.4, -0.1, 0],
        [0, -0.1, 0.3, 0.1],
        [0.1, 0, 0.1, 0.5],
      ],
      [
        [0.4, -0.2, 0.1, 0],
        [-0.2, 0.3, 0, 0.1],
        [0.1, 0, 0.5, -0.2],
        [0, 0.1, -0.2, 0.4],
      ],
      [
        [0.5, 0.2, 0, 0],
        [0.2, 0.4, 0.1, 0],
        [0, 0.1, 0.2, 0],
        [0, 0, 0, 0.3],
      ],
    ],
  },
};

export interface ImputationsPlan {
  readonly sets: readonly string[];
  readonly seeds: readonly number[];
  /** To learn from, and to fill two gaps in each. */
  readonly rows: number;
  readonly tested: number;
  readonly draws: number;
  readonly wishes: Wishes;
}

/** How the intervals of draws compare with those of the known conditional distributions. */
export interface ImputationRecord {
  readonly kind: "imputation";
  readonly set: string;
  readonly seed: number;
  readonly cells: number;
  /** The share of the cells within the 90 % intervals of the draws, and of the known distribution. */
  readonly coverage: number;
  readonly knownCoverage: number;
  /** The mean width of the intervals over that of the known ones. */
  readonly width: number;
}

/** The interval's share; how far coverage may be from it, and how much wider the intervals may be. */
const [SHARE, COVERAGE_GOAL, WIDTH_GOAL] = [0.9, 0.03, 1.15];

export async function measureImputations(
  plan: ImputationsPlan,
  output: Output<ImputationRecord>,
): Promise<ImputationRecord[]> {
  const records: ImputationRecord[] = [];
  for (const seed of plan.seeds) {
    for (const name of plan.sets) {
      const mixture = imputationSets[name];
      if (mixture === undefined) throw new RangeError(`measureImputations: there is no set ${name}`);
      const set = data.gaussianMixture(mixture);
      const values = set.sample(random.key(seed), plan.rows);
      const subject = { name: "rows", columns: set.columns, values, set: null };
      const { model } = await learn(subject, { wishes: { ...plan.wishes, seed } });
      const record: ImputationRecord = {
        kind: "imputation",
        set: name,
        seed,
        ...judgedOn(mixture, set, model, plan, random.key(seed + 1000)),
      };
      output.record(record);
      output.log(`${name}, seed ${seed}: ${showNumber(record.coverage)}, width ${showNumber(record.width)}`);
      records.push(record);
    }
  }
  return records;
}

function judgedOn(
  mixture: Mixture,
  set: data.ExactDataSet,
  model: Model,
  { tested, draws }: ImputationsPlan,
  key: Key,
): Omit<ImputationRecord, "kind" | "set" | "seed"> {
  const d = set.dimension;
  const truth = set.sample(random.foldIn(key, 0), tested);
  const order = random.uniform(random.foldIn(key, 1), [tested, d]);
  const rows = Float64Array.from(truth.data, (value, at) => (isSought(order, at, d) ? Number.NaN : value));
  const drawn = impute(model, tensor(rows, { shape: [tested, d] }), { key: random.foldIn(key, 2), draws });
  const cells = Array.from(rows.keys()).filter((at) => Number.isNaN(rows[at]));
  const results = cells.map((at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const own = Float64Array.from(
      { length: draws },
      (_, k) => drawn.data[(i * draws + k) * d + j] ?? 0,
    ).sort();
    const ends = [quantile(own, (1 - SHARE) / 2), quantile(own, (1 + SHARE) / 2)] as const;
    const known = knownEnds(mixture, rows.subarray(i * d, (i + 1) * d), j);
    const value = truth.data[at] ?? Number.NaN;
    const holds = ([low, high]: readonly [number, number]): number => (value >= low && value <= high ? 1 : 0);
    return {
      coverage: holds(ends),
      knownCoverage: holds(known),
      width: ends[1] - ends[0],
      knownWidth: known[1] - known[0],
    };
  });
  const mean = (of: (one: (typeof results)[number]) => number): number => meanOf(results.map(of));
  return {
    cells: cells.length,
    coverage: mean(({ coverage }) => coverage),
    knownCoverage: mean(({ knownCoverage }) => knownCoverage),
    width: mean(({ width }) => width) / mean(({ knownWidth }) => knownWidth),
  };
}

/** Two cells of each row, those of the smallest random numbers. */
function isSought(order: Tensor, at: number, d: number): boolean {
  const row = order.data.subarray(at - (at % d), at - (at % d) + d);
  return row.filter((value) => value < (row[at % d] ?? 0)).length < 2;
}

/** The (m + 1)p-th of m sorted numbers. */
function quantile(sorted: Float64Array, p: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, (sorted.length + 1) * p - 1));
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (place - Math.floor(place)) * (above - below);
}

const float64 = { dtype: "float64" } as const;

/** The ends of the central interval of coordinate j, given what is known of a row. */
function knownEnds(mixture: Mixture, row: Float64Array, j: number): readonly [number, number] {
  const mask = Array.from(row, (value) => (Number.isNaN(value) ? 0 : 1));
  const { weights, means, covariances } = posterior.exact(mixture, {
    measurement: linearMeasurement({ mask: tensor(mask) }),
    observed: tensor(row, { shape: [1, row.length] }),
  }).mixture;
  const below = (x: number): number => {
    const z = means.map((mean, k) => (x - (mean[j] ?? 0)) / Math.sqrt(covariances[k]?.[j]?.[j] ?? 1));
    return sum(mul(normalCdf(tensor(z, float64)), tensor(weights, float64))).item();
  };
  const at = (p: number): number => {
    let [low, high] = [-20, 20];
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (below(middle) < p) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return [at((1 - SHARE) / 2), at((1 + SHARE) / 2)];
}

export function imputationsReport(records: readonly ImputationRecord[]): JudgedReport {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = records.map(({ set, seed, cells, coverage, knownCoverage, width }) => [
    `${set}, seed ${seed}`,
    String(cells),
    percent(coverage),
    percent(knownCoverage),
    showNumber(width),
  ]);
  const judged = records.flatMap(({ set, seed, coverage, width }): Judged[] => [
    {
      passes: Math.abs(coverage - SHARE) <= COVERAGE_GOAL,
      text: `${set}, seed ${seed}: ${percent(coverage)} of the cells (90 % ± ${100 * COVERAGE_GOAL})`,
    },
    {
      passes: width <= WIDTH_GOAL,
      text: `${set}, seed ${seed}: ${showNumber(width)} times as wide (limit ${WIDTH_GOAL})`,
    },
  ]);
  const header = ["model", "cells", "within", "within the known", "width over the known"];
  return { text: `${markdownTable(header, rows)}\n\n${showJudged(judged)}`, judged };
}

import {
  add,
  div,
  type Key,
  matmul,
  mean,
  mul,
  portable,
  random,
  sub,
  type Tensor,
  take,
  transpose,
} from "@scoretape/autograd";
import { data, type Score } from "@scoretape/score";
import { exactIn, standardized } from "@scoretape/score/model";
import type { Advance, Laboratory } from "../experiment.ts";
import type { Estimate } from "../statistics.ts";
import { densityOf, excess, type GridDensity, negativeLogDensity } from "./likelihood.ts";
import { type SteinResidual, steinResiduals } from "./stein.ts";
import type { Subject } from "./subject.ts";
import { type Asymmetry, asymmetry } from "./symmetry.ts";

/** What is asked of a score. */
export interface Audit {
  readonly asymmetry: Asymmetry;
  readonly stein: readonly SteinResidual[];
}

/** A noise level of the model. */
export interface Level {
  readonly sigma: number;
  readonly learned: Audit;
  /** The same of the exact score, where it is known: what the audit itself is worth. */
  readonly exact: Audit | null;
  /** Stein's identity for the score of the normal distribution with the points' mean and covariance. */
  readonly gaussian: readonly SteinResidual[];
  /** In the plane, of points that have the level's noise. */
  readonly likelihood: Likelihood | null;
}

export interface Likelihood {
  readonly density: GridDensity;
  /** The mean of −log p, in nats, p the density that the learned score stands for. */
  readonly nll: Estimate;
  /** That less the same of the exact density: an estimate of the Kullback–Leibler divergence. */
  readonly excess: Estimate | null;
  /** The same of the normal distribution with the points' mean and covariance. */
  readonly gaussianExcess: Estimate | null;
}

export async function measure(
  lab: Laboratory,
  { model, source }: Subject,
  advance: Advance,
): Promise<readonly Level[]> {
  const key = random.foldIn(lab.key, 10);
  const units = model.description.standardization;
  const rows = standardized(units, source.values);
  const exact = exactIn(source, units);
  const levels: Level[] = [];
  for (const [i, sigma] of model.sigmas.entries()) {
    const keyOfLevel = random.foldIn(key, i);
    const x = noisyRows(rows, sigma, lab.size(20_000, 100), keyOfLevel);
    const few = take(
      x,
      Array.from({ length: lab.size(1000, 20) }, (_, row) => row),
    );
    const gaussian = normalOf(x);
    const scale = portable.hypot(1, sigma);
    const auditOf = (score: Score): Audit => ({
      asymmetry: asymmetry(score, few, sigma, random.foldIn(keyOfLevel, 2)),
      stein: steinResiduals(score, x, scale, random.foldIn(keyOfLevel, 3)),
    });
    levels.push({
      sigma,
      learned: auditOf((y) => model.standardScore(y, sigma)),
      exact: exact === null ? null : auditOf((y) => exact.score(y, sigma)),
      gaussian: steinResiduals((y) => gaussian.score(y), x, scale, random.foldIn(keyOfLevel, 3)),
      likelihood:
        rows.shape[1] === 2
          ? likelihoodOf(
              (y) => model.standardScore(y, sigma),
              x,
              sigma,
              { exact, gaussian },
              lab.size(120, 20),
            )
          : null,
    });
    await advance(1);
  }
  return levels;
}

/** Points of the blurred set: rows drawn with replacement, each with noise of its own. */
function noisyRows(rows: Tensor, sigma: number, count: number, key: Key): Tensor {
  const uniform = random.uniform(random.foldIn(key, 0), [count], { dtype: "float64" });
  const drawn = take(
    rows,
    Array.from(uniform.data, (u) => Math.floor(u * (rows.shape[0] ?? 0))),
  );
  return add(drawn, mul(sigma, random.normal(random.foldIn(key, 1), drawn.shape)));
}

/** The normal distribution with the mean and covariance of points. */
function normalOf(x: Tensor): data.ExactDataSet {
  const centre = mean(x, { axis: 0 });
  const centred = sub(x, centre);
  const covariance = div(matmul(transpose(centred), centred), x.shape[0] ?? 1);
  return data.gaussian({ mean: [...centre.data], covariance: nested(covariance) });
}

/** Symmetric to the last bit. */
function nested({ data: entries, shape: [d = 0] }: Tensor): number[][] {
  const entry = (i: number, j: number): number => entries[i * d + j] as number;
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (__, j) => (entry(i, j) + entry(j, i)) / 2),
  );
}

function likelihoodOf(
  score: Score,
  x: Tensor,
  sigma: number,
  { exact, gaussian }: { exact: data.ExactDataSet | null; gaussian: data.ExactDataSet },
  cells: number,
): Likelihood {
  const density = densityOf(score, portable.hypot(1, sigma), cells);
  const known = exact === null ? null : exact.logDensity(x, sigma).data.map((value) => -value);
  const gaussianOwn = Float64Array.from(gaussian.logDensity(x).data, (value) => -value);
  return {
    density,
    ...excess(negativeLogDensity(density, x), known),
    gaussianExcess: excess(gaussianOwn, known).excess,
  };
}

import {
  abs,
  add,
  div,
  type Key,
  matmul,
  max,
  mean,
  mul,
  portable,
  random,
  sub,
  type Tensor,
  take,
  transpose,
} from "@scoretape/autograd";
import { data, type Energy, type Score } from "@scoretape/score";
import { exactIn, type Model, standardized } from "@scoretape/score/model";
import type { Advance, Laboratory } from "../experiment.ts";
import type { Estimate } from "../statistics.ts";
import { densityOf, excess, type GridDensity, negativeLogDensity } from "./likelihood.ts";
import { densityOfEnergy, type Normaliser, negativeLogDensityOfEnergy, normaliserOf } from "./normaliser.ts";
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
  /** The mean of −log p, in nats, p the density that the learned score stands for, or exp(−E)/Z of an energy. */
  readonly nll: Estimate;
  /** That less the same of the exact density: an estimate of the Kullback–Leibler divergence. */
  readonly excess: Estimate | null;
  /** The same of the normal distribution with the points' mean and covariance. */
  readonly gaussianExcess: Estimate | null;
  /** Of a model that learned an energy: log ∫exp(−E). */
  readonly normaliser: Normaliser | null;
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
      likelihood: rows.shape[1] === 2 ? likelihoodOf(model, x, sigma, { exact, gaussian }, lab) : null,
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
  { standardScore, standardEnergy }: Model,
  x: Tensor,
  sigma: number,
  { exact, gaussian }: { exact: data.ExactDataSet | null; gaussian: data.ExactDataSet },
  lab: Laboratory,
): Likelihood {
  const [scale, cells] = [portable.hypot(1, sigma), lab.size(120, 20)];
  const known = exact === null ? null : exact.logDensity(x, sigma).data.map((value) => -value);
  const gaussianOwn = Float64Array.from(gaussian.logDensity(x).data, (value) => -value);
  const gaussianExcess = excess(gaussianOwn, known).excess;
  if (standardEnergy === undefined) {
    const density = densityOf((y) => standardScore(y, sigma), scale, cells);
    return { density, ...excess(negativeLogDensity(density, x), known), gaussianExcess, normaliser: null };
  }
  const energy: Energy = (y) => standardEnergy(y, sigma);
  const farthest = max(abs(x)).item();
  const normaliser = normaliserOf(energy, Math.max(4 * scale, 1.5 * farthest), lab.size(400, 100));
  const { logZ } = normaliser;
  return {
    density: densityOfEnergy(energy, logZ, 4 * scale, cells),
    ...excess(negativeLogDensityOfEnergy(energy, logZ, x), known),
    gaussianExcess,
    normaliser,
  };
}

import {
  broadcastTo,
  cast,
  expandDims,
  type Key,
  mean,
  portable,
  random,
  reshape,
  type Tensor,
  take,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { patternsOf } from "../data/gaps/patterns.ts";
import { completionsOf, normalOf } from "./completions.ts";
import { hasGaps } from "./filling.ts";
import { impute } from "./impute.ts";
import { type LogDensityOptions, standardLogDensity } from "./logDensity.ts";
import type { Model } from "./model.ts";
import { standardized, type Units } from "./units.ts";

/** So many draws of the model are what gaps are drawn about. */
const NEAR = 32;
/** So many rows with the same gaps are drawn side by side. */
const SAME = 64;

/** log p(x_o, x_m) − log q(x_m | x_o) of draws of each row, [n, draws] in the data's own units. */
export function logWeights(
  name: string,
  model: Model,
  x: Tensor,
  { key, draws: N, ...flow }: LogDensityOptions & { readonly key: Key; readonly draws: number },
): Float64Array {
  const { standardization: units } = model.description;
  const [n = 0, d = 0] = [x.shape[0], x.shape.at(-1)];
  const middle = x.rank === 3 ? mean(x, { axis: 1 }) : x;
  const about = impute(model, middle, {
    ...{ key: random.foldIn(key, 0), draws: NEAR, particles: NEAR },
    ...(flow.backend === undefined ? {} : { backend: flow.backend }),
  });
  const near = inUnits(units, about);
  const places = inUnits(units, x.rank === 3 ? x : broadcastTo(expandDims(x, 1), [n, N, d]));
  const normal = normalOf(model);
  const points = new Float32Array(n * N * d);
  const logProposal = new Float64Array(n * N);
  for (const [i, rows] of alike(middle).entries()) {
    const part = take(places, rows);
    const own = hasGaps(part)
      ? completionsOf(normal, part, take(near, rows), random.foldIn(key, i + 1))
      : { points: part, logProposal: zeros([rows.length, N]) };
    rows.forEach((row, k) => {
      points.set(own.points.data.subarray(k * N * d, (k + 1) * N * d), row * N * d);
      logProposal.set(own.logProposal.data.subarray(k * N, (k + 1) * N), row * N);
    });
  }
  const logs = standardLogDensity(name, model, tensor(points, { shape: [n * N, d] }), flow).data;
  const logScales = units.deviation.map(portable.log);
  return logProposal.map((log, at) => {
    const row = Math.floor(at / N);
    const logScale = logScales.reduce(
      (total, value, j) => (Number.isNaN(middle.data[row * d + j]) ? total : total + value),
      0,
    );
    return (logs[at] as number) - log - logScale;
  });
}

/** [n, k, d] in the data's own units → the model's, in float64. */
export function inUnits(units: Units, x: Tensor): Tensor {
  const d = x.shape.at(-1) ?? 0;
  return reshape(cast(standardized(units, reshape(x, [-1, d])), "float64"), x.shape);
}

/** Rows with the same gaps, so many at a time. */
export function alike(x: Tensor): number[][] {
  const { of, counts } = patternsOf(x);
  const groups: number[][] = Array.from(counts.data, () => []);
  of.data.forEach((pattern, row) => {
    groups[pattern]?.push(row);
  });
  return groups.flatMap((rows) =>
    Array.from({ length: Math.ceil(rows.length / SAME) }, (_, i) => rows.slice(i * SAME, (i + 1) * SAME)),
  );
}

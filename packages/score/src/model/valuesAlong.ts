import { cast, logSumExp, reshape, sub, type Tensor, tensor } from "@scoretape/autograd";
import { type LogDensityOptions, standardLogDensity } from "./logDensity.ts";
import type { Model } from "./model.ts";
import type { Surroundings } from "./surroundings.ts";

/** The log-density of each row with its cells replaced, one at a time, by values. */
export function valuesAlong(
  name: string,
  model: Model,
  z: Tensor,
  lines: readonly (readonly number[])[],
  { about, ...flow }: LogDensityOptions & { readonly about: Surroundings | null },
): Float64Array[] {
  const [, d = 0] = z.shape;
  const trials = lines.flatMap((line, cell) => line.map((value) => ({ cell, value })));
  const isOpen = trials.map(({ cell }) => {
    const row = Math.floor(cell / d);
    return z.data.subarray(row * d, (row + 1) * d).some(Number.isNaN);
  });
  const logs = new Float64Array(trials.length);
  const whole = [...trials.keys()].filter((i) => isOpen[i] !== true);
  if (whole.length > 0) {
    const points = new Float32Array(whole.length * d);
    whole.forEach((i, at) => {
      const { cell = 0, value = 0 } = trials[i] ?? {};
      const row = Math.floor(cell / d);
      points.set(z.data.subarray(row * d, (row + 1) * d), at * d);
      points[at * d + (cell % d)] = value;
    });
    const found = standardLogDensity(name, model, tensor(points, { shape: [whole.length, d] }), flow).data;
    whole.forEach((i, at) => {
      logs[i] = found[at] as number;
    });
  }
  const open = [...trials.keys()].filter((i) => isOpen[i] === true);
  if (open.length > 0 && about !== null) {
    const { points, logProposal } = about(trials.filter((_, i) => isOpen[i]));
    const found = standardLogDensity(name, model, cast(reshape(points, [-1, d]), "float32"), flow);
    const means = logSumExp(sub(reshape(found, logProposal.shape), logProposal), { axis: 1 }).data;
    open.forEach((i, at) => {
      logs[i] = means[at] as number;
    });
  }
  let start = 0;
  return lines.map(({ length }) => {
    start += length;
    return logs.slice(start - length, start);
  });
}

import { mean, reshape, slice, stack, type Tensor } from "@scoretape/autograd";

// Probes are [n, d], one for each row of the data, or [m, n, d], m for each row.

/** The probes [n, d] that v holds: itself, or its m layers. */
export function eachProbe(v: Tensor): Tensor[] {
  if (v.rank === 2) return [v];
  const [m = 0, ...shape] = v.shape;
  return Array.from({ length: m }, (_, i) => reshape(slice(v, [i, 0, 0], [i + 1, ...shape]), shape));
}

/** [m, n] → [n]; the values [n] of a single probe are their own mean. */
export function meanOverProbes(values: Tensor): Tensor {
  return values.rank === 1 ? values : mean(values, { axis: 0 });
}

/** The mean over the probes v of f(v) [n]: [n]. */
export function averageOverProbes(v: Tensor, f: (probe: Tensor) => Tensor): Tensor {
  return v.rank === 2 ? f(v) : meanOverProbes(stack(eachProbe(v).map(f)));
}

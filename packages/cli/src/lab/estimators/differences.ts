import { type Key, random, slice, type Tensor, tensor, tree } from "@scoretape/autograd";
import {
  finiteDifferenceSlicedScoreMatchingVR,
  type ParametrizedScore,
  probes,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { type Estimate, meanOf, powerOf } from "../statistics.ts";
import type { Parameters } from "./subject.ts";

/** A bias that grows with a step size: over the loss's size. */
export interface Growth {
  readonly at: readonly { readonly size: number; readonly bias: Estimate }[];
  /** As which power from the smallest step to twice that. */
  readonly power: Estimate;
  /** The most that this power changes when both steps are doubled: what is left of higher powers. */
  readonly change: number;
}

/** Small against the score's own lengths, and large against rounding in double precision. */
const STEPS = [0.005, 0.01, 0.02] as const;

/**
 * The bias of finite differences against derivatives along the same probes at the same points, in double precision, on
 * equal parts of the rows.
 */
export function measureDifferences(
  { score, parameters }: ParametrizedScore<Parameters>,
  x: Tensor,
  { runs, size }: { runs: number; size: number },
  key: Key,
): Growth {
  const s = score(tree.map(inDouble, parameters));
  const [n = 0, d = 0] = x.shape;
  const part = Math.floor(n / runs);
  const biases = Array.from({ length: runs }, (_, run) => {
    const rows = inDouble(slice(x, [run * part, 0], [(run + 1) * part, d]));
    const probe = probes.rademacher(random.foldIn(key, run), rows.shape, { dtype: "float64" });
    const direct = slicedScoreMatchingVR(s, rows, probe).item();
    return STEPS.map((stepSize) =>
      Math.abs(finiteDifferenceSlicedScoreMatchingVR(s, rows, probe, { stepSize }).item() - direct),
    );
  });
  const powers = biases.map(([first = Number.NaN, second = Number.NaN, third = Number.NaN]) => ({
    lower: powerOf([
      [1, first],
      [2, second],
    ]),
    upper: powerOf([
      [1, second],
      [2, third],
    ]),
  }));
  return {
    at: STEPS.map((step, i) => ({
      size: step,
      bias: meanOf(biases.map((ofSteps) => (ofSteps[i] ?? Number.NaN) / size)),
    })),
    power: meanOf(powers.map(({ lower }) => lower)),
    change: Math.max(...powers.map(({ lower, upper }) => Math.abs(upper - lower))),
  };
}

function inDouble({ data, shape }: Tensor): Tensor {
  return tensor(Float64Array.from(data), { shape });
}

import {
  add,
  checkOptions,
  greaterEqual,
  type Key,
  kindOf,
  mul,
  random,
  sub,
  type Tensor,
  tensor,
  where,
} from "@scoretape/autograd";
import { checkCount, checkKey, checkMethods } from "../check.ts";
import type { DiffusionProcess } from "./process.ts";

/** How the times of a mini-batch are drawn. */
export interface TimesOptions {
  /** Every row a time of its own, or all of them spread evenly from one random number; `systematic` unless said. */
  readonly method?: "systematic" | "independent";
}

/**
 * Times for the rows of a mini-batch, uniform on [ε, 1]. `systematic` ones spread over the interval: row r gets
 * ε + (1 − ε)·frac(u + r/n) with one uniform u, so that every interval of length (1 − ε)/n holds one, which lowers the
 * variance of a loss and of its gradient. Kingma et al. 2021 (Variational Diffusion Models), appendix I.1.
 *
 * @param n how many, from 1
 * @returns [n], float32
 * @throws RangeError unless n is a whole number from 1 and the method one of the two
 *
 * @example
 * ```ts
 * import { max, min, random } from "@scoretape/autograd";
 * import { diffusionTimes, variancePreserving } from "@scoretape/score";
 *
 * const times = diffusionTimes(random.key(0), 1000, variancePreserving());
 * console.log(min(times).item().toFixed(2), max(times).item().toFixed(2)); // 0.00 1.00
 * ```
 */
export function diffusionTimes(
  key: Key,
  n: number,
  process: DiffusionProcess,
  options: TimesOptions = {},
): Tensor {
  const name = "diffusionTimes";
  checkOptions(name, options, { method: "string" });
  checkKey(name, key);
  checkCount(name, n, "n");
  checkMethods(name, process, "process", ["scale", "deviation"]);
  const { minTime } = process;
  const { method = "systematic" } = options;
  switch (method) {
    case "systematic":
      return add(minTime, mul(1 - minTime, systematicFractions(key, n)));
    case "independent":
      return random.uniform(key, [n], { low: minTime, high: 1 });
    default:
      throw new RangeError(`${name}: method is ${kindOf(method)}; it is "systematic" or "independent"`);
  }
}

/** frac(u + r/n) for r = 0, 1, …, n − 1 with one uniform u, [n]. */
export function systematicFractions(key: Key, n: number): Tensor {
  const spread = add(random.uniform(key, []), tensor(Array.from({ length: n }, (_, r) => r / n)));
  return where(greaterEqual(spread, 1), sub(spread, 1), spread);
}

import {
  add,
  checkOptions,
  div,
  exp,
  expandDims,
  greater,
  type Key,
  logSumExp,
  portable,
  random,
  reshape,
  ShapeError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  where,
} from "@scoretape/autograd";
import { checkCount, checkGappy, checkKey, checkTensor } from "../check.ts";
import { logWeights } from "./importanceWeights.ts";
import { checkColumns, type LogDensityOptions, logDensity } from "./logDensity.ts";
import type { Model } from "./model.ts";

/** How to estimate marginal densities. */
export interface MarginalLogDensityOptions extends LogDensityOptions {
  /** Draws the gaps: the same key, the same draws. */
  readonly key: Key;
  /** How many draws of each row's gaps, from 2; 64 unless said. */
  readonly draws?: number;
  /** Added to the log-density of each draw, [n, draws]: of a table's coordinates what its encoder's `logJacobian` says. */
  readonly logJacobian?: Tensor;
}

/** Of each row, [n] in float64. */
export interface MarginalLogDensity {
  /** log p of what is seen, in nats. */
  readonly logDensity: Tensor;
  /** How far it may be off by chance: √((N/ESS − 1)/(N − 1)) of N draws; 0 of a row without gaps. */
  readonly standardError: Tensor;
  /**
   * ESS = (Σw)²/Σw² of the draws' weights, from 1 to N (Kish 1965). Where it is a few, draws have missed where the row's gaps may be, and
   * neither number can be trusted.
   */
  readonly effectiveSize: Tensor;
}

/** So many rows are drawn at a time. */
const ROWS = 2048;

/**
 * The log-density of what rows show, where they have gaps: log p(x_o) = log E_q[p(x_o, x_m)/q(x_m | x_o)] by importance sampling, with p as
 * {@link logDensity} has it. q is a mixture of t distributions about draws of the gaps by {@link impute}, wherever their modes are, and of
 * one about their normal conditional mean, so that weights are bounded. Its expectation is p(x_o), whatever q is.
 *
 * Densities of rows with other gaps are of other dimensions, and not to be compared. A row of gaps alone has log p = 0.
 *
 * Takes time in proportion to n times the draws.
 *
 * @param x [n, d] in the data's own units, NaN for gaps; or [n, draws, d], where what is seen is at another place in each draw, as labels
 * are in their intervals: the gaps of a row are the same in all. Then log p is that of the mean over the places
 * @throws RangeError when an element is infinite, or the flow leaves the finite numbers
 * @throws ShapeError when x, or `logJacobian`, has another shape
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { loadModel, marginalLogDensity } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const [length = 0] = model.description.standardization.mean;
 * const rows = tensor([[length, Number.NaN], [0, Number.NaN]]);
 * const { logDensity } = marginalLogDensity(model, rows, { key: random.key(0) });
 * console.log((logDensity.data[0] ?? 0) > (logDensity.data[1] ?? 0)); // true
 * ```
 */
export function marginalLogDensity(
  model: Model,
  x: Tensor,
  options: MarginalLogDensityOptions,
): MarginalLogDensity {
  const name = "marginalLogDensity";
  checkOptions(name, options, {
    key: "any",
    draws: "number",
    logJacobian: "any",
    batch: "number",
    backend: "any",
  });
  const { key, draws: N = 64, logJacobian, ...flow } = options;
  checkKey(name, key);
  checkCount(name, N, "draws");
  if (N < 2) throw new RangeError(`${name}: draws is ${N}; one has no error, give 2 or more`);
  checkShapes(name, model, x, N, logJacobian);
  const [n = 0, d = 0] = [x.shape[0], x.shape.at(-1)];
  const gaps = gapsOf(x);
  const rowsWith = (of: (count: number) => boolean): number[] =>
    [...gaps.keys()].filter((row) => of(gaps[row] as number));
  const isAlone = x.rank === 2;
  // Of rows of gaps alone all weights are 1.
  const logs = new Float64Array(n * N);
  const open = rowsWith((count) => count < d && (count > 0 || !isAlone));
  for (let from = 0; from < open.length; from += ROWS) {
    const some = open.slice(from, from + ROWS);
    const how = { ...flow, key: random.foldIn(key, from), draws: N };
    const found = logWeights(name, model, take(x, some), how);
    some.forEach((row, i) => {
      logs.set(found.subarray(i * N, (i + 1) * N), row * N);
    });
  }
  const weights = tensor(logs, { shape: [n, N] });
  const result = weighed(logJacobian === undefined ? weights : add(weights, logJacobian));
  const whole = isAlone ? rowsWith((count) => count === 0) : [];
  if (whole.length === 0) return result;
  const found = logDensity(model, take(x, whole), flow).data;
  const all = Float64Array.from(result.logDensity.data);
  whole.forEach((row, i) => {
    all[row] = (found[i] as number) + (logJacobian?.data[row * N] ?? 0);
  });
  return { ...result, logDensity: tensor(all) };
}

/** log of the mean of weights, [n, N] → [n], and how sure it is. */
function weighed(logs: Tensor): MarginalLogDensity {
  const [, N = 1] = logs.shape;
  const total = logSumExp(logs, { axis: 1 });
  const shares = exp(sub(logs, expandDims(total, 1)));
  const size = div(1, sum(square(shares), { axis: 1 }));
  // Equal weights but for rounding.
  const effectiveSize = where(greater(size, N * (1 - 1e-9)), N, size);
  return {
    logDensity: sub(total, portable.log(N)),
    standardError: sqrt(div(sub(div(N, effectiveSize), 1), N - 1)),
    effectiveSize,
  };
}

/** How many gaps each row has. */
function gapsOf(x: Tensor): number[] {
  const [n = 0, d = 0] = [x.shape[0], x.shape.at(-1)];
  const size = x.size / n;
  return Array.from(
    { length: n },
    (_, row) => x.data.subarray(row * size, row * size + d).filter(Number.isNaN).length,
  );
}

function checkShapes(
  name: string,
  model: Model,
  x: Tensor,
  N: number,
  logJacobian: Tensor | undefined,
): void {
  checkTensor(name, x, "x");
  const [n = 0, d = 0] = [x.shape[0], x.shape.at(-1)];
  const rows = x.rank === 3 && x.shape[1] === N ? reshape(x, [n * N, d]) : x;
  checkGappy(name, rows);
  checkColumns(name, model, rows);
  if (x.rank === 3) checkSameGaps(name, x);
  if (logJacobian === undefined) return;
  checkTensor(name, logJacobian, "logJacobian");
  if (logJacobian.shape.join() !== `${n},${N}`) {
    throw new ShapeError(
      `${name}: logJacobian has shape [${logJacobian.shape.join(", ")}] for ${n} rows of ${N} draws; give [${n}, ${N}]`,
    );
  }
}

function checkSameGaps(name: string, x: Tensor): void {
  const [, N = 0, d = 0] = x.shape;
  const at = x.data.findIndex((value, i) => {
    const first = Math.floor(i / (N * d)) * N * d + (i % d);
    return Number.isNaN(value) !== Number.isNaN(x.data[first]);
  });
  if (at < 0) return;
  throw new RangeError(
    `${name}: row ${Math.floor(at / (N * d))} has a gap in column ${at % d} in some of its draws; give it in all or none`,
  );
}

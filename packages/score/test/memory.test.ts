import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Backend,
  js,
  matmul,
  random,
  softplus,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@scoretape/autograd";
import { exactScoreMatching } from "@scoretape/score";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** The bytes of tensors that are alive. */
function liveBytes(): number {
  collectGarbage();
  collectGarbage(); // the buffers that one collection finds dead are freed by the next at the latest
  return process.memoryUsage().arrayBuffers;
}

/** How far above its start the memory rises while the gradient of an exact loss is computed. */
function peakOfGradient(chunk: number): number {
  const [n, d, hidden] = [64, 96, 32];
  let peak = 0;
  let directions = 0;
  // `pad` makes each basis direction, in the forward pass and again where a chunk is recomputed.
  const backend: Backend = {
    ...js,
    name: "observed",
    pad(output, { before }, one) {
      output.data[before[1] ?? 0] = one.data[0] ?? 0;
      if (directions % 15 === 14) peak = Math.max(peak, liveBytes());
      directions += 1;
    },
  };
  const drawn = (seed: number, shape: readonly number[]): Tensor =>
    tensor(random.normal(random.key(seed), shape).data, { shape, backend });
  const parameters = { first: drawn(1, [d, hidden]), second: drawn(2, [hidden, d]) };
  const x = drawn(3, [n, d]);
  const start = liveBytes();
  const [value] = valueAndGrad(({ first, second }: typeof parameters) =>
    exactScoreMatching((y) => matmul(softplus(matmul(y, first)), second), x, { chunk }),
  )(parameters);
  expect(Number.isFinite(value.item())).toBe(true);
  expect(directions).toBeGreaterThanOrEqual(d);
  return peak - start;
}

test("the gradient of the exact loss holds the directions of one chunk in memory, not all of them", () => {
  const whole = peakOfGradient(96);
  // All tangents of the directions: at least two of n·d float32 numbers each.
  expect(whole).toBeGreaterThan(96 * 2 * 64 * 96 * 4 * 0.9);
  expect(peakOfGradient(4)).toBeLessThan(whole / 5);
});

import { random, wasm } from "@scoretape/autograd";
import { exactScoreMatching } from "@scoretape/score";
import { expect, test } from "vitest";
import { disagreementOf, type Measured } from "../src/lab/cost/measure.ts";
import { CHUNK, exact, exactAtOnce, exactByNetwork, type Method } from "../src/lab/cost/methods.ts";
import { subjectOf, taskOf } from "../src/lab/cost/program.ts";
import { exactly } from "../src/lab/statistics.ts";

const key = random.key(1);

test("every form of exact matching computes the same loss, in as many calls as it says", () => {
  const dimension = 3 * CHUNK;
  const task = taskOf(dimension, 8, key);
  const { net, parameters, x } = task;
  const truth = exactScoreMatching((y) => net.apply(parameters, y), x).item();
  for (const [method, count] of [
    [exact, 3],
    [exactAtOnce, 1],
    [exactByNetwork, 1],
  ] as const) {
    const { calls, bytes, dispose } = subjectOf(method, task, key, wasm());
    expect(calls.length).toBe(count);
    const losses = calls.map((call) => call());
    expect(losses.reduce((total, loss) => total + loss, 0) / count).toBeCloseTo(truth, 4);
    // At least the mini-batch and the first layer, in single precision.
    expect(bytes).toBeGreaterThan(4 * dimension * (128 + 8));
    dispose();
  }
});

test("the largest relative disagreement is found, dimension by dimension", () => {
  const costOf = (dimension: number, loss: number) => {
    return { dimension, loss, times: [], ratios: [], bytes: 1, bytesRatio: 1 };
  };
  const measured = (method: Method, losses: readonly (readonly [number, number])[]): Measured => ({
    method,
    costs: losses.map(([dimension, loss]) => costOf(dimension, loss)),
    timePower: exactly(0),
    ownPower: exactly(0),
    memoryPower: 0,
  });
  const all = [
    measured(exact, [
      [2, 10],
      [4, -20],
      [8, 7],
    ]),
    measured(exactByNetwork, [
      [4, -21],
      [2, 10.1],
    ]),
  ];
  expect(disagreementOf(all, [exactByNetwork])).toBeCloseTo(0.05, 12);
});

import { random, wasm } from "@scoretape/autograd";
import { exactScoreMatching } from "@scoretape/score";
import { expect, test } from "vitest";
import { disagreementOf, gainOf, type Measured, summary } from "../src/lab/cost/measure.ts";
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

test("powers are those of the large dimensions, and one slow round does not move them", () => {
  const costs = [2, 4, 8, 16, 32].map((dimension) => {
    const isSmall = dimension < 4;
    const ratios = Array.from({ length: 9 }, (_, round) => {
      if (isSmall || round === 4) return 1e4;
      return dimension ** 1.25 * (1 + 0.01 * ((round * dimension) % 5));
    });
    const times = ratios.map((ratio) => ratio * dimension ** 0.5);
    return { dimension, times, ratios, bytes: 1, bytesRatio: isSmall ? 99 : 3 * dimension ** 0.75, loss: 0 };
  });
  const { timePower, ownPower, memoryPower } = summary(exact, costs, { rounds: 9, from: 4 }, key);
  expect(Math.abs(timePower.value - 1.25)).toBeLessThan(0.02);
  expect(Math.abs(ownPower.value - 1.75)).toBeLessThan(0.02);
  expect(memoryPower).toBeCloseTo(0.75, 10);
  expect(timePower.low).toBeGreaterThan(1.2);
  expect(timePower.high).toBeLessThan(1.3);
});

test("the gain of the network's divergence is the median of quotients round by round, in one dimension", () => {
  const rows = (method: Method, last: readonly number[]): Measured => {
    const shared = { ratios: [], bytes: 1, bytesRatio: 1, loss: 0 };
    const costs = [
      { ...shared, dimension: 2, times: last.map(() => 77) },
      { ...shared, dimension: 4, times: last },
    ];
    return { method, costs, timePower: exactly(0), ownPower: exactly(0), memoryPower: 0 };
  };
  const measured = [rows(exact, [10, 30, 90]), rows(exactByNetwork, [1, 10, 10])];
  expect(gainOf(measured, 4).value).toBe(9);
  expect(gainOf(measured, 2).value).toBe(1);
});

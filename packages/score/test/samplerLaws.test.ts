import {
  add,
  cast,
  greater,
  js,
  mul,
  random,
  slice,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@scoretape/autograd";
import { describe, expect, test } from "vitest";
import { publicValues } from "../../autograd/test/support/publicValues.ts";
import { samplers } from "./support/samplers.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

// Laws of every sampler of the package.

const key = random.key(16);
const functionOf = (entry: string): string => entry.replace(/,.*/, "");

test("every sampler and every solver of the package has a case", () => {
  const exported = publicValues(new URL("../", import.meta.url));
  const returning = (type: RegExp): string[] =>
    exported.filter(({ returns }) => type.test(returns)).map(({ name }) => name);
  const entries = Object.keys(samplers);
  expect(returning(/^(\w+)?Samples$/).sort()).toEqual([...new Set(entries.map(functionOf))].sort());
  const solvers = entries.flatMap((entry) => entry.split(", ").slice(1));
  expect(returning(/^OdeSolver$/).sort()).toEqual(solvers.sort());
});

describe.each(Object.entries(samplers))("%s", (entry, sampler) => {
  const name = functionOf(entry);
  const { from } = sampler;
  const startOf = (rows: number, dtype: "float32" | "float64" = "float32"): Tensor =>
    add(from.mean, mul(Math.sqrt(from.variance), random.normal(random.key(5), [rows, 2], { dtype })));
  const start = startOf(6);
  const { samples } = sampler.run({ start, key });

  test.each(["float32", "float64"] as const)("keeps the shape, and the dtype %s", (dtype) => {
    const result = sampler.run({ start: startOf(6, dtype), key });
    expect(result.samples.shape).toEqual([6, 2]);
    expect(result.samples.dtype).toBe(dtype);
    expect(result.trajectory).toEqual([]);
  });

  test("has the moments that its steps have with the score of a normal distribution", () => {
    const many = sampler.run({ start: startOf(20_000), key }).samples;
    for (const j of [0, 1]) {
      expectMean(columnOf(many, j), sampler.to.mean);
      expectVariance(columnOf(many, j), sampler.to.variance);
    }
  });

  test("gives the same samples for the same key, and others for another", () => {
    expect(sampler.run({ start, key }).samples.data).toEqual(samples.data);
    const others = sampler.run({ start, key: random.key(17) }).samples.data;
    if (sampler.draws) expect(others).not.toEqual(samples.data);
    else expect(others).toEqual(samples.data);
  });

  test("treats rows apart, where it does: of fewer of them the samples are the first", () => {
    const fewer = sampler.run({ start: slice(start, [0, 0], [4, 2]), key }).samples.data;
    const first = samples.data.slice(0, 8);
    if (sampler.rowsAreIndependent) expect(fewer).toEqual(first);
    else expect(fewer).not.toEqual(first);
  });

  test("reports every state, the last of them the samples, and keeps every k-th", () => {
    const seen: Tensor[] = [];
    const all = sampler.run({ start, key, trajectory: 1, onStep: (x) => seen.push(x) });
    expect(all.samples.data).toEqual(samples.data);
    const numbers = (states: readonly Tensor[]) => states.map(({ data }) => [...data]);
    expect(numbers(all.trajectory)).toEqual(numbers([start, ...seen]));
    expect([...(seen.at(-1)?.data ?? [])]).toEqual([...samples.data]);
    if (sampler.steps !== null) expect(seen.length).toBe(sampler.steps);
    expect(new Set(seen.map(({ data }) => data.join())).size).toBe(sampler.of === "score" ? seen.length : 4);
    const { trajectory } = sampler.run({ start, key, trajectory: 3 });
    expect(numbers(trajectory)).toEqual(numbers(all.trajectory).filter((_, i) => i % 3 === 0));
  });

  test("has the same samples eagerly, on the reference kernels and in WebAssembly", () => {
    const eager = sampler.run({ start, key, backend: "eager" }).samples.data;
    expect(sampler.run({ start, key, backend: js }).samples.data).toEqual(eager);
    expectNear(samples.data, eager, 2e-5);
  });

  test("refuses a start that is not [n, d], empty, or not finite", () => {
    const on = (x: Tensor) => () => sampler.run({ start: x, key });
    const { startCalled } = sampler;
    expect(on(zeros([3]))).toThrow(`${name}: ${startCalled} has shape [3], not [n, d]`);
    expect(on(zeros([0, 2]))).toThrow(`${name}: ${startCalled} has shape [0, 2]: an empty batch`);
    expect(on(tensor([[0, Number.NaN]]))).toThrow(`${name}: ${startCalled} is NaN at [0, 1]`);
    expect(on(cast(start, "uint32"))).toThrow(`${name}: ${startCalled} is uint32`);
  });

  test("refuses a model of another shape or dtype, and a trajectory of no whole steps", () => {
    expect(() => sampler.run({ start, key, spoil: () => zeros([5]) })).toThrow(
      `${name}: the ${sampler.of} maps [6, 2] to [5]`,
    );
    expect(() => sampler.run({ start, key, spoil: (y) => cast(y, "float64") })).toThrow(
      `${name}: the ${sampler.of} maps float32 to float64`,
    );
    for (const trajectory of [0, 0.5]) {
      expect(() => sampler.run({ start, key, trajectory })).toThrow(`${name}: trajectory is ${trajectory}`);
    }
  });

  test("names the row that leaves the finite numbers", () => {
    const away = tensor([
      [0, 0],
      [50, 50],
    ]);
    const spoil = (y: Tensor, x: Tensor): Tensor =>
      where(greater(y.rank === 1 ? sum(x, { axis: 1 }) : x, 30), Number.NaN, y);
    const row = sampler.rowsAreIndependent ? "1" : "[01]";
    expect(() => sampler.run({ start: away, key, spoil })).toThrow(
      new RegExp(`^${sampler.speaker ?? name}: (row|chain) ${row} `),
    );
  });
});

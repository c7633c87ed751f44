import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cast, compile, jvp, mul, random, sum, type Tensor, tensor, tree, vjp } from "../../src/index.ts";
import { rules } from "../../src/onnx/rules/table.ts";
import { fromOnnx } from "../../src/onnx.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";

interface Kept {
  readonly shape: number[];
  readonly data: (number | string)[];
}

/** A model of one node, and what ONNX Runtime computes. */
interface Case {
  readonly operator: string;
  readonly attributes: Record<string, string>;
  readonly model: string;
  readonly inputs: Kept[];
  readonly outputs: Kept[];
}

const cases: Case[] = readFileSync(new URL("fixtures/rules.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const tensorOf = ({ shape, data }: Kept): Tensor =>
  tensor(
    Float64Array.from(data, (value) =>
      value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value),
    ),
    { shape },
  );

/** Of float32 results of sums of some hundred terms, relative to the largest. */
const FLOAT32 = 1e-5;
const FLOAT64 = 1e-9;

test("every rule has a case, and every case a rule", () => {
  expect([...new Set(cases.map(({ operator }) => operator))].toSorted()).toEqual(
    [...rules.keys()].toSorted(),
  );
});

describe.each(
  cases.map((one, i) => ({
    ...one,
    title: `${one.operator} ${Object.entries(one.attributes).join(" ")} (${i})`,
  })),
)("$title", ({ model, inputs, outputs, operator }) => {
  const { params, applyAll } = fromOnnx(Buffer.from(model, "base64"));
  const exact = tree.map((leaf: Tensor) => cast(leaf, "float64"), params);
  const x = inputs.map(tensorOf);

  test("computes what ONNX Runtime does, in float64 and float32", () => {
    const single = applyAll(params, ...x.map((one) => cast(one, "float32")));
    const double = applyAll(exact, ...x);
    outputs.map(tensorOf).forEach((expected, i) => {
      for (const actual of [single[i], double[i]]) {
        expect(actual?.shape).toEqual(expected.shape);
        expect(largestDifference(actual?.data ?? [], expected.data) / scaleOf(expected)).toBeLessThanOrEqual(
          FLOAT32,
        );
      }
    });
    expect(single.length).toBe(outputs.length);
  });

  test("compiles to the same, and its derivative has its transpose", () => {
    const f = (p: typeof exact, all: Tensor[]): Tensor[] => applyAll(p, ...all);
    const expected = f(exact, x);
    compile(f)(exact, x).forEach((y, i) => {
      const other = expected[i] ?? tensor(0);
      expect(largestDifference(y.data, other.data) / scaleOf(other)).toBeLessThanOrEqual(FLOAT64);
    });
    if (operator === "IsNaN" || operator === "IsInf") return;
    const like =
      (seed: number) =>
      (leaf: Tensor, path: string): Tensor =>
        cast(random.normal(random.foldIn(random.key(seed), path.length), leaf.shape), leaf.dtype);
    const [direction, others] = [tree.map(like(1), exact), tree.map(like(2), x)];
    const [, pushed] = jvp(f, [exact, x], [direction, others]);
    const [results, pullback] = vjp(f, [exact, x]);
    const c = tree.map(like(3), results);
    const pulled = pullback(c);
    const inner = (a: Tensor[], b: Tensor[]): number =>
      a.reduce((total, t, i) => total + sum(mul(t, b[i] ?? 0)).item(), 0);
    const [left, right] = [inner(c, pushed), inner(tree.leaves(pulled), tree.leaves([direction, others]))];
    expect(Math.abs(left - right)).toBeLessThanOrEqual(FLOAT64 * Math.max(1, Math.abs(left)) * 10);
  });
});

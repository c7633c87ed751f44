import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onnx } from "../../src/export.ts";
import {
  add,
  cast,
  grad,
  matmul,
  nn,
  random,
  reshape,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { fromOnnx } from "../../src/onnx.ts";
import { bind } from "../../src/op.ts";
import { materialize } from "../support/cases/opCase.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";
import { exportedSubjects } from "../support/exported.ts";
import { runs } from "../support/runs.ts";

/** Rounding errors of some steps in float32, for values of size 1. */
const FLOAT32 = 4e-6;

/** Ops that are written with an operator that has no rule: additions into places, loops, and bits of words. */
const withoutRule: Readonly<Record<string, string>> = {
  scatterAdd: "ScatterND",
  scatterAddAlong: "ScatterND",
  linearRecurrence: "Loop",
  splitKey: "BitShift",
  foldIn: "BitwiseAnd",
  randomBits: "BitShift",
  randomUniform: "BitShift",
  randomNormal: "BitShift",
  randomRademacher: "BitShift",
  randomPermutation: "Loop",
  randomCategorical: "BitShift",
};

/** The operator that stands in the way of reading an op again; those of matrices are loops. */
const obstacle = ({ name, op }: (typeof exportedSubjects)[number]): string | undefined =>
  op.traits.kind === "matrices" ? "Loop" : withoutRule[name];

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const difference = largestDifference(actual.data, cast(expected, actual.dtype).data);
  expect(difference / scaleOf(expected)).toBeLessThanOrEqual(FLOAT32);
}

describe("what is exported and read again is the function:", () => {
  test.each(exportedSubjects.filter((subject) => obstacle(subject) === undefined))(
    "$name",
    ({ op, cases }) => {
      fc.assert(
        fc.property(cases, ({ parameters, inputs }) => {
          const x = inputs.map((input) => materialize(input, "float32"));
          const f = (...all: Tensor[]): Tensor => bind(op, parameters, ...all);
          const { params, apply } = fromOnnx(onnx(f, x).bytes);
          expectClose(apply(params, ...x), f(...x));
        }),
        runs(10),
      );
    },
  );

  test.each(exportedSubjects.filter((subject) => obstacle(subject) !== undefined))(
    "$name is refused by name",
    (subject) => {
      const { op, cases } = subject;
      const messages = fc.sample(cases, { seed: 20110, numRuns: 10 }).map(({ parameters, inputs }) => {
        const x = inputs.map((input) => materialize(input, "float32"));
        try {
          fromOnnx(onnx((...all: Tensor[]): Tensor => bind(op, parameters, ...all), x).bytes);
          return "";
        } catch (error) {
          return error instanceof Error ? error.message : "";
        }
      });
      const refusals = messages.filter((message) => message !== "");
      expect(refusals).not.toEqual([]);
      for (const message of refusals)
        expect(message).toContain(`is "${obstacle(subject)}", for which there is no rule`);
    },
  );
});

test("a network with its parameters inside, for a batch of any size, and its gradient", () => {
  const net = nn.mlp([2, 8, 2], { activation: "softplus" });
  const image = nn.conv(1, 2, { window: [2], stride: 2 });
  const weights = { net: net.init(random.key(0)), image: image.init(random.key(1)) };
  const f = (p: typeof weights, x: Tensor): Tensor => {
    const y = net.apply(p.net, x);
    return reshape(image.apply(p.image, reshape(y, [x.shape[0] ?? 0, 2, 1])), [x.shape[0] ?? 0, 2]);
  };
  const slope = (p: typeof weights, x: Tensor): Tensor => grad((y: Tensor) => sum(square(f(p, y))))(x);
  for (const g of [f, slope]) {
    const options = { constants: [0], batch: [1], inputs: ["params", "x"], outputs: ["y"] };
    const model = fromOnnx(onnx(g, [weights, zeros([3, 2])], options).bytes);
    expect(model.inputs).toEqual([{ name: "x", type: "float32", shape: ["batch", 2] }]);
    const x = random.normal(random.key(2), [7, 2]);
    expectClose(model.apply(model.params, x), g(weights, x));
  }
});

test("whole numbers and keys are taken as uint32 or as numbers", () => {
  const table = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const { params, apply } = fromOnnx(
    onnx(
      (classes: Tensor) => sin(matmul(cast(classes, "float32"), table)),
      [zeros([1, 3], { dtype: "uint32" })],
    ).bytes,
  );
  const one = tensor([[0, 2, 1]], { dtype: "uint32" });
  expectClose(apply(params, one), sin(add(matmul(cast(one, "float32"), table), 0)));
  expectClose(apply(params, cast(one, "float32")), sin(matmul(cast(one, "float32"), table)));
});

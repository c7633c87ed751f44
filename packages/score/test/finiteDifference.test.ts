import {
  add,
  cast,
  dot,
  jvp,
  mul,
  nn,
  norm,
  random,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tree,
} from "@scoretape/autograd";
import {
  finiteDifferenceSlicedEnergyScoreMatching,
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  probes,
  scoreOf,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { cases, dataIn, linearScore, perceptron, scoreIn } from "./support/scores.ts";

const float64 = { dtype: "float64" } as const;
const none = { reduction: "none" } as const;
type Field = (x: Tensor) => Tensor;

/** The energy of the tests: Σⱼ fⱼ(x), of the field f of a perceptron. */
const summed =
  (field: Field): Field =>
  (x) =>
    sum(field(x), { axis: 1 });

/** f and its first four derivatives at x along u. */
function derivatives(f: Field, x: Tensor, u: Tensor): Tensor[] {
  const list = [f];
  for (let k = 0; k < 4; k++) {
    const last = list[k] as Field;
    list.push((y) => jvp(last, [y], [u])[1]);
  }
  return list.map((derivative) => derivative(x));
}

interface Example {
  readonly loss: typeof finiteDifferenceSlicedScoreMatching;
  /** What the loss tends to. */
  readonly limit: typeof slicedScoreMatching;
  /** The coefficient of ε² in loss − limit, [n], from the derivatives along u = v/‖v‖ of what is evaluated. */
  bias(v: Tensor, along: readonly Tensor[]): Tensor;
  /** What is evaluated: a score, or an energy. */
  readonly evaluated: (field: Field) => Field;
}

const zero = tensor(0, float64);
const examples: Record<string, Example> = {
  finiteDifferenceSlicedScoreMatching: {
    loss: finiteDifferenceSlicedScoreMatching,
    limit: slicedScoreMatching,
    evaluated: (field) => field,
    bias: (v, [s = zero, , second = zero, third = zero]) =>
      add(mul(1 / 6, mul(norm(v, { axis: 1 }), dot(v, third))), mul(0.5, mul(dot(v, s), dot(v, second)))),
  },
  finiteDifferenceSlicedScoreMatchingVR: {
    loss: finiteDifferenceSlicedScoreMatchingVR,
    limit: slicedScoreMatchingVR,
    evaluated: (field) => field,
    bias: (v, [s = zero, , second = zero, third = zero]) =>
      add(mul(1 / 6, mul(norm(v, { axis: 1 }), dot(v, third))), mul(0.5, dot(s, second))),
  },
  finiteDifferenceSlicedEnergyScoreMatching: {
    loss: (field, ...rest) => finiteDifferenceSlicedEnergyScoreMatching(summed(field), ...rest),
    limit: (field, ...rest) => slicedScoreMatching(scoreOf(summed(field)), ...rest),
    evaluated: summed,
    bias: (v, [, first = zero, , third = zero, fourth = zero]) =>
      mul(sum(square(v), { axis: 1 }), sub(mul(1 / 6, mul(first, third)), mul(1 / 12, fourth))),
  },
};

const rootMeanSquare = (values: readonly Tensor[]): number => {
  const all = values.flatMap(({ data }) => [...data]);
  return Math.sqrt(all.reduce((total, value) => total + value ** 2, 0) / all.length);
};

describe.each(Object.entries(examples))("%s", (_, { loss, limit, bias, evaluated }) => {
  const d = 3;
  const { score: field, valueAndGradients } = perceptron(1, d, tanh);
  const [x, v] = [normal(2, [6, d]), normal(3, [6, d])];

  test("has the sliced loss and its gradients as limit", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const { valueAndGradients: gradientsOf } = scoreIn(c);
        const points = dataIn(c);
        const probe = normal(c.seed, points.shape);
        expectAllClose(
          gradientsOf((s) => loss(s, points, probe)),
          gradientsOf((s) => limit(s, points, probe)),
          1e-5,
        );
      }),
      runs(40),
    );
  });

  test("has the bias that its docstring states", () => {
    const u = tensor(
      v.data.map((value, i) => value / (norm(v, { axis: 1 }).data[Math.floor(i / d)] ?? 0)),
      { shape: v.shape },
    );
    const expected = bias(v, derivatives(evaluated(field), x, u));
    expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(0.05);
    const stepSize = 2e-3;
    const difference = sub(loss(field, x, v, { stepSize, ...none }), limit(field, x, v, none));
    expectClose(mul(1 / stepSize ** 2, difference), expected, 1e-4);
  });

  test("has a bias of second order, in its value and in its gradients", () => {
    const exact = valueAndGradients((s) => limit(s, x, v));
    const errors = [0.08, 0.04, 0.02, 0.01].map((stepSize) => {
      const found = valueAndGradients((s) => loss(s, x, v, { stepSize }));
      const [value, ...gradients] = found.map((leaf, i) => sub(leaf, exact[i] ?? zero));
      return [rootMeanSquare(value === undefined ? [] : [value]), rootMeanSquare(gradients)] as const;
    });
    for (const k of [0, 1] as const) {
      errors.slice(1).forEach((error, i) => {
        const ratio = (errors[i]?.[k] ?? 0) / error[k];
        expect(Math.abs(ratio - 4), `Richardson ratio ${ratio}`).toBeLessThan(0.1);
      });
    }
  });

  test("is exact at any step for affine scores and energies", () => {
    const affine = linearScore(normal(4, [d, d]), normal(5, [d])).score;
    expectClose(loss(affine, x, v, { stepSize: 7, ...none }), limit(affine, x, v, none), 1e-12);
  });

  test("evaluates at the stated distance, whatever the probe's length, and differentiates nothing", () => {
    const distances: number[] = [];
    const spy: Field = (y) => {
      expect(y.shape).toEqual(x.shape);
      distances.push(...norm(sub(y, x), { axis: 1 }).data);
      return field(y);
    };
    loss(spy, x, stack([mul(1e-3, v), mul(50, v)]), { stepSize: 0.25 });
    const away = distances.filter((distance) => distance > 0);
    expect(away.length).toBe(4 * 6);
    for (const distance of away) expect(distance).toBeCloseTo(0.25, 12);
    const rigid: Field = (y) => field(stopGradient(y));
    expectClose(loss(rigid, x, v, none), loss(field, x, v, none), 0);
  });

  test("averages over several probes, takes a step for each row, and a probe of 0", () => {
    const several = stack([v, normal(6, v.shape), mul(0, v)]);
    const steps = tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], float64);
    const rows = [...steps.data].map((stepSize, r) => {
      const each = [v, normal(6, v.shape), mul(0, v)].map(
        (probe) => loss(field, x, probe, { stepSize, ...none }).data[r] ?? 0,
      );
      return each.reduce((total, value) => total + value, 0) / 3;
    });
    expectClose(loss(field, x, several, { stepSize: steps, ...none }), tensor(rows, float64), 1e-12);
    const still = loss(field, x, mul(0, v), none);
    expectClose(still, limit(field, x, mul(0, v), none), 1e-12);
  });

  test("has a default step near the best one in float32", () => {
    const net = nn.mlp([d, 32, 32, d], { activation: "tanh" });
    const parameters = net.init(random.key(7));
    const wide = tree.map((leaf: Tensor) => cast(leaf, "float64"), parameters);
    const points = random.normal(random.key(8), [500, d]);
    const probe = probes.rademacher(random.key(9), points.shape);
    const exact = limit((y) => net.apply(wide, y), cast(points, "float64"), cast(probe, "float64"), none);
    const error = (options: { stepSize?: number }): number => {
      const found = loss((y) => net.apply(parameters, y), points, probe, { ...options, ...none });
      return rootMeanSquare([sub(cast(found, "float64"), exact)]) / rootMeanSquare([exact]);
    };
    const energies = evaluated === summed;
    const byDefault = error({});
    expect(byDefault).toBeLessThan(energies ? 2e-3 : 1e-4);
    for (const stepSize of energies ? [0.004, 0.4] : [0.0005, 0.05]) {
      expect(error({ stepSize })).toBeGreaterThan(5 * byDefault);
    }
  });

  test("refuses steps that are not above 0, of another shape, or lost in the rounding of x", () => {
    const call =
      (stepSize: number | Tensor, points = x) =>
      () =>
        loss(field, points, v, { stepSize });
    for (const stepSize of [0, -1]) {
      expect(call(stepSize)).toThrow(`stepSize is ${stepSize}; a step is above 0`);
    }
    expect(call(Number.NaN)).toThrow("stepSize is NaN; it must be finite");
    expect(call(tensor([1, 2], float64))).toThrow("stepSize has shape [2], x has [6, 3]");
    expect(call(1e-9, mul(1e9, x))).toThrow(
      /stepSize is 1e-9, and x has elements up to \d+\.\d+, where float64 numbers lie \S+ apart; standardize x, or take/,
    );
    // Of a step for each row the smallest counts.
    expect(call(tensor([1, 1, 1e-18, 1, 1, 1], float64))).toThrow(
      "stepSize is 1e-18, and x has elements up to",
    );
  });
});

test("finiteDifferenceSlicedEnergyScoreMatching refuses an energy that is not one number per row", () => {
  const [x, v] = [normal(1, [3, 2]), normal(2, [3, 2])];
  expect(() => finiteDifferenceSlicedEnergyScoreMatching((y) => sum(y), x, v)).toThrow(
    "finiteDifferenceSlicedEnergyScoreMatching: the energy maps [3, 2] to [], not to [3], one number per row",
  );
});

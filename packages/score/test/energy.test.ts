import {
  add,
  capture,
  cast,
  checkpoint,
  dot,
  grad,
  matmul,
  mean,
  mul,
  reshape,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "@scoretape/autograd";
import {
  type Energy,
  exactEnergyScoreMatching,
  exactScoreMatching,
  fisherDivergence,
  type LossOptions,
  probes,
  type Score,
  scoreOf,
  slicedEnergyScoreMatching,
  slicedEnergyScoreMatchingVR,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { inverse, pointsWithKnownMoments, trace, whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { type Case, cases, dataIn, example, scoreIn } from "./support/scores.ts";
import { allSigns } from "./support/signs.ts";

const float64 = { dtype: "float64" } as const;

/** Each objective of an energy, and what it is on the energy's score. */
const objectives = {
  exactEnergyScoreMatching: {
    ofEnergy: (E: Energy, x: Tensor, _v: Tensor, options?: LossOptions) =>
      exactEnergyScoreMatching(E, x, options),
    ofScore: (s: Score, x: Tensor, _v: Tensor, options?: LossOptions) => exactScoreMatching(s, x, options),
  },
  slicedEnergyScoreMatching: { ofEnergy: slicedEnergyScoreMatching, ofScore: slicedScoreMatching },
  slicedEnergyScoreMatchingVR: { ofEnergy: slicedEnergyScoreMatchingVR, ofScore: slicedScoreMatchingVR },
};

/** The energy x·s(x) of a random s: a quadratic form, a perceptron, or one that itself contains a gradient. */
const energyOf =
  (s: Score): Energy =>
  (x) =>
    dot(x, s(x));

/** The value of a loss of a random energy, and its gradients with respect to the energy's parameters. */
const derivativesIn =
  (c: Case) =>
  (loss: (energy: Energy) => Tensor): Tensor[] =>
    scoreIn(c).valueAndGradients((s) => loss(energyOf(s)));

describe.each(Object.entries(objectives))("%s", (name, { ofEnergy, ofScore }) => {
  test("is the objective on the energy's score, row by row, and so are its gradients", () => {
    fc.assert(
      fc.property(cases(), fc.integer({ min: 0, max: 3 }), (c, m) => {
        const x = dataIn(c);
        const v = normal(c.seed, m === 0 ? x.shape : [m, ...x.shape]);
        const energy = energyOf(scoreIn(c).score);
        const rows = { reduction: "none" } as const;
        expectClose(ofEnergy(energy, x, v, rows), ofScore(scoreOf(energy), x, v, rows), 1e-11);
        const expected = derivativesIn(c)((E) => ofScore(scoreOf(E), x, v));
        const weight = tensor(normal(c.seed + 1, [c.n]).data.map(Math.abs));
        for (const options of [{ weight: 3 }, { weight }, { weight, ...rows }]) {
          expectClose(ofEnergy(energy, x, v, options), ofScore(scoreOf(energy), x, v, options), 1e-11);
        }
        for (const loss of [
          (E: Energy) => ofEnergy(E, x, v),
          (E: Energy) => mean(ofEnergy(E, x, v, rows)),
          (E: Energy) => checkpoint((y: Tensor) => ofEnergy(E, y, v))(x),
        ]) {
          expectAllClose(derivativesIn(c)(loss), expected, 1e-11);
        }
      }),
      runs(60),
    );
  });

  test("has at a quadratic energy its minimum: ∇E = Σ⁻¹(x − μ), and −½ tr Σ⁻¹", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 8 }), (seed, d) => {
        const { x, mean: center, covariance } = pointsWithKnownMoments(seed, d);
        const loss = (E: Energy): Tensor => ofEnergy(E, x, probes.basis(x.shape, float64));
        const precision = inverse(covariance);
        const optimum = quadraticEnergy(
          precision,
          reshape(matmul(reshape(mul(-1, center), [1, d]), precision), [d]),
        );
        const minimum = -0.5 * trace(precision);
        const [value, ...gradients] = optimum.valueAndGradients(loss);
        const tolerance = 1e-9 * (1 + Math.abs(minimum));
        expectClose(value ?? zeros([]), tensor(minimum, float64), tolerance);
        for (const slopes of gradients) expectClose(slopes, zeros(slopes.shape, float64), tolerance);
        // From there it grows by the Fisher divergence, so that no other energy has less.
        const other = quadraticEnergy(normal(seed, [d, d]), normal(seed + 1, [d])).score;
        const excess = fisherDivergence(scoreOf(other), scoreOf(optimum.score), x);
        expectClose(loss(other), add(minimum, excess), tolerance);
      }),
      runs(30),
    );
  });

  test("is −d/2 at ½‖x‖² on N(0, I)", () => {
    for (let d = 1; d <= 8; d++) {
      const x = whitePoints(d);
      const value = ofEnergy((y) => mul(0.5, dot(y, y)), x, probes.basis(x.shape, float64));
      expect(value.item()).toBeCloseTo(-d / 2, 12);
    }
  });

  test("replays, when captured, to what it computes, and so do its gradients", () => {
    const c: Case = { family: "softplus perceptron", seed: 5, n: 3, d: 2 };
    const energy = energyOf(scoreIn(c).score);
    const [x, v] = [dataIn(c), normal(1, [2, 3, 2])];
    const run = (k: Tensor, y: Tensor, w: Tensor): Tensor => ofEnergy((z) => mul(k, energy(mul(k, z))), y, w);
    for (const f of [run, grad(run)]) {
      const inputs = [tensor(0.8, float64), x, v] as const;
      expectAllClose(capture(f)(...inputs).replay([...inputs]), [f(...inputs)], 1e-12);
    }
  });

  test("refuses data, energies and reductions that do not fit", () => {
    const [x, v] = [normal(1, [3, 2]), normal(2, [3, 2])];
    const energy: Energy = (y) => dot(y, y);
    expect(() => ofEnergy(energy, tensor([1, 2]), v)).toThrow(`${name}: x has shape [2], not [n, d]`);
    expect(() => ofEnergy(energy, mul(x, Number.NaN), v)).toThrow(`${name}: x is NaN at [0, 0]`);
    expect(() => ofEnergy((y) => y, x, v)).toThrow(
      `${name}: the energy maps [3, 2] to [3, 2], not to [3], one number per row; reduce over the last axis alone`,
    );
    expect(() => ofEnergy((y) => cast(energy(y), "float32"), x, v)).toThrow(
      `${name}: the energy maps float64 to float32; it must return the dtype that it is given`,
    );
    const options = JSON.parse('{ "reduction": "sum" }') as LossOptions;
    expect(() => ofEnergy(energy, x, v, options)).toThrow(
      `${name}: reduction is "sum"; it is "mean" or "none"`,
    );
  });
});

/** E(x) = ½xᵀAx + bᵀx; only the symmetric part of A counts. */
function quadraticEnergy(A: Tensor, b: Tensor): ReturnType<typeof example> {
  return example({ A, b }, (p) => (x) => add(mul(0.5, dot(x, matmul(x, p.A))), dot(x, p.b)));
}

describe.each([
  ["slicedEnergyScoreMatching", slicedEnergyScoreMatching],
  ["slicedEnergyScoreMatchingVR", slicedEnergyScoreMatchingVR],
] as const)("%s", (name, sliced) => {
  test("equals the exact loss with the basis as probes, and so do its gradients", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const x = dataIn(c);
        expectAllClose(
          derivativesIn(c)((E) => sliced(E, x, probes.basis(x.shape, float64))),
          derivativesIn(c)((E) => exactEnergyScoreMatching(E, x)),
          1e-11,
        );
      }),
      runs(30),
    );
  });

  test("equals the exact loss over all vectors of signs, and so do its gradients", () => {
    fc.assert(
      fc.property(cases({ maxRows: 2, maxDimension: 5 }), (c) => {
        const x = dataIn(c);
        expectAllClose(
          derivativesIn(c)((E) => sliced(E, x, allSigns(c.n, c.d))),
          derivativesIn(c)((E) => exactEnergyScoreMatching(E, x)),
          1e-11,
        );
      }),
      runs(15),
    );
  });

  test("refuses probes that do not fit the data", () => {
    const x = normal(1, [3, 2]);
    const energy: Energy = (y) => dot(y, y);
    expect(() => sliced(energy, x, normal(2, [3, 3]))).toThrow(
      `${name}: probes have shape [3, 3], x has [3, 2]; draw them with that shape, or [m, 3, 2]`,
    );
    expect(() => sliced(energy, x, mul(x, Number.POSITIVE_INFINITY))).toThrow(`${name}: a probe is`);
  });
});

test("gradients with respect to the data flow through all three", () => {
  const [x, v] = [normal(1, [3, 2]), normal(2, [3, 2])];
  const energy = energyOf(scoreIn({ family: "sine perceptron", seed: 3, n: 3, d: 2 }).score);
  for (const { ofEnergy, ofScore } of Object.values(objectives)) {
    const [actual, expected] = [
      grad((y: Tensor) => ofEnergy(energy, y, v))(x),
      grad((y: Tensor) => ofScore(scoreOf(energy), y, v))(x),
    ];
    expectAllClose(tree.leaves(actual), tree.leaves(expected), 1e-11);
  }
});

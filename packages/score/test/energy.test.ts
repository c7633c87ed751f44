import { checkpoint, dot, grad, mean, type Tensor, tensor, tree } from "@scoretape/autograd";
import {
  type Energy,
  exactEnergyScoreMatching,
  exactScoreMatching,
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
import { describe, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { type Case, cases, dataIn, scoreIn } from "./support/scores.ts";
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

describe.each(Object.entries(objectives))("%s", (_, { ofEnergy, ofScore }) => {
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
});

describe.each([
  ["slicedEnergyScoreMatching", slicedEnergyScoreMatching],
  ["slicedEnergyScoreMatchingVR", slicedEnergyScoreMatchingVR],
] as const)("%s", (_, sliced) => {
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

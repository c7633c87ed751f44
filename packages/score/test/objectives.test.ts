import {
  add,
  broadcastTo,
  dot,
  grad,
  matmul,
  mul,
  neg,
  random,
  sin,
  square,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  tree,
} from "@scoretape/autograd";
import {
  type DrawLaw,
  type EnergyObjective,
  type ObjectiveOptions,
  type Score,
  type ScoreObjective,
  scoreMatchingObjectives,
  scoreOf,
} from "@scoretape/score";
import { describe, expect, expectTypeOf, test } from "vitest";
import { whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { allPairs } from "./support/pairs.ts";
import { grid, standardNormalDensity } from "./support/quadrature.ts";
import { expectMean } from "./support/samples.ts";

const float64 = { dtype: "float64" } as const;
const key = random.key(0);
const sigmas = [0.5, 1.5];

/** Every vector of signs, whatever it is asked for: the mean over them is the expectation over the probes. */
const allSigns: DrawLaw = (_, [, n = 0, d = 0]) => {
  const signs = Array.from({ length: 2 ** d }, (_row, bits) => [
    Array.from({ length: d }, (_column, i) => ((bits >> i) & 1 ? 1 : -1)),
  ]);
  return broadcastTo(tensor(signs, float64), [2 ** d, n, d]);
};

/** Points x, noise z and weights with which a weighted sum over the rows is an expectation over both. */
interface Quadrature {
  readonly x: Tensor;
  readonly z: Tensor;
  readonly weights: Tensor;
}

/** Exact for all that depends on x and z by their moments up to the second. */
function byMoments(d: number): Quadrature {
  const pairs = allPairs(whitePoints(d), whitePoints(d));
  const rows = pairs.x.shape[0] ?? 0;
  return { ...pairs, weights: broadcastTo(tensor(1 / rows, float64), [rows]) };
}

/** The sums converge faster than any power of the step; here they are exact to about 1e-12. */
function onTheLine(): Quadrature {
  const { points, volume } = grid(1, 8, 0.4);
  const { x, z } = allPairs(points, points);
  const density = mul(standardNormalDensity(x), standardNormalDensity(z));
  return { x, z, weights: mul(volume ** 2, density) };
}

/** A family of models through the minimiser, which is at 0; as large as the parameters are. */
interface Family<P extends { readonly [name: string]: Tensor }> {
  readonly zero: P;
  readonly model: (precision: number) => (parameters: P) => (x: Tensor) => Tensor;
  readonly score: (precision: number) => (parameters: P) => Score;
}

type Affine = { readonly A: Tensor; readonly b: Tensor };
const affineScores = (d: number): Family<Affine> => {
  const score = (precision: number) => (p: Affine) => (x: Tensor) =>
    add(mul(-precision, x), add(matmul(x, p.A, { transposeY: true }), p.b));
  return { zero: { A: zeros(d, d), b: zeros(d) }, model: score, score };
};
const quadraticEnergies = (d: number): Family<Affine> => {
  const model = (precision: number) => (p: Affine) => (x: Tensor) =>
    add(
      mul(0.5 * precision, sum(square(x), { axis: 1 })),
      sum(mul(x, add(matmul(x, p.A), p.b)), { axis: 1 }),
    );
  return {
    zero: { A: zeros(d, d), b: zeros(d) },
    model,
    score: (precision) => (p) => scoreOf(model(precision)(p)),
  };
};

type Bump = { readonly height: Tensor; readonly slope: Tensor };
const bumps = (x: Tensor, p: Bump): Tensor => mul(p.height, sin(add(mul(2, x), p.slope)));
const bumpedScores: Family<Bump> = {
  zero: { height: zeros(1), slope: zeros(1) },
  model: (precision) => (p) => (x) => add(mul(-precision, x), bumps(x, p)),
  score: (precision) => (p) => (x) => add(mul(-precision, x), bumps(x, p)),
};
const bumpedEnergy = (precision: number) => (p: Bump) => (x: Tensor) =>
  sum(add(mul(0.5 * precision, square(x)), bumps(x, p)), { axis: 1 });
const bumpedEnergies: Family<Bump> = {
  ...bumpedScores,
  model: bumpedEnergy,
  score: (precision) => (p) => scoreOf(bumpedEnergy(precision)(p)),
};

function zeros(...shape: number[]): Tensor {
  return mul(0, normal(0, shape));
}

/**
 * Asserts that the objective has the stated minimum and no slope at the stated minimiser, and that in every direction
 * from there it grows by the Fisher divergence to the minimiser, which is above 0.
 */
function expectFacts<P extends { readonly [name: string]: Tensor }>(
  objective: ScoreObjective | EnergyObjective,
  family: Family<P>,
  { x, z, weights }: Quadrature,
  sigma: number,
): void {
  const { onStandardNormal, sign, target, bias } = objective;
  const d = x.shape[1] ?? 0;
  const precision = onStandardNormal.precision(sigma);
  const options: ObjectiveOptions = {
    sigma,
    probeLaw: allSigns,
    noiseLaw: () => z,
    knownScore: neg,
    ...(bias === "0" ? {} : { stepSize: 2e-3 }),
  };
  const expectation = (parameters: P): Tensor =>
    dot(weights, objective.loss(family.model(precision)(parameters), x, key, options));
  const tolerance = bias === "0" ? 1e-9 : 2e-5;

  const minimum = onStandardNormal.minimum(d, sigma);
  expect(Math.abs(expectation(family.zero).item() - minimum)).toBeLessThan(
    tolerance * (1 + Math.abs(minimum)),
  );
  for (const slopes of tree.leaves(grad(expectation)(family.zero))) {
    for (const slope of slopes.data)
      expect(Math.abs(slope)).toBeLessThan(tolerance * (1 + Math.abs(minimum)));
  }

  const points = target === "data" ? x : add(x, mul(sigma, z));
  const optimum = family.score(precision)(family.zero)(points);
  for (let direction = 1; direction <= 5; direction++) {
    const parameters = tree.map(
      (leaf, path) => normal(direction + 10 * path.length, leaf.shape, 0.3),
      family.zero,
    );
    const other = family.score(precision)(parameters)(points);
    const divergence = dot(weights, mul(0.5, sum(square(add(other, neg(optimum))), { axis: 1 }))).item();
    expect(divergence).toBeGreaterThan(1e-4);
    const growth = expectation(parameters).item() - minimum;
    expect(Math.abs(growth - sign * divergence)).toBeLessThan(
      tolerance * (1 + Math.abs(minimum) + divergence),
    );
    expect(growth).toBeGreaterThan(0);
  }
}

const entries = Object.entries(scoreMatchingObjectives);

describe.each(entries)("scoreMatchingObjectives.%s", (name, objective) => {
  test.each(sigmas)(
    "on N(0, I_d), among affine scores: the stated minimiser and minimum; σ = %d",
    (sigma) => {
      for (let d = 1; d <= 4; d++) {
        const family = objective.takes === "score" ? affineScores(d) : quadraticEnergies(d);
        expectFacts(objective, family, byMoments(d), sigma);
      }
    },
  );

  test.each(sigmas)(
    "on N(0, 1), among scores that bend: the stated minimiser and minimum; σ = %d",
    (sigma) => {
      expectFacts(objective, objective.takes === "score" ? bumpedScores : bumpedEnergies, onTheLine(), sigma);
    },
  );

  test("with random draws has the stated minimum in the mean", () => {
    const [n, d, sigma] = [20_000, 3, 0.7];
    const x = random.normal(random.key(1), [n, d], float64);
    const { model, zero } = objective.takes === "score" ? affineScores(d) : quadraticEnergies(d);
    const minimiser = model(objective.onStandardNormal.precision(sigma))(zero);
    const values = objective.loss(minimiser, x, random.key(2), { sigma, probeCount: 2, knownScore: neg });
    expect(values.shape).toEqual([n]);
    const minimum = objective.onStandardNormal.minimum(d, sigma);
    if (name === "fisherDivergence") expect(Math.max(...values.data)).toBe(minimum);
    else expectMean([...values.data], minimum, name);
  });

  test("draws what it says that it needs, and no more", () => {
    const asked: string[] = [];
    const spy =
      (what: string, law: DrawLaw): DrawLaw =>
      (...request) => {
        asked.push(what);
        return law(...request);
      };
    const x = normal(3, [4, 2]);
    const model = (objective.takes === "score" ? affineScores(2) : quadraticEnergies(2)).model(1);
    const run = (options: ObjectiveOptions): Tensor =>
      objective.loss(model({ A: zeros(2, 2), b: zeros(2) }), x, key, {
        knownScore: neg,
        probeLaw: spy("probes", random.normal),
        noiseLaw: spy("noise", random.normal),
        ...options,
      });
    run({});
    expect(new Set(asked)).toEqual(new Set(objective.needs.filter((need) => need !== "known score")));
    const message = "scoreMatchingObjectives: ";
    if (objective.needs.includes("noise")) {
      expect(() => run({ sigma: 0 })).toThrow(`${message}sigma is 0; it is a finite number above 0`);
    }
    if (objective.needs.includes("probes")) {
      expect(() => run({ probeCount: 0 })).toThrow(`${message}probeCount is 0; it is a whole number from 1`);
    }
    if (objective.needs.includes("known score")) {
      expect(() => objective.loss(neg, x, key)).toThrow("there is no options.knownScore; give the score");
    }
  });

  test("takes the derivatives and evaluations that it says", () => {
    const [d, m] = [5, 3];
    const x = normal(4, [2, d]);
    let evaluations = 0;
    const { model } = objective.takes === "score" ? affineScores(d) : quadraticEnergies(d);
    const counted = (y: Tensor): Tensor => {
      evaluations += 1;
      return model(1)({ A: zeros(d, d), b: zeros(d) })(y);
    };
    const options = { probeCount: m, knownScore: neg };
    const values = objective.loss(counted, x, key, options);
    const passes = objective.passes.count(d, m);
    if (objective.derivatives === 0) expect(evaluations).toBe(passes);
    else expect(evaluations).toBeLessThanOrEqual(passes);
    expect(passes).toBe(evaluated(objective.passes.formula, { d, m }));

    const rigid = objective.loss((y) => counted(stopGradient(y)), x, key, options);
    const same = rigid.data.every((value, r) => value === values.data[r]);
    expect(same).toBe(objective.derivatives === 0);
  });
});

/** The value of a sum such as 1 + 2m. */
function evaluated(formula: string, values: Readonly<Record<string, number>>): number {
  return formula.split(" + ").reduce((total, term) => {
    const [, factor = "", symbol = ""] = term.match(/^(\d*)([a-z]?)$/) ?? [];
    return total + Number(factor || 1) * (values[symbol] ?? 1);
  }, 0);
}

test("an entry that leaves a fact out does not type-check", () => {
  type Optional<O> = { [K in keyof O]: Omit<O, K> extends O ? K : never }[keyof O];
  expectTypeOf<Optional<ScoreObjective>>().toBeNever();
  expectTypeOf<Optional<EnergyObjective>>().toBeNever();
});

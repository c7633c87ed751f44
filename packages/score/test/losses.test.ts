import {
  add,
  broadcastTo,
  capture,
  cast,
  cos,
  dot,
  expandDims,
  grad,
  matmul,
  mean,
  mul,
  neg,
  reshape,
  sin,
  slice,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import {
  exactScoreMatching,
  fisherDivergence,
  type LossOptions,
  probes,
  type Score,
  scoreOf,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { publicValues } from "../../autograd/test/support/publicValues.ts";
import { expectAllClose, expectClose } from "./support/close.ts";
import { functionOf, type LossArguments, type LossCase, losses, type Model } from "./support/losses.ts";
import { blurred, inverse, pointsWithKnownMoments, trace, whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { allPairs } from "./support/pairs.ts";
import { runs } from "./support/runs.ts";
import { type ExampleScore, example, perceptron } from "./support/scores.ts";

// Laws of every loss of the package.

const [n, d] = [3, 2];
const float64 = (values: number | number[]): Tensor => tensor(values, { dtype: "float64" });
const rows = { reduction: "none" } as const;

/** The perceptron s, or the energy xᵀs(x), both times a function of the level. */
const { score: s, valueAndGradients } = perceptron(1, d, sin);
const modelFrom = ({ of }: LossCase, score: Score): Model =>
  of === "energy"
    ? (x) => dot(x, score(x))
    : (x, level) => mul(typeof level === "number" ? Math.cos(level) : cos(expanded(level)), score(x));
const expanded = (level: Tensor): Tensor => (level.rank === 0 ? level : expandDims(level, 1));

const good = (loss: LossCase): LossArguments => ({
  model: modelFrom(loss, s),
  x: normal(7, [n, d]),
  noise: normal(8, [n, d]),
  probes: normal(9, [n, d]),
  level: float64([...loss.levels.good]),
  known: sin,
});
const spoilt = (x: Tensor, at: number, value: number): Tensor =>
  tensor(
    x.data.map((kept, i) => (i === at ? value : kept)),
    { shape: x.shape },
  );

test("every loss of the package has a case", () => {
  const exported = publicValues(new URL("../", import.meta.url)).filter(
    ({ file, isFunction }) => isFunction && file.startsWith("losses/"),
  );
  expect(exported.map(({ name }) => name).sort()).toEqual(
    [...new Set(Object.keys(losses).map(functionOf))].sort(),
  );
});

describe.each(Object.entries(losses))("%s", (entry, loss) => {
  const name = functionOf(entry);
  const given = good(loss);
  const call =
    (changed: Partial<LossArguments>, options?: LossOptions): (() => Tensor) =>
    () =>
      loss.run({ ...given, ...changed }, options);

  test("is the mean of the rows, unless each of them is asked for", () => {
    const values = loss.run(given, rows);
    expect(values.shape).toEqual([n]);
    expectClose(loss.run(given), mean(values), 1e-12);
    expectClose(loss.run(given, { reduction: "mean" }), mean(values), 1e-12);
    expect(call({}, JSON.parse('{ "reduction": "sum" }'))).toThrow(
      `${name}: reduction is "sum"; it is "mean" or "none"`,
    );
  });

  test("has of each row, alone with its own level, what it has among the others", () => {
    const alone = loss.levels.good.map((level, r) => {
      const row = (x: Tensor): Tensor => slice(x, [r, 0], [r + 1, d]);
      const own = { x: row(given.x), noise: row(given.noise), probes: row(given.probes) };
      return [level, float64([level])].map((one) => loss.run({ ...given, ...own, level: one }).item());
    });
    const told: unknown[] = [];
    const model: Model = (x, level) => {
      told.push(typeof level === "number" ? level : level.shape);
      return given.model(x, level);
    };
    const values = loss.run({ ...given, model }, rows);
    expect(told).toEqual(told.map(() => (loss.tellsLevel ? [n] : 1)));
    for (const i of [0, 1]) expectClose(values, float64(alone.map((both) => both[i] ?? 0)), 1e-12);
  });

  test("has weights, which multiply the rows", () => {
    const weights = float64([2, 0, 0.5]);
    const unweighted = loss.run(given, { ...rows, weight: 1 });
    expectClose(loss.run(given, { ...rows, weight: weights }), mul(unweighted, weights), 1e-14);
    expectClose(loss.run(given, { weight: 3 }), mul(3, mean(unweighted)), 1e-13);
    const unsaid = loss.weightIsFactor ? float64(loss.levels.good.map(loss.factor)) : 1;
    expectClose(loss.run(given, rows), mul(unweighted, unsaid), 1e-13);
    const weigh = (weight: TensorLike) => call({}, { weight });
    expect(weigh(-1)).toThrow(`${name}: weight is -1; a weight is at least 0`);
    expect(weigh(Number.NaN)).toThrow(`${name}: weight is NaN; it must be finite`);
    expect(weigh(float64([1, -2, 1]))).toThrow(`${name}: weight of row 1 is -2; a weight is at least 0`);
    expect(weigh(float64([1]))).toThrow(
      `${name}: weight has shape [1], the rows' values have [3]; give a number or [3], one per row`,
    );
  });

  test("has at its minimiser among linear scores its minimum and no slope, and grows by the Fisher divergence", () => {
    const problems = fc.record({
      seed: fc.nat(1_000_000),
      dimension: fc.integer({ min: 1, max: 6 }),
      level: fc.constantFrom(...loss.levels.good, 0.3),
    });
    fc.assert(
      fc.property(problems, ({ seed, dimension, level }) => {
        const { x: clean, mean: centre, covariance } = pointsWithKnownMoments(seed, dimension);
        const { x, z } = allPairs(clean, whitePoints(dimension));
        const { scale, deviation } = loss.blur(level);
        const precision = inverse(blurred(mul(scale ** 2, covariance), deviation));
        const optimum = linear(loss, precision, mul(scale, centre));
        const arguments_ = { x, noise: z, level, probes: probes.basis(x.shape, { dtype: "float64" }) };
        const on = (model: Score): Tensor =>
          loss.run({ ...arguments_, model: (y) => model(y), known: optimum.asScore });

        const factor = loss.factor(level);
        const tracePrecision = trace(precision);
        const minimum = factor * loss.minimum({ d: dimension, tracePrecision, deviation });
        const size = 1 + factor * (tracePrecision + (deviation === 0 ? 0 : dimension / deviation ** 2));
        const [value, ...gradients] = optimum.example.valueAndGradients(on);
        expectClose(value ?? zeros([]), float64(minimum), 1e-9 * size);
        for (const gradient of gradients) {
          expectClose(gradient, zeros(gradient.shape, { dtype: "float64" }), 1e-8 * size);
        }
        const other = linear(loss, normal(seed, [dimension, dimension]), normal(seed + 1, [dimension]));
        const points = add(mul(scale, x), mul(deviation, z));
        const growth = mul(factor, fisherDivergence(other.asScore, optimum.asScore, points));
        expectClose(float64(on(other.example.score).item() - minimum), growth, 1e-8 * size);
      }),
      runs(15),
    );
  });

  test("has gradients for every parameter, all finite", () => {
    const [value, ...gradients] = valueAndGradients((score) =>
      loss.run({ ...given, model: modelFrom(loss, score) }),
    );
    expect(value?.rank).toBe(0);
    for (const { data } of gradients) {
      expect(data.every(Number.isFinite)).toBe(true);
      expect(data.some((slope) => slope !== 0)).toBe(true);
    }
  });

  test("replays, when captured, to what it computes, and so do its gradients", () => {
    const run = (scale: Tensor, x: Tensor, noise: Tensor, probe: Tensor, level: Tensor): Tensor => {
      const model = modelFrom(loss, (y) => mul(scale, s(mul(scale, y))));
      return loss.run({ ...given, model, x, noise, probes: probe, level });
    };
    const { x, noise, probes: probe } = given;
    const inputs = [float64(0.8), x, noise, probe, float64([...loss.levels.good])] as const;
    for (const f of [run, grad(run)]) {
      expectAllClose(capture(f)(...inputs).replay([...inputs]), [f(...inputs)], 1e-12);
    }
  });

  test("refuses data that are not [n, d], empty, or not finite", () => {
    expect(call({ x: float64([1, 2, 3]) })).toThrow(
      `${name}: x has shape [3], not [n, d] with one point in each row; for one-dimensional data use reshape(x, [-1, 1])`,
    );
    expect(call({ x: normal(1, [2, 2, 2]) })).toThrow(`${name}: x has shape [2, 2, 2], not [n, d]`);
    expect(call({ x: JSON.parse("[[1, 2]]") })).toThrow(`${name}: x is an array, not a tensor`);
    expect(call({ x: cast(given.x, "uint32") })).toThrow(
      `${name}: x is uint32; it must be floating-point: use cast`,
    );
    expect(call({ x: zeros([0, d]) })).toThrow(
      `${name}: x has shape [0, 2]: an empty batch; give at least one row`,
    );
    expect(call({ x: zeros([n, 0]) })).toThrow(`${name}: x has shape [3, 0]: points without coordinates`);
    expect(call({ x: spoilt(given.x, 3, Number.NaN) })).toThrow(`${name}: x is NaN at [1, 1]`);
    expect(call({ x: spoilt(given.x, 4, Number.NEGATIVE_INFINITY) })).toThrow(
      `${name}: x is -Infinity at [2, 0]`,
    );
  });

  test("refuses a model that does not return what it must", () => {
    const [what, rule] =
      loss.of === "score"
        ? ["the score maps [3, 2] to", "it must return the shape that it is given"]
        : ["the energy maps [3, 2] to", "not to [3], one number per row; reduce over the last axis alone"];
    const wrong: Model = loss.of === "score" ? (x) => sum(x, { axis: 1 }) : (x) => x;
    expect(call({ model: wrong })).toThrow(`${name}: ${what} ${loss.of === "score" ? "[3]" : "[3, 2]"}`);
    expect(call({ model: wrong })).toThrow(rule);
    expect(call({ model: () => JSON.parse("3") })).toThrow(
      `${name}: the ${loss.of} returned 3, not a tensor`,
    );
    expect(call({ model: (x, level) => cast(given.model(x, level), "float32") })).toThrow(
      `${name}: the ${loss.of} maps float64 to float32; it must return the dtype that it is given`,
    );
  });

  if (loss.takes.includes("known"))
    test("refuses a known score that is none", () => {
      expect(call({ known: (x) => sum(x, { axis: 1 }) })).toThrow(`${name}: the target maps [3, 2] to [3]`);
    });

  if (loss.takes.includes("noise"))
    test("refuses noise of another shape or dtype, or not finite", () => {
      expect(call({ noise: normal(1, [n, d + 1]) })).toThrow(
        `${name}: noise has shape [3, 3], x has [3, 2]; they must be equal`,
      );
      expect(call({ noise: cast(given.noise, "float32") })).toThrow(
        `${name}: noise is float32, x is float64; convert one of them with cast`,
      );
      expect(call({ noise: spoilt(given.noise, 0, Number.POSITIVE_INFINITY) })).toThrow(
        `${name}: noise is Infinity at [0, 0]`,
      );
    });

  if (loss.takes.includes("probes"))
    test("averages over several probes of a row, and refuses wrong ones", () => {
      const several = normal(3, [4, n, d]);
      const each = Array.from({ length: 4 }, (_, i) =>
        loss.run({ ...given, probes: reshape(slice(several, [i, 0, 0], [i + 1, n, d]), [n, d]) }).item(),
      );
      expectClose(loss.run({ ...given, probes: several }), mean(float64(each)), 1e-12);
      for (const shape of [[n], [n + 1, d], [n, d + 1], [5, n, d + 1], [0, n, d], [1, 1, n, d]]) {
        expect(call({ probes: normal(1, shape) })).toThrow(
          `${name}: probes have shape [${shape.join(", ")}], x has [3, 2]; draw them with that shape, ` +
            "or [m, 3, 2] for m probes of each row",
        );
      }
      expect(call({ probes: cast(given.probes, "float32") })).toThrow(
        `${name}: a probe is float32, x is float64`,
      );
      expect(call({ probes: spoilt(given.probes, 5, Number.NaN) })).toThrow(
        `${name}: a probe is NaN at [2, 1]`,
      );
    });

  if (loss.takes.includes("level"))
    test("refuses levels out of range, not finite, or of another shape", () => {
      const {
        called,
        rule,
        bad,
        good: [first, second, third],
      } = loss.levels;
      for (const level of bad) {
        expect(call({ level })).toThrow(`${name}: ${called} is ${level}; ${rule}`);
        expect(call({ level: float64(level) })).toThrow(`${name}: ${called} is ${level}; ${rule}`);
        expect(call({ level: float64([first, level, third]) })).toThrow(
          `${name}: ${called} of row 1 is ${level}; ${rule}`,
        );
      }
      for (const level of [Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(call({ level })).toThrow(`${name}: ${called} is ${level}; it must be finite`);
        expect(call({ level: float64([first, second, level]) })).toThrow(
          `${name}: ${called} of row 2 is ${level}; it must be finite`,
        );
      }
      expect(call({ level: float64([first, second]) })).toThrow(
        `${name}: ${called} has shape [2], x has [3, 2]; give a number or [3], one per row`,
      );
      expect(call({ level: tensor([first, second, third]) })).toThrow(
        `${name}: ${called} is float32, x is float64`,
      );
    });
});

/** A linear score −P(x − μ), or the energy ½(x − μ)ᵀP(x − μ), with P and μ to differentiate by. */
function linear(
  { of }: LossCase,
  precision: Tensor,
  centre: Tensor,
): { readonly example: ExampleScore; readonly asScore: Score } {
  const from = (x: Tensor, point: Tensor): Tensor => add(x, neg(broadcastTo(point, x.shape)));
  const score = (p: { P: Tensor; m: Tensor }) => (x: Tensor) =>
    neg(matmul(from(x, p.m), p.P, { transposeY: true }));
  const energy = (p: { P: Tensor; m: Tensor }) => (x: Tensor) => {
    const away = from(x, p.m);
    return mul(0.5, dot(away, matmul(away, p.P)));
  };
  const parameters = { P: precision, m: centre };
  return of === "score"
    ? { example: example(parameters, score), asScore: score(parameters) }
    : { example: example(parameters, energy), asScore: scoreOf(energy(parameters)) };
}

test("exactScoreMatching refuses a chunk that is not a whole number from 1", () => {
  for (const chunk of [0, -1, 1.5, Number.NaN]) {
    expect(() => exactScoreMatching(s, normal(1, [n, d]), { chunk })).toThrow(
      `exactScoreMatching: chunk is ${chunk}; it is a whole number from 1`,
    );
  }
});

import {
  add,
  checkGradients,
  div,
  matmul,
  mul,
  random,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tree,
  zerosLike,
} from "@scoretape/autograd";
import {
  data,
  exactScoreMatching,
  type NoiseNetwork,
  noiseMlp,
  preconditioned,
  tweedie,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const float64 = { dtype: "float64" } as const;
const none: NoiseNetwork<readonly []> = { init: () => [], apply: (_, y) => zerosLike(y) };
/** A rotation by an angle, and its deviations. */
const axesAt = (angle: number): Tensor =>
  tensor(
    [
      [Math.cos(angle), -Math.sin(angle)],
      [Math.sin(angle), Math.cos(angle)],
    ],
    float64,
  );
const positive = fc.double({ min: 0.1, max: 5, noNaN: true });
const angle = fc.double({ min: -3, max: 3, noNaN: true });

describe("preconditioned", () => {
  test("without a network it is the exact score of a normal distribution with the data's moments", () => {
    fc.assert(
      fc.property(positive, positive, positive, angle, (a, b, sigma, turn) => {
        const axes = axesAt(turn);
        const deviation = tensor([a, b], float64);
        const covariance = matmul(mul(axes, square(deviation)), axes, {
          transposeY: true,
        }).toArray() as number[][];
        const exact = data.gaussian({ mean: [0, 0], covariance });
        const x = normal(1, [5, 2]);
        const model = preconditioned(none, { dataDeviation: deviation, axes });
        expectClose(model.apply([], x, sigma), exact.score(x, sigma), 1e-9);
      }),
      runs(50),
    );
  });

  test("the denoiser is c_skip·x + c_out·F(c_in·x, ¼ log σ), with F of unit variance where the data have σ_d", () => {
    fc.assert(
      fc.property(positive, positive, (deviation, sigma) => {
        const network: NoiseNetwork<readonly []> = {
          init: () => [],
          apply: (_, y, noise) => sin(add(y, mul(3, tensor(noise.data[0] ?? Number.NaN, float64)))),
        };
        const x = normal(2, [4, 3]);
        const model = preconditioned(network, { dataDeviation: deviation });
        const total = Math.hypot(deviation, sigma);
        const [skip, out, scale] = [(deviation / total) ** 2, (sigma * deviation) / total, 1 / total];
        const F = sin(add(mul(scale, x), 0.75 * Math.log(sigma)));
        expectClose(
          tweedie((y) => model.apply([], y, sigma), x, sigma),
          add(mul(skip, x), mul(out, F)),
          1e-9,
        );
        // Var((x₀ − c_skip·x)/c_out) = ((1 − c_skip)²σ_d² + c_skip²σ²)/c_out²
        expect(((1 - skip) ** 2 * deviation ** 2 + skip ** 2 * sigma ** 2) / out ** 2).toBeCloseTo(1, 10);
      }),
      runs(50),
    );
  });

  test("each row has its own level, and only its own", () => {
    const model = preconditioned(noiseMlp({ dimension: 2, hidden: [5], waves: [2] }), {
      dataDeviation: tensor([2, 0.5], float64),
      axes: axesAt(0.4),
      reach: 2,
    });
    const parameters = tree.map((leaf) => normal(leaf.size, leaf.shape), model.init(random.key(3)));
    const x = normal(4, [3, 2]);
    const sigmas = [0.2, 1, 4];
    const together = model.apply(parameters, x, tensor(sigmas, float64)).toArray() as number[][];
    const separate = sigmas.map((sigma, i) =>
      model.apply(parameters, tensor([(x.toArray() as number[][])[i] ?? []], float64), sigma).toArray(),
    );
    expectClose(tensor(together, float64), tensor(separate.flat() as number[][], float64), 1e-12);
  });

  test("with a reach the network fades far from the data: there the score is the linear one", () => {
    const network: NoiseNetwork<readonly []> = { init: () => [], apply: (_, y) => add(1, zerosLike(y)) };
    const far = mul(1e3, normal(5, [4, 2]));
    const near = mul(1e-3, normal(5, [4, 2]));
    const difference = (x: Tensor, reach?: number): number => {
      const options = reach === undefined ? {} : { reach };
      const learned = preconditioned(network, options).apply([], x, 1);
      return Math.max(...sub(learned, preconditioned(none).apply([], x, 1)).data.map(Math.abs));
    };
    expect(difference(far, 2)).toBeLessThan(1e-6);
    expect(difference(far)).toBeGreaterThan(0.5);
    expect(difference(near, 2)).toBeCloseTo(difference(near), 6);
  });

  test("its derivatives are right to second order, in the points and in the parameters", () => {
    const model = preconditioned(noiseMlp({ dimension: 2, hidden: [4], waves: [1.5] }), { reach: 2 });
    const parameters = tree.map((leaf) => normal(leaf.size + 1, leaf.shape), model.init(random.key(6)));
    const x = normal(7, [2, 2]);
    checkGradients((p: typeof parameters, y: Tensor) => model.apply(p, y, 0.7), [parameters, x], {
      order: 2,
    });
  });

  test("the exact objective works through it", () => {
    const x = normal(8, [2000, 2]);
    const model = preconditioned(none);
    // On N(0, I) at σ = 1 the score −x/2 has ½‖s‖² + tr J = ‖x‖²/8 − 1.
    const expected = div(sub(square(x), 4), 8);
    const loss = exactScoreMatching((y) => model.apply([], y, 1), x).item();
    expect(loss).toBeCloseTo(sum(expected).item() / 2000, 9);
  });

  test("a new perceptron is 0, and its waves are of the coordinates along the axes", () => {
    const axes = axesAt(0.9);
    const plain = noiseMlp({ dimension: 2, hidden: [6], waves: [1, 2] });
    const turned = noiseMlp({ dimension: 2, hidden: [6], waves: [1, 2], axes });
    const fresh = plain.init(random.key(9));
    const [y, noise] = [normal(10, [3, 2]), normal(11, [3])];
    expect([
      ...plain.apply(
        tree.map((leaf) => leaf, fresh),
        random.normal(random.key(1), [3, 2]),
        random.normal(random.key(2), [3]),
      ).data,
    ]).toEqual(new Array(6).fill(0));
    const parameters = tree.map((leaf) => normal(leaf.size + 2, leaf.shape), fresh);
    const [first, ...rest] = parameters;
    if (first === undefined) throw new Error("no layer");
    // The waves see y·Qᵀ, the rest y itself: with y·Q in the place of y and the rows of y turned back, all is the same.
    const turnedFirst = {
      ...first,
      weight: tensor(
        [
          ...(matmul(axes, tensor((first.weight.toArray() as number[][]).slice(0, 2), float64), {
            transposeX: true,
          }).toArray() as number[][]),
          ...(first.weight.toArray() as number[][]).slice(2),
        ],
        float64,
      ),
    };
    expectClose(
      turned.apply([turnedFirst, ...rest], matmul(y, axes), noise),
      plain.apply(parameters, y, noise),
      1e-9,
    );
  });

  test.each([
    ["dataDeviation 1 is 0", () => preconditioned(none, { dataDeviation: tensor([1, 0]) })],
    ["dataDeviation is -1", () => preconditioned(none, { dataDeviation: -1 })],
    ["reach is 0", () => preconditioned(none, { reach: 0 })],
    [
      "dataDeviation has shape [3], x has [4, 2]",
      () => preconditioned(none, { dataDeviation: tensor([1, 1, 1]) }).apply([], normal(1, [4, 2]), 1),
    ],
    [
      "axes has shape [3, 3], x has [4, 2]",
      () =>
        preconditioned(none, {
          axes: tensor([
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ]),
        }).apply([], normal(1, [4, 2]), 1),
    ],
    ["x has shape [4]", () => preconditioned(none).apply([], normal(1, [4]), 1)],
  ])("preconditioned: %s", (message, mistake) => {
    expect(mistake).toThrow(`preconditioned: ${message}`);
  });

  test.each([
    ["dimension is 0", () => noiseMlp({ dimension: 0, hidden: [2] })],
    ["waves[1] is -1", () => noiseMlp({ dimension: 2, hidden: [2], waves: [1, -1] })],
    [
      "y has shape [4, 3], the network takes [n, 2]",
      () => {
        const net = noiseMlp({ dimension: 2, hidden: [2] });
        net.apply(net.init(random.key(0)), normal(1, [4, 3]), normal(1, [4]));
      },
    ],
  ])("noiseMlp: %s", (message, mistake) => {
    expect(mistake).toThrow(`noiseMlp: ${message}`);
  });
});

import {
  capture,
  cast,
  grad,
  mean,
  mul,
  sin,
  slice,
  square,
  sum,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  fisherDivergence,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
  type NoiseConditionalScore,
  noisySlicedScoreMatching,
  noisySlicedScoreMatchingVR,
  type Score,
  scoreOf,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  tweedie,
  tweedieCovariance,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { perceptron } from "./support/scores.ts";

const [n, d] = [3, 2];

/** What the functions under test are called with; each takes what it needs. */
interface Arguments {
  readonly score: Score;
  readonly x: Tensor;
  readonly noise: Tensor;
  readonly probes: Tensor;
  readonly sigma: Tensor | number;
}

type Options = { readonly reduction?: "mean" | "none"; readonly weight?: Tensor | number };

const levelled = (score: Score): NoiseConditionalScore => score;

const losses = {
  fisherDivergence: ({ score, x }: Arguments, options?: Options) => fisherDivergence(score, sin, x, options),
  exactScoreMatching: ({ score, x }: Arguments, options?: Options) =>
    exactScoreMatching(score, x, { chunk: 1, ...options }),
  slicedScoreMatching: ({ score, x, probes }: Arguments, options?: Options) =>
    slicedScoreMatching(score, x, probes, options),
  slicedScoreMatchingVR: ({ score, x, probes }: Arguments, options?: Options) =>
    slicedScoreMatchingVR(score, x, probes, options),
  finiteDifferenceSlicedScoreMatching: ({ score, x, probes }: Arguments, options?: Options) =>
    finiteDifferenceSlicedScoreMatching(score, x, probes, options),
  finiteDifferenceSlicedScoreMatchingVR: ({ score, x, probes }: Arguments, options?: Options) =>
    finiteDifferenceSlicedScoreMatchingVR(score, x, probes, options),
  denoisingScoreMatching: ({ score, x, noise, sigma }: Arguments, options?: Options) =>
    denoisingScoreMatching(score, x, noise, sigma, { controlVariate: true, ...options }),
  noisySlicedScoreMatching: ({ score, x, noise, sigma, probes }: Arguments, options?: Options) =>
    noisySlicedScoreMatching(score, x, noise, sigma, probes, options),
  noisySlicedScoreMatchingVR: ({ score, x, noise, sigma, probes }: Arguments, options?: Options) =>
    noisySlicedScoreMatchingVR(score, x, noise, sigma, probes, options),
  multiLevelDenoisingScoreMatching: ({ score, x, noise, sigma }: Arguments, options?: Options) =>
    multiLevelDenoisingScoreMatching(levelled(score), x, noise, sigma, options),
  multiLevelSlicedScoreMatching: ({ score, x, noise, sigma, probes }: Arguments, options?: Options) =>
    multiLevelSlicedScoreMatching(levelled(score), x, noise, sigma, probes, options),
};

const others = {
  tweedie: ({ score, x, sigma }: Arguments) => tweedie(score, x, sigma),
  tweedieCovariance: ({ score, x, sigma }: Arguments) => tweedieCovariance(score, x, sigma),
};

const functions = { ...losses, ...others };
type Name = keyof typeof functions;
const names = Object.keys(functions) as Name[];
const taking = {
  noise: [
    "denoisingScoreMatching",
    "noisySlicedScoreMatching",
    "noisySlicedScoreMatchingVR",
    "multiLevelDenoisingScoreMatching",
    "multiLevelSlicedScoreMatching",
  ],
  probes: [
    "slicedScoreMatching",
    "slicedScoreMatchingVR",
    "finiteDifferenceSlicedScoreMatching",
    "finiteDifferenceSlicedScoreMatchingVR",
    "noisySlicedScoreMatching",
    "noisySlicedScoreMatchingVR",
    "multiLevelSlicedScoreMatching",
  ],
  sigma: [
    "denoisingScoreMatching",
    "noisySlicedScoreMatching",
    "noisySlicedScoreMatchingVR",
    "multiLevelDenoisingScoreMatching",
    "multiLevelSlicedScoreMatching",
    "tweedie",
    "tweedieCovariance",
  ],
} as const satisfies Record<string, readonly Name[]>;

const { score, valueAndGradients } = perceptron(1, d, sin);
const good: Arguments = {
  score,
  x: normal(7, [n, d]),
  noise: normal(8, [n, d]),
  probes: normal(9, [n, d]),
  sigma: tensor([0.5, 1, 2], { dtype: "float64" }),
};

const float64 = (values: number | number[] | number[][]): Tensor => tensor(values, { dtype: "float64" });
const spoilt = (x: Tensor, at: number, value: number): Tensor =>
  tensor(
    x.data.map((kept, i) => (i === at ? value : kept)),
    { shape: x.shape },
  );

describe("reduction", () => {
  test.each(Object.entries(losses))("%s: the mean, unless each row is asked for", (_, loss) => {
    const rows = loss(good, { reduction: "none" });
    expect(rows.shape).toEqual([n]);
    const mean = (rows.toArray() as number[]).reduce((total, value) => total + value, 0) / n;
    expectClose(loss(good), float64(mean), 1e-12);
    expectClose(loss(good, { reduction: "mean" }), float64(mean), 1e-12);
  });

  test.each(Object.entries(losses))("%s: nothing else", (name, loss) => {
    const options = JSON.parse('{ "reduction": "sum" }') as Options;
    expect(() => loss(good, options)).toThrow(`${name}: reduction is "sum"; it is "mean" or "none"`);
  });
});

describe.each(names)("%s refuses", (name) => {
  const call =
    (changed: Partial<Arguments>): (() => Tensor) =>
    () =>
      functions[name]({ ...good, ...changed });

  test("data that are not [n, d]", () => {
    expect(call({ x: float64([1, 2, 3]) })).toThrow(
      `${name}: x has shape [3], not [n, d] with one point in each row; for one-dimensional data use reshape(x, [-1, 1])`,
    );
    expect(call({ x: zeros([2, 2, 2], { dtype: "float64" }) })).toThrow(
      `${name}: x has shape [2, 2, 2], not [n, d]`,
    );
    expect(call({ x: zeros([n, d]).toArray() as unknown as Tensor })).toThrow(
      `${name}: x is an array, not a tensor`,
    );
    expect(call({ x: cast(good.x, "uint32") })).toThrow(
      `${name}: x is uint32; it must be floating-point: use cast`,
    );
  });

  test("an empty batch", () => {
    expect(call({ x: zeros([0, d]) })).toThrow(
      `${name}: x has shape [0, 2]: an empty batch; give at least one row`,
    );
    expect(call({ x: zeros([n, 0]) })).toThrow(`${name}: x has shape [3, 0]: points without coordinates`);
  });

  test("NaN and infinite data", () => {
    expect(call({ x: spoilt(good.x, 3, Number.NaN) })).toThrow(`${name}: x is NaN at [1, 1]`);
    expect(call({ x: spoilt(good.x, 4, Number.NEGATIVE_INFINITY) })).toThrow(
      `${name}: x is -Infinity at [2, 0]`,
    );
  });

  test("a score that does not return what a score must", () => {
    expect(call({ score: (x) => sum(x, { axis: 1 }) })).toThrow(
      `${name}: the score maps [3, 2] to [3]; it must return the shape that it is given`,
    );
    expect(call({ score: (x) => slice(score(x), [0, 0], [1, 2]) })).toThrow(
      `${name}: the score maps [3, 2] to [1, 2]`,
    );
    expect(call({ score: () => undefined as unknown as Tensor })).toThrow(
      `${name}: the score returned a value of type undefined, not a tensor`,
    );
    expect(call({ score: (x) => cast(x, "float32") })).toThrow(
      `${name}: the score maps float64 to float32; it must return the dtype that it is given`,
    );
  });
});

describe.each(taking.noise)("%s refuses noise", (name) => {
  test("of another shape or dtype, or not finite", () => {
    const call = (noise: Tensor) => () => functions[name]({ ...good, noise });
    expect(call(normal(1, [n, d + 1]))).toThrow(
      `${name}: noise has shape [3, 3], x has [3, 2]; they must be equal`,
    );
    expect(call(cast(good.noise, "float32"))).toThrow(
      `${name}: noise is float32, x is float64; convert one of them with cast`,
    );
    expect(call(spoilt(good.noise, 0, Number.POSITIVE_INFINITY))).toThrow(
      `${name}: noise is Infinity at [0, 0]`,
    );
  });
});

describe.each(taking.probes)("%s refuses probes", (name) => {
  test("of another shape or dtype, or not finite", () => {
    const call = (probes: Tensor) => () => functions[name]({ ...good, probes });
    for (const shape of [[n], [n + 1, d], [n, d + 1], [5, n, d + 1], [0, n, d], [1, 1, n, d]]) {
      expect(call(normal(1, shape))).toThrow(
        `${name}: probes have shape [${shape.join(", ")}], x has [3, 2]; draw them with that shape, ` +
          "or [m, 3, 2] for m probes of each row",
      );
    }
    expect(call(cast(good.probes, "float32"))).toThrow(`${name}: a probe is float32, x is float64`);
    expect(call(spoilt(good.probes, 5, Number.NaN))).toThrow(`${name}: a probe is NaN at [2, 1]`);
  });
});

describe.each(taking.sigma)("%s refuses sigma", (name) => {
  const call = (sigma: Tensor | number) => () => functions[name]({ ...good, sigma });

  test.each([0, -1])("%d", (sigma) => {
    const rule = "a noise level is above 0";
    expect(call(sigma)).toThrow(`${name}: sigma is ${sigma}; ${rule}`);
    expect(call(float64(sigma))).toThrow(`${name}: sigma is ${sigma}; ${rule}`);
    expect(call(float64([1, sigma, 1]))).toThrow(`${name}: sigma of row 1 is ${sigma}; ${rule}`);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d", (sigma) => {
    expect(call(sigma)).toThrow(`${name}: sigma is ${sigma}; it must be finite`);
    expect(call(float64([1, 1, sigma]))).toThrow(`${name}: sigma of row 2 is ${sigma}; it must be finite`);
  });

  test("of another shape or dtype", () => {
    expect(call(float64([1, 1]))).toThrow(
      `${name}: sigma has shape [2], x has [3, 2]; give a number or [3], one per row`,
    );
    expect(call(tensor([1, 1, 1]))).toThrow(`${name}: sigma is float32, x is float64`);
  });
});

describe("weight", () => {
  const weights = [2, 0, 0.5];

  test.each(Object.entries(losses))("%s: each row has its own, and it multiplies the row", (name, loss) => {
    const plain = loss(good, { reduction: "none", weight: 1 });
    const rows = loss(good, { reduction: "none", weight: float64(weights) });
    expectClose(rows, mul(plain, float64(weights)), 1e-14);
    expectClose(loss(good, { weight: 3 }), mul(3, mean(plain)), 1e-13);
    // Over noise levels it is σ² unless said.
    const unsaid = name.startsWith("multiLevel") ? square(float64([0.5, 1, 2])) : 1;
    expectClose(loss(good, { reduction: "none" }), mul(plain, unsaid), 1e-13);
  });

  test.each(Object.entries(losses))("%s: none below 0, not finite, or of another shape", (name, loss) => {
    const call = (weight: Tensor | number) => () => loss(good, { weight });
    expect(call(-1)).toThrow(`${name}: weight is -1; a weight is at least 0`);
    expect(call(Number.NaN)).toThrow(`${name}: weight is NaN; it must be finite`);
    expect(call(float64([1, -2, 1]))).toThrow(`${name}: weight of row 1 is -2; a weight is at least 0`);
    expect(call(float64([1]))).toThrow(
      `${name}: weight has shape [1], the rows' values have [3]; give a number or [3], one per row`,
    );
  });
});

test("exactScoreMatching refuses a chunk that is not a whole number from 1", () => {
  for (const chunk of [0, -1, 1.5, Number.NaN]) {
    expect(() => exactScoreMatching(score, good.x, { chunk })).toThrow(
      `exactScoreMatching: chunk is ${chunk}; it is a whole number from 1`,
    );
  }
});

test("fisherDivergence names the target when that is at fault", () => {
  expect(() => fisherDivergence(score, (x) => sum(x, { axis: 1 }), good.x)).toThrow(
    "fisherDivergence: the target maps [3, 2] to [3]",
  );
});

test("scoreOf refuses an energy that is not one number per row", () => {
  expect(() => scoreOf((x) => sum(x))(good.x)).toThrow(
    "scoreOf: the energy maps [3, 2] to [], not to [3], one number per row; reduce over the last axis alone",
  );
  expect(() => scoreOf(() => 3 as unknown as Tensor)(good.x)).toThrow(
    "scoreOf: the energy returned a value of type number, not a tensor",
  );
});

describe("while a program is captured, where no value can be read", () => {
  const inputs = (): [Tensor, Tensor, Tensor, Tensor] => {
    const { sigma, x, noise, probes } = good;
    return [x, noise, probes, typeof sigma === "number" ? float64(sigma) : sigma];
  };

  test.each(Object.entries(functions))("%s replays to what it computes", (_, f) => {
    const run = (x: Tensor, noise: Tensor, probes: Tensor, sigma: Tensor): Tensor =>
      f({ score, x, noise, probes, sigma });
    const program = capture(run)(...inputs());
    expectAllClose(program.replay(inputs()), [run(...inputs())], 1e-13);
  });

  test.each(Object.entries(losses))("so do the gradients of %s", (_, loss) => {
    const run = (scale: Tensor, x: Tensor, noise: Tensor, probes: Tensor, sigma: Tensor): Tensor =>
      grad((k: Tensor) => loss({ score: (y) => mul(k, score(mul(k, y))), x, noise, probes, sigma }))(scale);
    const scale = float64(0.8);
    const program = capture(run)(scale, ...inputs());
    expectAllClose(program.replay([scale, ...inputs()]), [run(scale, ...inputs())], 1e-12);
  });
});

test("the gradients of all losses exist for every parameter", () => {
  for (const loss of Object.values(losses)) {
    const [value, ...gradients] = valueAndGradients((s) => loss({ ...good, score: s }));
    expect(value?.rank).toBe(0);
    expect(tree.size(gradients)).toBeGreaterThan(0);
    for (const gradient of gradients) expect(gradient.data.some((slope) => slope !== 0)).toBe(true);
  }
});

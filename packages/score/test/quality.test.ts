import { add, cast, concat, mul, random, type Tensor, type TensorLike, zerosLike } from "@scoretape/autograd";
import {
  data,
  type NoiseConditionalScore,
  type Quality,
  quality,
  type Verdict,
  verdict,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const sigmas = [3, 1, 0.3, 0.1];

const sets = { "8gaussians": data.eightGaussians, "two-modes": data.twoModes };

/** Rows of a set in about one deviation's units, and its score. */
function subject(name: keyof typeof sets, seed: number) {
  const set = data.rescaled(sets[name], { mean: [0, 0], deviation: name === "two-modes" ? 5 : 1.4 });
  const rows = (i: number, n: number): Tensor => set.sample(random.key(10 * seed + i), n);
  const score: NoiseConditionalScore = (z, sigma) => set.score(z, sigma);
  return { score, rows, parts: { training: rows(0, 300), test: rows(1, 150), samples: rows(2, 400) } };
}

const judged = (score: NoiseConditionalScore, parts: Parameters<typeof quality>[2], seed: number): Verdict =>
  verdict(quality(score, sigmas, parts, { key: random.key(seed) }), ["x", "y"]);

describe.each(["8gaussians", "two-modes"] as const)("a model of %s is judged", (name) => {
  test.each([0, 1])("good, with the exact score and fresh samples, seed %i", (seed) => {
    const { score, parts } = subject(name, seed);
    const { kind, text } = judged(score, parts, seed);
    expect(kind).toBe("good");
    expect(text).toMatch(
      /^Believe the shape: the model explains 150 rows that it never saw better than a Gaussian by /,
    );
  });

  test("failed, where its score is doubled", () => {
    const { score, parts } = subject(name, 2);
    const doubled = (z: Tensor, sigma: TensorLike): Tensor => mul(2, score(z, sigma));
    expect(judged(doubled, parts, 2)).toMatchObject({
      kind: "failed",
      text: expect.stringMatching(
        /^The network did not fit: a Gaussian explains 150 rows .* Believe the Gaussian\.$/,
      ),
    });
  });

  test("worse or failed, never good, where its score is zero", () => {
    const { parts } = subject(name, 3);
    expect(["worse", "failed"]).toContain(judged((z) => zerosLike(z), parts, 3).kind);
  });

  test("to copy, where the samples are training rows, or half of them", () => {
    const { score, rows, parts } = subject(name, 4);
    const copies = add(parts.training, mul(0.001, cast(normal(5, [300, 2]), "float32")));
    for (const samples of [copies, concat([copies, rows(4, 300)], 0)]) {
      const { kind, text } = judged(score, { ...parts, samples }, 4);
      expect(kind).toBe("copies");
      expect(text).toContain("some are copies, so do not take them for new rows");
    }
  });

  test.each([
    ["ran away", 2],
    ["collapsed", 0.3],
  ])("failed, where the samples %s", (what, factor) => {
    const { score, parts } = subject(name, 6);
    const { kind, text } = judged(score, { ...parts, samples: mul(factor, parts.samples) }, 6);
    expect(kind).toBe("failed");
    expect(text).toContain(`The samples ${what}: in `);
  });

  test("untested, without test rows", () => {
    const { score, parts } = subject(name, 7);
    const found = quality(score, sigmas, { ...parts, test: null }, { key: random.key(7) });
    expect(found).toMatchObject({ heldOut: null, denoising: null, distances: null, memorization: null });
    expect(verdict(found)).toEqual({
      kind: "untested",
      text: "No rows were held out, so nothing tells how the model does on rows that it has not seen.",
    });
  });
});

describe("quality", () => {
  test("a flow that cannot be followed is a failure", () => {
    const { parts } = subject("8gaussians", 8);
    expect(judged((z) => mul(-1e6, z), parts, 8)).toEqual({
      kind: "failed",
      text: "The likelihood of test rows cannot be computed, so rough is the score. Believe neither it nor the samples.",
    });
  });

  test("at most ten levels are looked at, the ends among them", () => {
    const rows = normal(1, [20, 1]);
    const many = Array.from({ length: 33 }, (_, i) => 33 - i);
    const parts = { training: rows, test: rows, samples: rows };
    const { denoising } = quality((z) => zerosLike(z), many, parts, { key: random.key(0), backend: "eager" });
    expect(denoising?.map(({ sigma }) => sigma)).toEqual([33, 29, 26, 22, 19, 15, 12, 8, 5, 1]);
  });

  test("levels there must be", () => {
    const rows = normal(1, [20, 1]);
    const parts = { training: rows, test: rows, samples: rows };
    expect(() => quality((z) => z, [], parts, { key: random.key(0) })).toThrow("quality: sigmas is empty");
  });
});

describe("verdict, of the numbers alone", () => {
  const { parts, score } = subject("8gaussians", 9);
  const good = quality(score, sigmas, parts, { key: random.key(9) });
  const told = (change: Partial<Quality>): Verdict => verdict({ ...good, ...change }, ["x", "y"]);
  const { heldOut, distances, memorization, correlations } = good;
  if (heldOut === null || distances === null || memorization === null || correlations === null) {
    throw new TypeError("there are test rows");
  }
  const advantage = (value: number, standardError: number, kde = heldOut.advantage.kde) => ({
    heldOut: { ...heldOut, advantage: { gaussian: { value, standardError }, kde } },
  });

  test("a difference within two standard errors cannot tell", () => {
    expect(told(advantage(0.19, 0.1))).toMatchObject({
      kind: "cannot tell",
      text: expect.stringMatching(/^150 test rows cannot tell .* \(difference 0\.19 ± 0\.10 nats a row\)\./),
    });
    expect(told(advantage(-0.19, 0.1)).kind).toBe("cannot tell");
    expect(told(advantage(-0.00001, 0.000001)).text).toContain("(difference 0.0000 ± 0.0000 nats a row)");
    expect(told(advantage(0.21, 0.1)).kind).toBe("good");
  });

  test("worse than a Gaussian, and far worse: a nat a row, or 0.1 a column", () => {
    expect(told(advantage(-0.21, 0.1)).text).toMatch(
      /^Believe a Gaussian rather than this model: it explains 150 rows that it never saw better by 0\.21 ± 0\.10 nats/,
    );
    expect(told(advantage(-1.19, 0.1)).kind).toBe("worse");
    expect(told(advantage(-1.21, 0.1)).kind).toBe("failed");
    const wide = Array.from({ length: 30 }, () => good.columns[0]).flatMap((column) => column ?? []);
    expect(told({ ...advantage(-3.19, 0.1), columns: wide }).kind).toBe("worse");
    expect(told({ ...advantage(-3.21, 0.1), columns: wide }).kind).toBe("failed");
  });

  test("what not to believe follows what to believe", () => {
    const text = (change: Partial<Quality>): string => told({ ...advantage(1, 0.1), ...change }).text;
    expect(text({})).toContain(" Beyond the data's range nothing was tested.");
    expect(told(advantage(1, 0.1, { value: -0.3, standardError: 0.1 })).text).toContain(
      " But a kernel density estimate explains the test rows better by 0.30 ± 0.10 nats a row.",
    );
    const further = { ...distances, samples: { value: 9, low: 8, high: 10 } };
    expect(text({ distances: further })).toContain(
      " But samples are further from test rows than training rows are.",
    );
    expect(text({ memorization: { ...memorization, verdict: "cannot tell" } })).toContain(
      "so few test rows cannot tell whether samples are copies",
    );
    expect(
      text({
        correlations: { ...correlations, columns: [0, 1], samples: 0.1, data: 0.52, difference: 0.42 },
      }),
    ).toContain("the correlation of x and y is 0.10 in samples, 0.52 in data");
    const strays = good.columns.map((column, j) => ({ ...column, outside: 0.07 - 0.01 * j }));
    expect(text({ columns: strays })).toContain(
      "7 % of the samples leave the data's range in x and 1 more column",
    );
  });

  test("few rows, or heavy tails, have wider bounds for the samples' deviation", () => {
    const wide = (ratio: number, standardError: number): Verdict =>
      told({
        columns: good.columns.map((column) => ({
          ...column,
          deviation: { ...column.deviation, ratio, standardError },
        })),
      });
    expect(wide(1.52, 0.001).kind).toBe("failed");
    expect(wide(1.52, 0.1).kind).not.toBe("failed");
    expect(wide(0.48, 0.001).text).toBe(
      "The samples collapsed: in x and 1 more column their standard deviation is 0.48 times the data's, at worst. " +
        "Believe neither them nor the score.",
    );
    expect(wide(0.48, 0.1).kind).not.toBe("failed");
    const rows = { ...good.rows, samples: 99 };
    const columns = good.columns.map((column) => ({
      ...column,
      deviation: { ...column.deviation, ratio: 9 },
    }));
    expect(told({ rows, columns }).kind).not.toBe("failed");
    expect(told({ columns }).kind).toBe("failed");
  });

  test("what is none is refused", () => {
    // @ts-expect-error: a page may be written in JavaScript.
    expect(() => verdict(null)).toThrow("verdict: the quality is none");
    // @ts-expect-error: names are texts.
    expect(() => verdict(good, [1])).toThrow("verdict: names 0 is 1, not a text");
  });
});

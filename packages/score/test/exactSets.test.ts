import { cast, grad, random, sum, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { publicValues } from "../../autograd/test/support/publicValues.ts";
import { blurredSample, knownSets, made, moved } from "./support/exactSets.ts";
import { columnOf, expectMean, rowsOf } from "./support/samples.ts";

/** The central difference of values at two places h to either side. */
function slopes(ahead: Tensor, behind: Tensor, h: number): number[] {
  return [...ahead.data].map((value, i) => (value - (behind.data[i] ?? Number.NaN)) / (2 * h));
}

test("the registry holds every set that the package exports, and every function that makes one has an example", () => {
  const exported = Object.values(data).filter((value) => typeof value === "object");
  expect(new Set(data.names().map(data.byName))).toEqual(new Set(exported));
  expect(exported.length).toBe(data.names().length);
  const makers = publicValues(new URL("../", import.meta.url)).filter(({ returns }) =>
    /DataSet$/.test(returns),
  );
  const names = Object.keys(made).map((maker) => `data.${maker}`);
  expect(makers.map(({ name }) => name).sort()).toEqual(["data.byName", ...names].sort());
});

describe.each(knownSets)("$name", ({ set, width, isDegenerate }) => {
  const { name } = set;
  const d = set.dimension;
  const blurs = [...(isDegenerate || width === 0 ? [] : [0]), 0.05, 0.3, 1, 5];

  test.each(blurs)("blurred by %d: the score is the gradient of the log density", (sigma) => {
    const scale = Math.hypot(width, sigma);
    const x = blurredSample(set, 11, 40, sigma);
    const h = 1e-5 * scale;
    const scores = rowsOf(set.score(x, sigma));
    for (let j = 0; j < d; j++) {
      const differences = slopes(
        set.logDensity(moved(x, j, h), sigma),
        set.logDensity(moved(x, j, -h), sigma),
        h,
      );
      differences.forEach((slope, row) => {
        expect(Math.abs(slope - (scores[row]?.[j] ?? 0)) * scale, `row ${row}, x${j + 1}`).toBeLessThan(1e-6);
      });
    }
  });

  test.each([0.1, 0.7])("blurring is diffusion: ∂ log p/∂σ² = ½(div s + ‖s‖²) at σ = %d", (sigma) => {
    const scale = Math.hypot(width, sigma);
    const x = blurredSample(set, 12, 20, sigma);
    const scores = rowsOf(set.score(x, sigma));
    const h = 1e-4 * scale;
    const divergence = new Array<number>(x.shape[0] ?? 0).fill(0);
    for (let j = 0; j < d; j++) {
      const ahead = rowsOf(set.score(moved(x, j, h), sigma));
      const behind = rowsOf(set.score(moved(x, j, -h), sigma));
      ahead.forEach((row, i) => {
        divergence[i] = (divergence[i] ?? 0) + ((row[j] ?? 0) - (behind[i]?.[j] ?? 0)) / (2 * h);
      });
    }
    const step = 1e-4 * sigma ** 2;
    const inVariance = slopes(
      set.logDensity(x, Math.sqrt(sigma ** 2 + step)),
      set.logDensity(x, Math.sqrt(sigma ** 2 - step)),
      step,
    );
    inVariance.forEach((slope, i) => {
      const square = (scores[i] ?? []).reduce((total, value) => total + value ** 2, 0);
      const expected = 0.5 * ((divergence[i] ?? 0) + square);
      expect(Math.abs(slope - expected) * scale ** 2, `row ${i}`).toBeLessThan(
        1e-5 * (1 + Math.abs(expected) * scale ** 2),
      );
    });
  });

  test.each([0.1, 0.6])("samples and score belong together at σ = %d: E s = 0 and E[s xᵀ] = −I", (sigma) => {
    const x = blurredSample(set, 13, 2500, sigma);
    const scores = set.score(x, sigma);
    for (let i = 0; i < Math.min(d, 3); i++) {
      const s = columnOf(scores, i);
      expectMean(s, 0, `score ${i}`);
      for (let j = 0; j < Math.min(d, 3); j++) {
        const products = columnOf(x, j).map((value, row) => value * (s[row] ?? 0));
        expectMean(products, i === j ? -1 : 0, `score ${i} times coordinate ${j}`);
      }
    }
  });

  test("each row may have its own blur, and float32 agrees with float64", () => {
    const sigmas = [0.1, 0.4, 1, 3];
    const x = blurredSample(set, 14, 4, 1);
    const own = tensor(sigmas, { dtype: "float64" });
    const [logs, scores] = [set.logDensity(x, own), set.score(x, own)];
    sigmas.forEach((sigma, row) => {
      const point = tensor([rowsOf(x)[row] ?? []], { dtype: "float64" });
      expect(logs.data[row]).toBeCloseTo(set.logDensity(point, sigma).item(), 10);
      rowsOf(set.score(point, sigma))[0]?.forEach((value, j) => {
        expect(rowsOf(scores)[row]?.[j]).toBeCloseTo(value, 9);
      });
    });
    const single = set.score(cast(x, "float32"), 1);
    expect(single.dtype).toBe("float32");
    rowsOf(set.score(x, 1)).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - (rowsOf(single)[i]?.[j] ?? 0))).toBeLessThan(2e-3 * (1 + Math.abs(value)));
      });
    });
  });

  test("far away the score still points at the set, and nothing overflows", () => {
    const far = [40, 1e5].flatMap((r) => [0.3, 4.1].map((angle) => [r, angle] as const));
    for (const sigma of [0.02, 4]) {
      const x = tensor(
        far.map(([r, angle]) =>
          Array.from({ length: d }, (_, j) => (j === 0 ? r * Math.cos(angle) : r * Math.sin(angle + j - 1))),
        ),
        { dtype: "float64" },
      );
      const logs = set.logDensity(x, sigma).data;
      rowsOf(set.score(x, sigma)).forEach((score, row) => {
        const point = rowsOf(x)[row] ?? [];
        expect(logs[row]).toBeLessThan(0);
        expect(logs[row]).toBeGreaterThan(-1e18);
        // x·s = (xᵀE[y | x] − ‖x‖²)/v with a variance v, and a mean that lies in the set, which is within 110.
        if (Math.hypot(...point) > 200) {
          expect(score.reduce((total, value, j) => total + value * (point[j] ?? 0), 0)).toBeLessThan(0);
        }
        expect(score.every(Number.isFinite)).toBe(true);
      });
    }
  });

  test("refuses points of another dimension and blurs that are none", () => {
    const x = set.sample(random.key(0), 2);
    expect(() => set.score(tensor([[1, 2, 3, 4]]))).toThrow(`${name}.score: x has shape [1, 4]`);
    expect(() => set.score(x, -1)).toThrow(`${name}.score: sigma is -1`);
    expect(() => set.logDensity(x, Number.NaN)).toThrow(`${name}.logDensity: sigma is NaN`);
    if (isDegenerate) {
      expect(() => set.logDensity(x)).toThrow("the set has no density of its own; give the sigma > 0");
      expect(() => set.score(x, 0)).toThrow("the set has no density of its own; give the sigma > 0");
    }
  });
});

describe("sets of one kind", () => {
  test("checkerboard without a blur: 1/32 on its squares, nothing beside; entropy log 32", () => {
    const x = data.checkerboard.sample(random.key(4), 5000);
    const logs = [...data.checkerboard.logDensity(x).data].filter(Number.isFinite);
    expect(logs.length).toBeGreaterThan(4995); // rounding may put a point on an edge
    expect(-logs.reduce((total, log) => total + log, 0) / logs.length).toBeCloseTo(3.4657, 4);
    const middles = Array.from({ length: 144 }, (_, i) => [(i % 12) - 5.5, Math.floor(i / 12) - 5.5]);
    const densities = [...data.checkerboard.logDensity(tensor(middles)).data].map(Math.exp);
    expect(densities.reduce((total, density) => total + density, 0)).toBeCloseTo(1, 6);
    expect([...data.checkerboard.score(tensor(middles)).data].every((value) => value === 0)).toBe(true);
    // As the blur vanishes: half inside on an edge, a quarter of each of two squares in a corner.
    const edges = tensor(
      [
        [1, 2],
        [2, 2],
        [4, 3],
      ],
      { dtype: "float64" },
    );
    const blurred = data.checkerboard.logDensity(edges, 1e-6).data;
    [1 / 64, 1 / 64, 1 / 64].forEach((density, i) => {
      expect(Math.exp(blurred[i] ?? 0)).toBeCloseTo(density, 10);
    });
  });

  test("line10d integrates to 1: the mean of p/q over samples of a normal q of the same moments", () => {
    const { direction } = data.line10d;
    const sigma = 0.3;
    const covariance = direction.map((a, i) =>
      direction.map((b, j) => 1.2 * a * b + (i === j ? sigma ** 2 : 0)),
    );
    const q = data.gaussian({ mean: direction.map(() => 0), covariance });
    const x = cast(q.sample(random.key(8), 8000), "float64");
    const [ofLine, ofNormal] = [data.line10d.logDensity(x, sigma).data, q.logDensity(x).data];
    expectMean(
      [...ofLine].map((log, i) => Math.exp(log - (ofNormal[i] ?? 0))),
      1,
    );
  });

  test("a normal line is the normal distribution N(0, τ²vvᵀ + σ²I)", () => {
    const direction = [2, -1, 2];
    const set = data.line({ direction, profile: "normal", deviation: 3 });
    const gaussian = data.gaussian({
      mean: [0, 0, 0],
      covariance: direction.map((a) => direction.map((b) => a * b)),
    });
    const x = random.normal(random.key(5), [20, 3], { dtype: "float64" });
    const [logs, scores] = [set.logDensity(x, 0.4), set.score(x, 0.4)];
    gaussian.logDensity(x, 0.4).data.forEach((log, i) => {
      expect(Math.abs(log - (logs.data[i] ?? 0))).toBeLessThan(1e-11 * (1 + Math.abs(log)));
    });
    gaussian.score(x, 0.4).data.forEach((value, i) => {
      expect(Math.abs(value - (scores.data[i] ?? 0))).toBeLessThan(1e-10);
    });
    expectMean(
      rowsOf(set.sample(random.key(6), 4000)).map(([a = 0]) => a ** 2),
      4,
    );
  });

  test("a set that works on numbers says so where it is differentiated", () => {
    const x = data.moons.sample(random.key(0), 3);
    expect(() => grad((y: Tensor) => sum(data.moons.logDensity(y, 0.1)))(x)).toThrow(
      "moons.logDensity: it works on numbers, and here they are being differentiated",
    );
  });
});

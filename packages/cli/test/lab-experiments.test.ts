import { add, grad, mul, random, slice, sum, type Tensor, tensor, tree, wasm } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import type { Laboratory } from "../src/lab/experiment.ts";
import { manifolds } from "../src/lab/manifold/sets.ts";
import { nearestTo } from "../src/lab/nearest.ts";
import { openDigits, PIXELS, shuffled } from "../src/lab/objectives/images.ts";
import { network } from "../src/lab/objectives/learn.ts";
import { lawOf, scoreAlong } from "../src/lab/slow-mixing/law.ts";
import { exact, learnedScore, shareOfBasin, widths } from "../src/lab/slow-mixing/modes.ts";
import { type Sampler, samplersOf } from "../src/lab/slow-mixing/samplers.ts";
import { walk } from "../src/lab/slow-mixing/walk.ts";

const key = random.key(5);

const laboratory: Laboratory = {
  key,
  quick: false,
  backend: wasm(),
  model: null,
  data: null,
  size: (full) => full,
  track: (_, work) => work(() => undefined),
};

function expectClose(a: Tensor, b: Tensor, digits = 4): void {
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((value, i) => {
    expect(value).toBeCloseTo(b.data[i] ?? Number.NaN, digits);
  });
}

describe("slow-mixing", () => {
  test("at τ = 1 the widened modes are the data set's own", () => {
    const x = random.uniform(key, [50, 2], { low: -8, high: 8, dtype: "float64" });
    expectClose(exact(x, 1), data.twoModes.score(x), 9);
    expect([widths[0], widths.at(-1)]).toEqual([20, 1]);
  });

  test("the basin's share is that of the points where the larger mode has more weight", () => {
    const log = (weight: number, at: number, a: number, b: number): number =>
      Math.log(weight) - 0.5 * ((a - at) ** 2 + (b - at) ** 2);
    // Unequal numbers, so that the border does not run along the diagonals of the grid.
    const [rows, columns] = [800, 811];
    const place = (i: number, count: number): number => ((i + 0.5) / count) * 16 - 8;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const [a, b] = [place(i, rows), place(j, columns)];
        if (log(0.8, 5, a, b) > log(0.2, -5, a, b)) count++;
      }
    }
    expect(count / (rows * columns)).toBeCloseTo(shareOfBasin, 4);
    expect(shareOfBasin).toBeGreaterThan(0.508);
  });

  test("the law of a chain is that of its quadrature on a finer grid, and of the chain", async () => {
    const [plain, annealed] = samplersOf(laboratory, exact, { exact: 4000, learned: 1 });
    if (plain?.step == null || annealed?.step == null) throw new Error("these have laws");
    const { step } = annealed;
    const [coarse, fine] = [4, 7].map((fineness) => lawOf(step, 20, fineness));
    expect(coarse?.weight).toBeCloseTo(fine?.weight ?? Number.NaN, 6);
    const { course } = await walk(annealed, 20, key, () => undefined);
    const share = (course.at(-1)?.[1] ?? 0) / 4000;
    expect(Math.abs(share - (fine?.weight ?? 0))).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 4000));
    const { weight, crossing } = lawOf(plain.step, 20);
    expect(weight).toBeCloseTo(shareOfBasin, 2);
    expect(crossing).toBeGreaterThan(0);
    expect(crossing).toBeLessThan(1e-8);
  });

  test("the score along the line through the modes is the exact one's part along it", () => {
    const u = [-9, -0.3, 0.1, 2, 8];
    const x = tensor(
      u.map((value) => [value / Math.SQRT2 - 1, value / Math.SQRT2 + 1]),
      { dtype: "float64" },
    );
    for (const width of [1, 4, 20]) {
      const { data: s } = exact(x, width);
      u.forEach((value, i) => {
        const along = ((s[2 * i] ?? 0) + (s[2 * i + 1] ?? 0)) / Math.SQRT2;
        expect(scoreAlong(value, width)).toBeCloseTo(along, 8);
      });
    }
  });

  test("chains that stay cross nothing, chains that swap the modes on the way all do", async () => {
    const sampler = (walkLevel: Sampler["walk"]): Sampler => ({
      name: "fake",
      note: "",
      chains: 40,
      walk: walkLevel,
      step: null,
    });
    const still = await walk(
      sampler((x) => x),
      2,
      key,
      () => undefined,
    );
    expect(still.crossings).toBe(0);
    const swapping = await walk(
      sampler((x, width) => (width === 1 ? mul(-1, x) : x)),
      2,
      key,
      () => undefined,
    );
    expect(swapping.crossings).toBe(40);
    const before = still.course[0]?.[1] ?? 0;
    const moved = await walk(
      sampler((x, _, { onStep }) => {
        const next = add(mul(0, x), 5);
        onStep?.({ step: 1, steps: 1, x: next });
        return next;
      }),
      1,
      key,
      () => undefined,
    );
    expect(moved.course[0]).toEqual([0, before]);
    expect(moved.course.at(-1)).toEqual([10, 40]);
    expect(before).toBeGreaterThan(10);
    expect(before).toBeLessThan(30);
  });

  test("the learned score comes near the exact one at a wide level", async () => {
    const score = await learnedScore(laboratory, () => undefined, 400);
    const x = mul(12, random.normal(key, [300, 2]));
    const [own, known] = [score(x, 12), exact(x, 12)];
    let [error, size] = [0, 0];
    own.data.forEach((value, i) => {
      error += (value - (known.data[i] ?? Number.NaN)) ** 2;
      size += (known.data[i] ?? Number.NaN) ** 2;
    });
    expect(error / size).toBeLessThan(0.1);
  });
});

describe("manifold", () => {
  test.each(manifolds().map((manifold) => [manifold.title, manifold] as const))(
    "%s: its points have no width, and its score is the slope of its density",
    (_, { set, point, normal }) => {
      const x = add(set.sample(key, 20), mul(0.1, random.normal(random.foldIn(key, 1), [20, set.dimension])));
      const points = tensor(Float64Array.from(x.data), { shape: x.shape });
      const slope = grad((y: Tensor) => sum(set.logDensity(y, 0.1)))(points);
      expectClose(set.score(points, 0.1), slope, 6);
      const across = normal.reduce((total, value, j) => total + value * (point[j] ?? 0), 0);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 12);
      // A step along the normal from the point leads straight back, at a distance/σ² that only curvature changes.
      const away = tensor([point.map((value, j) => value + 0.05 * (normal[j] ?? 0))]);
      const back = [...set.score(away, 0.1).data].reduce(
        (total, value, j) => total + value * (normal[j] ?? 0),
        0,
      );
      expect(back).toBeGreaterThan(-0.05 / 0.01 - 1);
      expect(back).toBeLessThan(-0.05 / 0.01 + 1);
      expect(across === 0 || across === 1).toBe(true);
    },
  );

  test("the circle's samples are on it, evenly", () => {
    const [circle] = manifolds();
    const { data: values } = circle?.set.sample(key, 4000) ?? tensor([0]);
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < values.length; i += 2) {
      const [a, b] = [values[i] as number, values[i + 1] as number];
      expect(Math.hypot(a, b)).toBeCloseTo(1, 5);
      const quarter = (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    for (const count of quarters) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  test("the circle's density is that of its radius by Bessel's function", () => {
    const [circle] = manifolds();
    const sigma = 0.2;
    // p(r) = exp(−(r² + 1)/2σ²) I₀(r/σ²)/(2πσ²), I₀ by its integral, scaled by e^(−z).
    const bessel = (z: number): number => {
      let total = 0;
      for (let i = 0; i < 2000; i++)
        total += Math.exp(z * (Math.cos((Math.PI * (i + 0.5)) / 2000) - 1)) / 2000;
      return total;
    };
    for (const r of [0.3, 0.9, 1, 1.4]) {
      const log =
        -((r - 1) ** 2) / (2 * sigma ** 2) + Math.log(bessel(r / sigma ** 2) / (2 * Math.PI * sigma ** 2));
      const x = tensor([[r * Math.cos(1), r * Math.sin(1)]], { dtype: "float64" });
      expect(circle?.set.logDensity(x, sigma).data[0]).toBeCloseTo(log, 6);
    }
  });
});

describe("digits", () => {
  const digits = openDigits(key);

  test("two halves of 1,797 images, whose pixels have mean 0 and variance 1 together", () => {
    expect(digits.training.shape).toEqual([899, PIXELS]);
    expect(digits.heldOut.shape).toEqual([898, PIXELS]);
    expect(new Set(digits.labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const values = [...digits.training.data, ...digits.heldOut.data];
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const square = values.reduce((total, value) => total + value ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 5);
    const grey = digits.grey(digits.training);
    expect(grey.every((value) => Math.abs(16 * value - Math.round(16 * value)) < 1e-4)).toBe(true);
    expect([Math.min(...grey), Math.max(...grey)]).toEqual([expect.closeTo(0, 5), expect.closeTo(1, 5)]);
    const { distances } = nearestTo(digits.training, digits.heldOut);
    // No image is in both halves.
    expect(Math.min(...distances)).toBeGreaterThan(0.1);
  });

  test("shuffling keeps every pixel's values, and no image", () => {
    const mixed = shuffled(digits.training, key);
    for (const j of [10, 27]) {
      const column = (x: Tensor): number[] => [...slice(x, [0, j], [899, j + 1]).data].sort((a, b) => a - b);
      expect(column(mixed)).toEqual(column(digits.training));
    }
    expect(Math.min(...nearestTo(digits.training, mixed).distances)).toBeGreaterThan(1);
  });

  test("the nearest image is the nearest, and of itself it is itself", () => {
    const some = slice(digits.training, [0, 0], [30, PIXELS]);
    const own = nearestTo(digits.training, some);
    expect([...own.rows]).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(Math.max(...own.distances)).toBe(0);
    const { distances, rows } = nearestTo(some, slice(digits.heldOut, [0, 0], [5, PIXELS]));
    for (let i = 0; i < 5; i++) {
      const to = Array.from({ length: 30 }, (_, j) =>
        Math.hypot(
          ...Array.from(
            { length: PIXELS },
            (_, k) => (digits.heldOut.data[i * PIXELS + k] ?? 0) - (some.data[j * PIXELS + k] ?? 0),
          ),
        ),
      );
      expect(distances[i]).toBeCloseTo(Math.min(...to), 5);
      expect(rows[i]).toBe(to.indexOf(Math.min(...to)));
    }
  });

  test("a network that says nothing is the score of N(0, I) with noise, at every level", () => {
    const model = network([4]);
    const silent = tree.map((leaf) => mul(0, leaf), model.init(key));
    const x = random.normal(key, [3, PIXELS]);
    const sigma = tensor([0.3, 1, 3]);
    const expected = tensor(
      Array.from({ length: 3 }, (_, i) =>
        Array.from(
          { length: PIXELS },
          (_, k) => -(x.data[i * PIXELS + k] ?? 0) / (1 + (sigma.data[i] ?? 0) ** 2),
        ),
      ),
    );
    expectClose(model.apply(silent, x, sigma), expected, 5);
  });
});

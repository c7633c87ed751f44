import { random } from "@scoretape/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readable, showEstimate } from "../src/lab/numbers.ts";
import {
  bootstrap,
  CONFIDENCE,
  type Estimate,
  exactly,
  geometricMeanOf,
  meanOf,
  medianOf,
  normalCoverage,
  normalQuantile,
  powerOf,
  quotient,
  scaled,
  shareOf,
  studentCoverage,
  studentQuantile,
} from "../src/lab/statistics.ts";
import { runs } from "./runs.ts";

/** n rows of `count` standard normals. */
function normals(seed: number, n: number, count: number): Float64Array[] {
  const { data } = random.normal(random.key(seed), [n, count], { dtype: "float64" });
  return Array.from({ length: n }, (_, i) => Float64Array.from(data.subarray(i * count, (i + 1) * count)));
}

/** How many of the intervals hold the truth: within four standard errors of 99 %. */
function expectCoverage(intervals: readonly Estimate[], truth: number): void {
  const share = intervals.filter(({ low, high }) => low <= truth && truth <= high).length / intervals.length;
  expect(Math.abs(share - CONFIDENCE)).toBeLessThan(
    4 * Math.sqrt((CONFIDENCE * (1 - CONFIDENCE)) / intervals.length),
  );
}

describe("Student's distribution", () => {
  test("ν = 1 is Cauchy's, ν = 2 has a closed form, and a large ν is nearly normal", () => {
    for (const t of [0, 0.3, 1, 2.5, 20]) {
      expect(studentCoverage(t, 1)).toBeCloseTo((2 / Math.PI) * Math.atan(t), 12);
      expect(studentCoverage(t, 2)).toBeCloseTo(t / Math.sqrt(2 + t * t), 12);
    }
    expect(studentQuantile(1)).toBeCloseTo(Math.tan(0.495 * Math.PI), 9);
    expect(studentQuantile(1, 0.95)).toBeCloseTo(Math.tan(0.475 * Math.PI), 9);
    expect(studentQuantile(100_000, 0.95)).toBeCloseTo(1.95996, 4);
    expect(normalQuantile()).toBeCloseTo(2.5758, 2);
    expect(normalCoverage(1)).toBeCloseTo(0.6827, 3);
  });

  test("its coverage is the integral of its density, at every ν", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0.01, max: 6, noNaN: true }),
        (freedom, t) => {
          const density = (u: number): number => (1 + (u * u) / freedom) ** (-(freedom + 1) / 2);
          const integral = (end: number): number => {
            const steps = 4000;
            let total = 0;
            for (let i = 0; i < steps; i++) total += (density((end * (i + 0.5)) / steps) * end) / steps;
            return total;
          };
          // Both densities share their constant: ∫₀^∞, with u = √ν tan θ, is √ν ∫ cos^(ν−1) θ dθ.
          let whole = 0;
          for (let i = 0; i < 4000; i++) {
            const theta = ((i + 0.5) / 4000) * (Math.PI / 2);
            whole += (Math.sqrt(freedom) * Math.cos(theta) ** (freedom - 1) * Math.PI) / 8000;
          }
          expect(studentCoverage(t, freedom)).toBeCloseTo(integral(t) / whole, 5);
        },
      ),
      runs(40),
    );
  });
});

describe("intervals hold the truth in 99 of 100 samples", () => {
  test.each([2, 3, 8])("the mean of %i normals", (count) => {
    expectCoverage(normals(count, 4000, count).map(meanOf), 0);
  });

  test("the geometric mean of five lognormals", () => {
    const samples = normals(9, 4000, 5).map((values) => values.map((z) => Math.exp(0.7 + 0.5 * z)));
    expectCoverage(samples.map(geometricMeanOf), Math.exp(0.7));
  });

  test("a share, and it counts what it is told", () => {
    const { data } = random.uniform(random.key(4), [2000, 60], { dtype: "float64" });
    const shares = Array.from({ length: 2000 }, (_, i) => {
      const hits = data.subarray(60 * i, 60 * (i + 1)).filter((u) => u < 0.3).length;
      return shareOf(hits, 60);
    });
    expectCoverage(shares, 0.3);
    expect(shareOf(3, 12).value).toBe(0.25);
    expect(shareOf(0, 10)).toMatchObject({ value: 0, low: 0 });
    expect(shareOf(10, 10)).toMatchObject({ value: 1, high: 1 });
  });

  test("the bootstrap of a mean is as wide as its standard error says", () => {
    const [values = new Float64Array()] = normals(5, 1, 400);
    const mean = (rows: ArrayLike<number>): number =>
      Array.from(rows, (row) => values[row] ?? Number.NaN).reduce((sum, x) => sum + x, 0) / rows.length;
    const { value, low, high } = bootstrap(400, mean, random.key(6), 8000);
    const student = meanOf(values);
    expect(value).toBeCloseTo(student.value, 12);
    expect((high - low) / (student.high - student.low)).toBeCloseTo(1, 1);
    expect(low).toBeLessThan(value);
    expect(value).toBeLessThan(high);
  });
});

describe("the median of a few values", () => {
  test("lies between order statistics that enclose the truth at least as often as they say", () => {
    // P(Bin(n, ½) < k) in closed form: 2·(1 + 12)/4096 for the second of twelve, 2/256 for the lowest of eight.
    for (const [n, k] of [
      [8, 1],
      [9, 1],
      [11, 1],
      [12, 2],
      [15, 3],
    ] as const) {
      const samples = normals(20 + n, 3000, n).map((values) => values.map(Math.exp));
      const intervals = samples.map(medianOf);
      samples.forEach((values, i) => {
        const sorted = values.toSorted();
        expect([intervals[i]?.low, intervals[i]?.high]).toEqual([sorted[k - 1], sorted[n - k]]);
      });
      const share = intervals.filter(({ low, high }) => low <= 1 && 1 <= high).length / 3000;
      expect(share).toBeGreaterThan(CONFIDENCE - 4 * Math.sqrt((CONFIDENCE * (1 - CONFIDENCE)) / 3000));
    }
    // Of seven values even the lowest and the highest enclose it with 1 − 2/128 only.
    expect(medianOf([3, 1, 2, 9, 4, 0, 5])).toEqual({
      value: 3,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });

  test("is not moved far by a wild value", () => {
    const { value, low, high } = medianOf([5, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 1e9]);
    expect([value, low, high]).toEqual([6.5, 2, 11]);
  });
});

describe("the power of a law", () => {
  test("is found where it holds exactly, whatever its factor", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 8 }),
        (power, factor, places) => {
          const points = places.map((x) => [x, factor * x ** power] as const);
          expect(powerOf(points)).toBeCloseTo(power, 8);
        },
      ),
      runs(100),
    );
    expect(powerOf([[2, 5]])).toBeNaN();
  });

  test("is the least-squares slope where it does not: from (1, 1), (e, 1), (e², e³) it is 3/2", () => {
    const points = [0, 1, 2].map((u) => [Math.exp(u), Math.exp(u === 2 ? 3 : 0)] as const);
    expect(powerOf(points)).toBeCloseTo(1.5, 12);
  });
});

test("shifting and scaling values shifts and scales their mean and its interval", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 9 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (values, shift, scale) => {
        const plain = meanOf(values);
        const moved = meanOf(values.map((value) => shift + scale * value));
        for (const part of ["value", "low", "high"] as const) {
          expect(moved[part]).toBeCloseTo(shift + scale * plain[part], 8);
        }
      },
    ),
    runs(100),
  );
  expect(meanOf([3])).toEqual({ value: 3, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
});

test("a factor scales an interval, and a quotient's interval holds every quotient of its parts", () => {
  const [a, b] = [
    { value: 4, low: 3, high: 6 },
    { value: 2, low: 1, high: 3 },
  ];
  expect(scaled(a, 0.5)).toEqual({ value: 2, low: 1.5, high: 3 });
  expect(quotient(a, b)).toEqual({ value: 2, low: 1, high: 6 });
  expect(quotient(a, exactly(2))).toEqual(scaled(a, 0.5));
});

describe("numbers", () => {
  test("show two digits of the interval's width", () => {
    expect(showEstimate({ value: 0.78441, low: 0.7803, high: 0.7884 })).toBe("0.7844 [0.7803, 0.7884]");
    expect(showEstimate({ value: -12345.6, low: -12400, high: -12300 })).toBe("−12,346 [−12,400, −12,300]");
    expect(showEstimate(exactly(0.25))).toBe("0.2500");
    expect(showEstimate(meanOf([3]))).toBe("3.000 [−∞, ∞]");
    expect([readable(0), readable(1e-7), readable(-2.5e8), readable(1234.5)]).toEqual([
      "0",
      "1.00e−7",
      "−2.50e+8",
      "1,235",
    ]);
  });
});

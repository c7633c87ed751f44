import { cast, random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";
import { columnOf, expectMean, expectNear, rowsOf } from "./support/samples.ts";
import { momentsOf } from "./support/statistics.ts";

const key = random.key(1);

describe("Old Faithful", () => {
  const rows = data.oldFaithful.rows();

  test("has 272 rows of two columns in minutes, and says where they are from", () => {
    expect(rows.shape).toEqual([272, 2]);
    expect(data.oldFaithful.columns).toEqual(["eruptions", "waiting"]);
    expect(data.oldFaithful.units).toEqual(["minutes", "minutes"]);
    expect(data.oldFaithful.citation).toContain("Azzalini");
    expect(rowsOf(rows)[0]?.[0]).toBeCloseTo(3.6, 6);
    expect(rowsOf(rows)[0]?.[1]).toBe(79);
    expect(rowsOf(rows)[271]?.[0]).toBeCloseTo(4.467, 6);
    expect(rowsOf(rows)[271]?.[1]).toBe(74);
  });

  test("its moments are the published ones of the data set", () => {
    // Mean duration 3.488 and waiting 70.90 minutes, ranges 1.6 to 5.1 and 43 to 96, correlation 0.9008.
    const [duration, waiting] = [columnOf(rows, 0), columnOf(rows, 1)];
    const [a, b] = [momentsOf(duration), momentsOf(waiting)];
    expect(a.mean).toBeCloseTo(3.4878, 4);
    expect(b.mean).toBeCloseTo(70.8971, 4);
    expect([Math.min(...waiting), Math.max(...waiting)]).toEqual([43, 96]);
    expect(Math.min(...duration)).toBeCloseTo(1.6, 6);
    expect(Math.max(...duration)).toBeCloseTo(5.1, 6);
    const covariance = duration.reduce(
      (sum, value, i) => sum + ((value - a.mean) * ((waiting[i] ?? 0) - b.mean)) / 272,
      0,
    );
    expect(covariance / Math.sqrt(a.variance * b.variance)).toBeCloseTo(0.9008, 4);
  });

  test("samples are rows, every row as often as any other", () => {
    const known = new Map(rowsOf(rows).map((row) => [row.join(), 0]));
    const multiplicity = new Map<string, number>();
    for (const row of rowsOf(rows)) multiplicity.set(row.join(), (multiplicity.get(row.join()) ?? 0) + 1);
    const n = 27_200;
    for (const row of rowsOf(data.oldFaithful.sample(key, n))) {
      expect(known.has(row.join())).toBe(true);
      known.set(row.join(), (known.get(row.join()) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (const [row, count] of known) {
      const expected = (n * (multiplicity.get(row) ?? 0)) / 272;
      chiSquare += (count - expected) ** 2 / expected;
    }
    const freedom = known.size - 1;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
    expectMean(columnOf(data.oldFaithful.sample(key, n), 1), 70.8971);
  });
});

describe("rows of one's own", () => {
  const values = [
    [1, 10],
    [2, 20],
    [4, 10],
  ];
  const set = data.fromRows(values, ["a", "b"], { name: "mine", units: ["m", "s"], citation: "me" });

  test("keep their order, names and origin", () => {
    expect(set.rows().toArray()).toEqual(values);
    expect(set.rows().dtype).toBe("float32");
    expect(set).toMatchObject({
      name: "mine",
      dimension: 2,
      columns: ["a", "b"],
      units: ["m", "s"],
      citation: "me",
    });
    const rows = tensor(values, { dtype: "float64" });
    expect(data.fromRows(rows, ["a", "b"]).rows()).toBe(rows);
    expect(data.fromRows(rows, ["a", "b"]).sample(key, 4).dtype).toBe("float64");
  });

  test("blurred, are equal parts of normals around them", () => {
    const mixture = data.gaussianMixture({ weights: [1, 1, 1], means: values, standardDeviations: 0 });
    const x = tensor(
      [
        [1, 12],
        [3, 15],
      ],
      { dtype: "float64" },
    );
    expectNear(set.logDensity(x, 2).data, mixture.logDensity(x, 2).data, 1e-14);
    expectNear(set.score(x, 2).data, mixture.score(x, 2).data, 1e-14);
    expect(() => set.logDensity(x)).toThrow(
      "mine.logDensity: sigma is 0, and the set has no density of its own",
    );
  });

  test.each<[string, () => unknown]>([
    ["fromRows: row 1 has 1 values for 2 columns (a, b)", () => data.fromRows([[1, 2], [3]], ["a", "b"])],
    [
      'fromRows: row 1, column "b" is NaN',
      () =>
        data.fromRows(
          [
            [1, 2],
            [3, Number.NaN],
          ],
          ["a", "b"],
        ),
    ],
    ['fromRows: row 0, column "a" is Infinity', () => data.fromRows([[1 / 0, 2]], ["a", "b"])],
    ["fromRows: values has shape [0]", () => data.fromRows([], ["a", "b"])],
    [
      "fromRows: values of shape [1, 3] has 3 values for 2 columns",
      () => data.fromRows(tensor([[1, 2, 3]]), ["a", "b"]),
    ],
    ["fromRows: 1 units for 2 columns", () => data.fromRows([[1, 2]], ["a", "b"], { units: ["m"] })],
    ["fromRows: values is uint32", () => data.fromRows(cast(tensor([[1, 2]]), "uint32"), ["a", "b"])],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });
});

describe("standardisation", () => {
  const finite = fc.double({ min: -5, max: 5, noNaN: true });
  const matrix = fc
    .record({
      d: fc.integer({ min: 1, max: 4 }),
      shift: fc.constantFrom(-1e4, 0, 70),
      scale: fc.constantFrom(1e-3, 1, 1e3),
    })
    .chain(({ d, shift, scale }) =>
      fc
        .array(fc.array(finite, { minLength: d, maxLength: d }), { minLength: 1, maxLength: 20 })
        .map((rows) =>
          [...rows, rows[0]?.map((value) => value + 1) ?? []].map((row) => row.map((v) => v * scale + shift)),
        ),
    );

  test("gives every column mean 0 and deviation 1, and maps back", () => {
    fc.assert(
      fc.property(matrix, (rows) => {
        const x = tensor(rows, { dtype: "float64" });
        const units = data.standardize(x);
        const z = units.apply(x);
        for (let j = 0; j < (x.shape[1] ?? 0); j++) {
          const { mean, variance } = momentsOf(columnOf(z, j));
          expect(mean).toBeCloseTo(0, 6);
          expect(variance).toBeCloseTo(1, 6);
        }
        expectNear(units.invert(z).data, x.data, 1e-12);
      }),
      runs(100),
    );
  });

  test("keeps float32, and its accuracy far from 0", () => {
    const x = tensor([
      [1e6, 1],
      [1e6 + 1, 2],
      [1e6 + 2, 3],
    ]);
    const units = data.standardize(x);
    expect(units.mean.dtype).toBe("float32");
    const root = Math.sqrt(1.5);
    expectNear(units.apply(x).data, [-root, -root, 0, 0, root, root], 1e-6);
    expect(units.invert(units.apply(x)).toArray()).toEqual(x.toArray());
  });

  test("maps the score of standardised points back to that of the points", () => {
    const covariance = [
      [4, 1],
      [1, 9],
    ];
    const own = data.gaussian({ mean: [3, -2], covariance });
    const x = tensor(
      [
        [1, 2],
        [5, -4],
        [0, 0],
      ],
      { dtype: "float64" },
    );
    const units = data.standardize(x);
    const [s1 = 0, s2 = 0] = units.deviation.data;
    const [m1 = 0, m2 = 0] = units.mean.data;
    const standard = data.gaussian({
      mean: [(3 - m1) / s1, (-2 - m2) / s2],
      covariance: [
        [4 / s1 ** 2, 1 / (s1 * s2)],
        [1 / (s1 * s2), 9 / s2 ** 2],
      ],
    });
    const back = units.invertScore(standard.score(units.apply(x)));
    expectNear(back.data, own.score(x).data, 1e-12);
  });

  test.each<[string, () => unknown]>([
    [
      'standardize: column 1 ("b") is 0.10000000149011612 in every row',
      () =>
        standardizeNamed([
          [1, 0.1],
          [2, 0.1],
          [3, 0.1],
        ]),
    ],
    ["standardize: column 0 is 7 in every row", () => data.standardize(tensor([[7], [7]]))],
    ["standardize: x has shape [1, 2]; one row has no spread", () => data.standardize(tensor([[1, 2]]))],
    ["standardize: x is NaN at [1, 0]", () => data.standardize(tensor([[1], [Number.NaN]]))],
    [
      "standardize: 2 column names for x of shape [2, 3]",
      () =>
        standardizeNamed([
          [1, 2, 3],
          [4, 5, 6],
        ]),
    ],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });

  function standardizeNamed(rows: number[][]): unknown {
    const x: Tensor = tensor(rows);
    return data.standardize(x, { columns: ["a", "b"] });
  }
});

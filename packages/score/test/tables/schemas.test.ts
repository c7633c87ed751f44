import { normalCdf, tensor } from "@scoretape/autograd";
import {
  type Cells,
  type ColumnKind,
  type ColumnSchema,
  inferSchema,
  type Marginals,
  type MixedTable,
  readMixedTable,
  remarkText,
  type Schema,
  TableError,
  tableEncoder,
  writeMixedTable,
} from "@scoretape/score/tables";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalBelow, normalQuantile } from "../../src/tables/kinds/normal.ts";
import { withoutMargins } from "../../src/tables/margins.ts";
import { runs } from "../support/runs.ts";

const gap = Number.NaN;

/** Cells of numbers, some of them gaps. */
function numbers(value: fc.Arbitrary<number>, rows: number): fc.Arbitrary<Cells> {
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(gap) }), {
      minLength: rows,
      maxLength: rows,
    })
    .filter((values) => values.some((x) => !Number.isNaN(x)))
    .map((values) => ({ kind: "number", values: Float64Array.from(values, (x) => x + 0) }));
}

/** Cells of texts, some of them gaps. */
function texts(value: fc.Arbitrary<string>, rows: number): fc.Arbitrary<Cells> {
  return fc
    .tuple(
      fc.uniqueArray(value, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { minLength: rows, maxLength: rows }),
    )
    .map(([labels, places]): Cells => {
      const codes = Int32Array.from(places, (place, row) =>
        place % 7 === 6 && row > 0 ? -1 : place % labels.length,
      );
      return { kind: "text", texts: labels, codes };
    });
}

const dates = fc
  .date({ min: new Date("1801-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A column of each kind: what it is told to be, what its cells may be, and whether a cell belongs to it. */
interface Example {
  readonly type: string;
  cells(rows: number): fc.Arbitrary<Cells>;
  /** The error of a number that comes back, in terms of its own size. */
  readonly tolerance?: number;
  holds(cell: number | string, column: ColumnSchema): boolean;
}

const isNumber = (cell: number | string): cell is number => typeof cell === "number";
const examples: Readonly<Record<ColumnKind, readonly Example[]>> = {
  real: [
    {
      type: "real",
      cells: (rows) => numbers(fc.double({ min: -1e6, max: 1e6, noNaN: true }), rows),
      tolerance: 1e-9,
      holds: (x) => isNumber(x) && Number.isFinite(x),
    },
    {
      type: "real",
      // Many equal ones, with one decimal.
      cells: (rows) =>
        numbers(
          fc.oneof(fc.constant(0), fc.integer({ min: -99, max: 99 })).map((x) => x / 10),
          rows,
        ),
      holds: (x, column) =>
        isNumber(x) && (!("decimals" in column) || Number(x.toFixed(column.decimals)) === x),
    },
  ],
  positive: [
    {
      type: "positive",
      cells: (rows) =>
        numbers(
          fc.double({ min: -20, max: 20, noNaN: true }).map((x) => Math.exp(x)),
          rows,
        ),
      tolerance: 1e-9,
      holds: (x) => isNumber(x) && x > 0 && Number.isFinite(x),
    },
    {
      type: "positive",
      cells: (rows) =>
        numbers(
          fc.integer({ min: 1, max: 999 }).map((x) => x / 100),
          rows,
        ),
      holds: (x) => isNumber(x) && x > 0 && Number.isFinite(x),
    },
  ],
  bounded: [
    {
      type: "bounded(-1,3)",
      cells: (rows) => numbers(fc.double({ min: -1, max: 3, noNaN: true }), rows),
      // Next to a bound a number becomes the bound.
      tolerance: 4e-6,
      holds: (x) => isNumber(x) && x >= -1 && x <= 3,
    },
    {
      type: "bounded",
      cells: (rows) =>
        numbers(
          fc.integer({ min: 0, max: 1000 }).map((x) => x / 10),
          rows,
        ),
      holds: (x, column) => isNumber(x) && column.kind === "bounded" && x >= column.low && x <= column.high,
    },
  ],
  integer: [
    {
      type: "integer",
      cells: (rows) => numbers(fc.integer({ min: -2000, max: 2 }), rows),
      holds: (x) => Number.isInteger(x),
    },
    {
      type: "integer",
      cells: (rows) => numbers(fc.maxSafeInteger(), rows),
      holds: (x) => Number.isSafeInteger(x),
    },
    {
      type: "integer",
      cells: (rows) =>
        numbers(
          fc.double({ min: 0, max: 20, noNaN: true }).map((x) => Math.floor(Math.exp(x))),
          rows,
        ),
      holds: (x) => Number.isInteger(x) && Number(x) >= 0,
    },
    {
      type: "integer",
      cells: (rows) => numbers(fc.constantFrom(0, 1), rows),
      holds: (x, column) => ("values" in column ? x === 0 || x === 1 : Number.isInteger(x) && Number(x) >= 0),
    },
  ],
  category: [
    {
      type: "category",
      cells: (rows) => texts(fc.string({ unit: "grapheme", minLength: 1 }), rows),
      holds: (x, column) => column.kind === "category" && column.labels.includes(String(x)),
    },
    {
      type: "category",
      cells: (rows) => texts(fc.constantFrom("007", "7", '"a", b', "#", "Köln", " x"), rows),
      holds: (x, column) => column.kind === "category" && column.labels.includes(String(x)),
    },
  ],
  date: [
    {
      type: "date",
      cells: (rows) =>
        texts(
          dates.map((text) => text.slice(0, 10)),
          rows,
        ),
      holds: (x) => /^\d{4}-\d\d-\d\d$/.test(String(x)) && !Number.isNaN(Date.parse(String(x))),
    },
    {
      type: "date(YYYY-MM-DDThh:mm:ss.sssZ)",
      cells: (rows) => texts(dates, rows),
      holds: (x) => new Date(String(x)).toISOString() === x,
    },
    {
      type: "date(Mon YYYY)",
      cells: (rows) =>
        texts(
          dates.map((text) =>
            new Date(text).toLocaleDateString("en", { month: "short", year: "numeric", timeZone: "UTC" }),
          ),
          rows,
        ),
      holds: (x) => /^[A-Z][a-z]{2} \d{4}$/.test(String(x)),
    },
  ],
};

const all = Object.entries(examples).flatMap(([kind, list]) =>
  list.map((example, i) => ({ kind, i, example })),
);
const everyMarginal = ["auto", "plain", "normal-score"] as const satisfies readonly Marginals[];
const cases = all.flatMap((one) =>
  everyMarginal.map((marginals) => [one.kind, one.i, marginals, one.example] as const),
);

function tableOf(cells: Cells): MixedTable {
  const rows = cells.kind === "number" ? cells.values.length : cells.codes.length;
  return { columns: ["it"], rows, cells: [cells] };
}

function cellsIn(table: MixedTable): (number | string | null)[] {
  return table.cells.flatMap((cells): (number | string | null)[] =>
    cells.kind === "number"
      ? Array.from(cells.values, (x) => (Number.isNaN(x) ? null : x))
      : Array.from(cells.codes, (code) => cells.texts[code] ?? null),
  );
}

const uniforms = (length: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(0, 1 - 2 ** -53),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      ),
      {
        minLength: length,
        maxLength: length,
      },
    )
    .map((list) => Float64Array.from(list));

const wild = fc.oneof(
  fc.double({ min: -9, max: 9, noNaN: true }),
  fc.constantFrom(-1e3, 1e3, 0, -1e300, 1e300),
  fc.constant(gap),
);

describe.each(cases)(
  "a column that is %s (%i), with marginals %s,",
  (_, __, marginals, { type, cells, tolerance, holds }) => {
    const column = fc.integer({ min: 1, max: 60 }).chain(cells);
    const schemaOf = (table: MixedTable): Schema =>
      inferSchema(table, { types: { it: type }, marginals }).schema;

    test("comes back as it was, gaps too", () => {
      fc.assert(
        fc.property(
          column.chain((own) => fc.tuple(fc.constant(tableOf(own)), uniforms(tableOf(own).rows))),
          ([table, noise]) => {
            const { encode, decode } = tableEncoder(schemaOf(table));
            const back = decode(encode(table, noise));
            const [before, after] = [cellsIn(table), cellsIn(back)];
            if (tolerance === undefined) {
              expect(after).toEqual(before);
              return;
            }
            before.forEach((x, i) => {
              if (x === null || !isNumber(x)) expect(after[i]).toBe(x);
              else
                expect(Math.abs(Number(after[i]) - x)).toBeLessThanOrEqual(
                  tolerance * Math.max(1, Math.abs(x)),
                );
            });
          },
        ),
        runs(100),
      );
    });

    test("holds what any point decodes to", () => {
      fc.assert(
        fc.property(column, fc.array(wild, { minLength: 1 }), (own, z) => {
          const schema = schemaOf(tableOf(own));
          const { decode, encode, logJacobian } = tableEncoder(schema);
          const points = Float64Array.from(z);
          const back = decode(points);
          cellsIn(back).forEach((cell, i) => {
            if (Number.isNaN(z[i])) expect(cell).toBe(null);
            else
              expect(cell !== null && schema[0] !== undefined && holds(cell, schema[0]), String(cell)).toBe(
                true,
              );
          });
          const near = Float64Array.from(z, (value) => Math.min(Math.max(value, -1e3), 1e3));
          expect(logJacobian(near).every(Number.isFinite)).toBe(true);
          if (marginals === "plain") expect(encode(back, new Float64Array(z.length)).length).toBe(z.length);
        }),
        runs(100),
      );
    });

    test("survives JSON", () => {
      fc.assert(
        fc.property(column, (own) => {
          const schema = schemaOf(tableOf(own));
          const read: Schema = JSON.parse(JSON.stringify(schema));
          expect(read).toEqual(schema);
          tableEncoder(read);
        }),
        runs(20),
      );
    });
  },
);

/** Points z of a fine grid, and the density of N(0, 1) there. */
const step = 2 ** -13;
const grid = Float64Array.from({ length: 16 / step + 1 }, (_, i) => i * step - 8);
const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** ∫ p(x) dx over the cells that are not equal to their neighbours, with log p(x) = log φ(z) + log |dz/dx|. */
function integral(encoder: ReturnType<typeof tableEncoder>, isAtom: (x: number) => boolean): number {
  const [cells] = encoder.decode(grid).cells;
  const x = cells?.kind === "number" ? cells.values : new Float64Array();
  const p = encoder.logJacobian(grid).map((log, i) => density(grid[i] ?? 0) * Math.exp(log));
  let sum = 0;
  for (let i = 1; i < x.length; i++) {
    const [a = 0, b = 0] = [x[i - 1], x[i]];
    if (!isAtom(a) && !isAtom(b)) sum += 0.5 * ((p[i - 1] ?? 0) + (p[i] ?? 0)) * (b - a);
  }
  return sum;
}

/** What is irregular but no multiple of anything. */
const irregular = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i) + 0.3 * Math.cos(3.7 * i));

describe("the density that N(0, 1) has in the units of a column", () => {
  const continuous: [string, Float64Array][] = [
    ["real", irregular],
    ["positive", irregular.map((x) => Math.exp(2 * x))],
    ["bounded(-2,2)", irregular],
  ];
  test.each(continuous.flatMap(([type, values]) => everyMarginal.map((m) => [type, m, values] as const)))(
    "integrates to 1, and agrees with finite differences: %s, %s",
    (type, marginals, values) => {
      const table = tableOf({ kind: "number", values });
      const { schema } = inferSchema(table, { types: { it: type }, marginals });
      const encoder = tableEncoder(schema);
      // The trapezoidal rule over some seventy jumps errs by less than h at each.
      expect(integral(encoder, () => false)).toBeCloseTo(1, 3);
      const z = encoder.encode(table, new Float64Array(400));
      const logs = encoder.logJacobian(z);
      const at = (h: number): Float64Array =>
        encoder.encode(
          tableOf({ kind: "number", values: values.map((x) => x + h * Math.max(Math.abs(x), 0.1)) }),
          new Float64Array(400),
        );
      const [above, below] = [at(1e-7), at(-1e-7)];
      const knots = new Set(schema.flatMap((one) => ("marginal" in one ? (one.marginal?.values ?? []) : [])));
      values.forEach((x, i) => {
        // At a knot the slope is another on either side.
        if (knots.has(x)) return;
        const slope = ((above[i] ?? 0) - (below[i] ?? 0)) / (2e-7 * Math.max(Math.abs(x), 0.1));
        expect(Math.abs(Math.log(slope) - (logs[i] ?? 0))).toBeLessThan(1e-4);
      });
    },
  );

  test("has the shares of atoms as their probabilities, and the rest is around them", () => {
    const values = irregular.map((x, i) => (i % 3 === 0 ? 0 : i % 10 === 1 ? -0.5 : x));
    const { schema, remarks } = inferSchema(tableOf({ kind: "number", values }));
    expect(remarks.length).toBe(1);
    const encoder = tableEncoder(withoutMargins(schema));
    const share = (atom: number): number => values.filter((x) => x === atom).length / 400;
    const isAtom = (x: number): boolean => x === 0 || x === -0.5;
    for (const atom of [0, -0.5]) {
      const z = encoder.encode(
        tableOf({ kind: "number", values: Float64Array.of(atom) }),
        Float64Array.of(0.3),
      );
      const u = 1e-5;
      const other = encoder.encode(
        tableOf({ kind: "number", values: Float64Array.of(atom) }),
        Float64Array.of(0.3 + u),
      );
      const probability = density(z[0] ?? 0) * Math.exp(encoder.logJacobian(z)[0] ?? 0);
      expect(probability).toBeCloseTo(share(atom), 10);
      expect(Math.log(((other[0] ?? 0) - (z[0] ?? 0)) / u)).toBeCloseTo(encoder.logJacobian(z)[0] ?? 0, 3);
    }
    expect(integral(encoder, isAtom)).toBeCloseTo(1 - share(0) - share(-0.5), 2);
  });

  const discrete: [string, string, Cells][] = [
    [
      "labels",
      "category",
      { kind: "text", texts: ["a", "b", "c"], codes: Int32Array.from({ length: 40 }, (_, i) => (i * i) % 3) },
    ],
    [
      "rare labels",
      "category",
      {
        kind: "text",
        texts: ["a", "b", "c"],
        codes: Int32Array.from({ length: 40 }, (_, i) => Math.min(i, 2)),
      },
    ],
    [
      "a few whole numbers",
      "integer",
      { kind: "number", values: Float64Array.from({ length: 40 }, (_, i) => i % 4) },
    ],
    [
      "zeros that many rows share",
      "real",
      { kind: "number", values: irregular.map((x, i) => (i % 3 === 0 ? 0 : x)) },
    ],
  ];

  test.each(discrete)("is that of a uniform number over the points of %s", (_, type, cells) => {
    const table = tableOf(cells);
    const { schema } = inferSchema(table, { types: { it: type } });
    expect(JSON.stringify(schema)).toContain("margin");
    for (const own of [schema, withoutMargins(schema)]) {
      const { encode, decode, logJacobian } = tableEncoder(own);
      const back = cellsIn(decode(grid));
      const logs = logJacobian(grid);
      const isAtom = (x: number | string | null): boolean => type !== "real" || x === 0;
      for (const x of new Set(cellsIn(table).filter(isAtom))) {
        // ∫ |du/dz| dz over what decodes to x, by rectangles that err by less than h at either end; N(0, 1) is in [−8, 8].
        const mass = logs.reduce((sum, log, i) => sum + (back[i] === x ? step * Math.exp(-log) : 0), 0);
        expect(Math.abs(mass - 1), `${x}`).toBeLessThan(2e-3);
        const at = (u: number): number =>
          encode(
            tableOf(
              typeof x === "number"
                ? { kind: "number", values: Float64Array.of(x) }
                : { kind: "text", texts: [String(x)], codes: Int32Array.of(0) },
            ),
            Float64Array.of(u),
          )[0] ?? Number.NaN;
        for (const u of [0.1, 0.5, 0.9]) {
          const slope = (at(u + 1e-5) - at(u - 1e-5)) / 2e-5;
          expect(Math.log(slope)).toBeCloseTo(logJacobian(Float64Array.of(at(u)))[0] ?? 0, 5);
        }
      }
    }
  });

  test.each(discrete.slice(0, 3))("gives %s that touch their shares", (_, type, cells) => {
    const table = tableOf(cells);
    const encoder = tableEncoder(withoutMargins(inferSchema(table, { types: { it: type } }).schema));
    // Σ φ(z) dz over what decodes to each.
    const back = cellsIn(encoder.decode(grid));
    for (const x of new Set(cellsIn(table))) {
      const probability = back.reduce<number>(
        (sum, cell, i) => sum + (cell === x ? step * density(grid[i] ?? 0) : 0),
        0,
      );
      expect(Math.abs(probability - cellsIn(table).filter((cell) => cell === x).length / 40)).toBeLessThan(
        1e-4,
      );
    }
  });

  test.each(discrete.slice(0, 3))("leaves room between %s", (_, type, cells) => {
    const table = tableOf(cells);
    const { schema } = inferSchema(table, { types: { it: type } });
    const { encode } = tableEncoder(schema);
    const pointsAt = (u: number): number[] =>
      [...new Set(encode(table, new Float64Array(40).fill(u)))].sort((a, b) => a - b);
    const [low, middle, high] = [pointsAt(0.005), pointsAt(0.5), pointsAt(0.995)];
    for (let k = 1; k < middle.length; k++) {
      const [distance = 0, room = 0] = [
        (middle[k] ?? 0) - (middle[k - 1] ?? 0),
        (low[k] ?? 0) - (high[k - 1] ?? 0),
      ];
      // Of all but a hundredth of the points: each ends 2.58 of 3 deviations, or nearer, on the way to the edge.
      expect(room).toBeGreaterThan(0.13 * distance);
    }
  });

  test("of schemas without margins are the points of before, to the bit", () => {
    const { encode, logJacobian } = tableEncoder([
      { name: "s", kind: "category", labels: ["a", "b", "c"], shares: [0.5, 0.2, 0.3] },
      { name: "n", kind: "integer", values: [0, 1, 5], shares: [0.1, 0.6, 0.3] },
      {
        name: "x",
        kind: "real",
        marginal: { values: [0, 0, 1, 2, 2, 4], shares: [0, 0.3, 0.5, 0.6, 0.8, 0.95] },
      },
    ]);
    const table: MixedTable = {
      columns: ["s", "n", "x"],
      rows: 3,
      cells: [
        { kind: "text", texts: ["c", "a", "b"], codes: Int32Array.of(0, 1, 2) },
        { kind: "number", values: Float64Array.of(5, 0, 1) },
        { kind: "number", values: Float64Array.of(0, 2, 0.75) },
      ],
    };
    const z = encode(table, Float64Array.of(0.1, 0.9, 0.3, 0.5, 0.25, 0.75, 0, 0.625, 0.5));
    expect([...z]).toEqual([
      ...[0.612812991016627, 1.8807936081512509, -1.3407550336902165],
      ...[-0.6744897501960817, -1.9599639845400538, 0.6744897501960817],
      ...[0, -0.06270677794321383, -0.13110012817701017],
    ]);
    expect([...logJacobian(z)]).toEqual([2.000171396029709, 0.5273112470925622, -0.9259199491796858]);
  });

  test.each([
    ["integer", irregular.map((x) => Math.floor(1000 * x))],
    ["integer", irregular.map((x) => Math.floor(50 * Math.exp(2 * x)) + 1)],
  ])("agrees with finite differences along the noise of whole numbers: %s", (type, values) => {
    const table = tableOf({ kind: "number", values });
    for (const marginals of everyMarginal) {
      const { encode, logJacobian } = tableEncoder(
        inferSchema(table, { types: { it: type }, marginals }).schema,
      );
      const at = (u: number): Float64Array => encode(table, new Float64Array(400).fill(u));
      const [z, above, below] = [at(0.4), at(0.4 + 1e-5), at(0.4 - 1e-5)];
      logJacobian(z).forEach((log, i) => {
        expect(Math.abs(Math.log(((above[i] ?? 0) - (below[i] ?? 0)) / 2e-5) - log)).toBeLessThan(1e-4);
      });
    }
  });
});

test("Φ⁻¹ is the inverse of Φ", () => {
  const shares = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
  const small = Array.from({ length: 60 }, (_, i) => 2 ** -(i + 1));
  for (const p of [...shares, ...small]) {
    const back = normalCdf(tensor(Float64Array.of(normalQuantile(p)))).item();
    // As near as normalCdf itself is said to be.
    expect(Math.abs(back / p - 1)).toBeLessThan(3e-13);
    expect(normalQuantile(1 - p, p) + normalQuantile(p, 1 - p)).toBe(0);
  }
  // By Python's statistics.NormalDist, which computes them in another way.
  for (const [p, z] of [
    [0.975, 1.9599639845400545],
    [2 ** -10, -3.097269078198784],
    [2 ** -52, -8.125890664701906],
  ] as const) {
    expect(Math.abs(normalQuantile(p) / z - 1)).toBeLessThan(1e-15);
  }
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});

test("Φ of what is below 0 is that of the engine", () => {
  for (const z of [0, -1e-9, -0.3, -1.4999, -1.5, -1.5001, -2, -3.7, -8, -20, -37]) {
    // As near as normalCdf itself is said to be.
    expect(Math.abs(normalBelow(z) / normalCdf(tensor(Float64Array.of(z))).item() - 1)).toBeLessThan(3e-13);
  }
  expect(normalBelow(Number.NEGATIVE_INFINITY)).toBe(0);
});

test("a table of all kinds is encoded column by column, whatever their order", () => {
  const table: MixedTable = {
    columns: ["n", "x", "s"],
    rows: 3,
    cells: [
      { kind: "number", values: Float64Array.of(1, 500, 3) },
      { kind: "number", values: Float64Array.of(0.25, gap, -3.5) },
      { kind: "text", texts: ["b", "a"], codes: Int32Array.of(0, 1, -1) },
    ],
  };
  const { encode, decode } = tableEncoder(inferSchema(table, { types: { s: "category" } }).schema);
  const noise = Float64Array.from({ length: 9 }, (_, i) => i / 9);
  const z = encode(table, noise);
  const turned = { ...table, columns: table.columns.toReversed(), cells: table.cells.toReversed() };
  expect(encode(turned, noise)).toEqual(z);
  expect(cellsIn(decode(z))).toEqual([1, 500, 3, 0.25, null, -3.5, "b", "a", null]);
  const missing = { ...table, columns: ["n", "y", "s"] };
  expect(() => encode(missing, noise)).toThrow(
    new TableError(["there is no column x; the columns are n, y, s"], "encode"),
  );
});

describe("what columns are found to hold", () => {
  const kindsOf = (cells: readonly string[], types?: Record<string, string>): string => {
    const { table } = readMixedTable(
      `it,n\n${cells.map((cell, i) => `"${cell.replaceAll('"', '""')}",${i}`).join("\n")}\n`,
      {},
      {
        text: Object.keys(types ?? {}),
      },
    );
    const { schema, remarks } = inferSchema(table, types === undefined ? {} : { types });
    const [{ name: _, ...column } = { name: "" }] = schema;
    const format = "format" in column ? ` ${column.format}` : "";
    const told = remarks.map((remark) => `: ${remarkText(remark)}`).join("");
    return `${"kind" in column ? column.kind : ""}${format}${told}`;
  };
  const over = (form: (i: number) => string, count = 40): string[] =>
    Array.from({ length: count }, (_, i) => form(i));

  test.each([
    ["date YYYY-MM-DD", over((i) => `20${10 + (i % 9)}-0${1 + (i % 9)}-1${i % 10}`)],
    ["date YYYY/MM/DD", over((i) => `1958/0${1 + (i % 9)}/1${i % 10}`)],
    ["date DD.MM.YYYY", over((i) => `1${i % 10}.0${1 + (i % 9)}.2010`)],
    ["date D/M/YYYY", over((i) => `${1 + (i % 28)}/${1 + (i % 9)}/2010`)],
    ["date M/D/YYYY", over((i) => `${1 + (i % 9)}/${1 + (i % 28)}/2010`)],
    ["date Mon D YYYY", over((i) => `Jun ${1 + (i % 28)} 1998`)],
    ["date DD Mon YYYY", over((i) => `1${i % 10} Jun 1998`)],
    ["date DD-Mon-YY", over((i) => `1${i % 10}-Jun-98`)],
    ["date YYYY-MM-DDThh:mm:ssZ", over((i) => `2001-01-1${i % 10}T10:3${i % 6}:5${i % 7}Z`)],
    ["date YYYY-MM-DD hh:00:00", over((i) => `2001-01-1${i % 10} 1${i % 7}:00:00`)],
    ["date Mon 1 YYYY", over((i) => `${["Jan", "Feb", "Mar", "Apr"][i % 4]} 1 ${2000 + i}`)],
    ["date YYYY-01-01", over((i) => `${1970 + i}-01-01`)],
    ["category", over((i) => `0${i % 7}`)],
    ["category", over((i) => (i % 3 === 0 ? "true" : "false"))],
    ["category", over((i) => ["2001-02-30", "2001-02-28"][i % 2] ?? "")],
    ["integer", over((i) => String(i - 2000))],
    ["real", over((i) => String(i / 7))],
  ])("%s", (kind, cells) => {
    expect(kindsOf(cells)).toBe(kind);
  });

  test("the order of day and month is told where nothing tells it", () => {
    expect(kindsOf(over((i) => `${1 + (i % 9)}/${1 + (i % 7)}/2010`))).toBe(
      'date M/D/YYYY: it is taken for dates of the form M/D/YYYY: if they are D/M/YYYY, say so with { types: {"it":"date(D/M/YYYY)"} }',
    );
    expect(
      kindsOf(
        over((i) => `${1 + (i % 9)}/${1 + (i % 7)}/2010`),
        { it: "date(D/M/YYYY)" },
      ),
    ).toBe("date D/M/YYYY");
  });

  test("texts that hardly repeat are refused, all at once, with what to do", () => {
    const { table } = readMixedTable(`a,b,c\n${over((i) => `x${i},y${i},${i}`).join("\n")}\n`);
    expect(() => inferSchema(table)).toThrow(
      'inferSchema: a (40 kinds in 40 rows) and b (40 kinds) are text: drop them with { drop: ["a", "b"] }, or, if they are categories, say so with { types: {"a":"category","b":"category"} }',
    );
  });

  test.each([
    [
      over((i) => `$${i}.50`),
      '; it has numbers with a sign, such as "$0.50": write them without it to have them as numbers',
    ],
    [
      over((i) => `${i},${i} €`),
      '; it has numbers with a sign, such as "0,0 €": write them without it to have them as numbers',
    ],
    [
      over((i) => `-$1,${100 + i}.50`),
      '; it has numbers with a sign, such as "-$1,100.50": write them without it to have them as numbers',
    ],
    [
      over((i) => `2020-01-01T10:00:${10 + i}+02:00`),
      '; it has dates such as "2020-01-01T10:00:10+02:00", of no one usual form: write all in one, or say theirs with { types: {"it":"date(YYYY-MM-DD)"} }',
    ],
    [over((i) => `${i}% of`), ""],
  ])("texts that numbers or dates may be are told: %j", (cells, told) => {
    const wholeMessage = new RegExp(
      `say so with \\{ types: \\{"it":"category"\\} \\}${told.replace(/[$.{}()+]/g, "\\$&")}$`,
    );
    expect(() => kindsOf(cells)).toThrow(wholeMessage);
  });

  test("labels that are shares in percent are told, and dates of a time zone have a form", () => {
    expect(kindsOf(over((i) => `${10 * (i % 7)} %`))).toBe(
      'category: it has numbers with a sign, such as "0 %": write them without it to have them as numbers',
    );
    const form = "YYYY-MM-DDThh:mm:ss+02:00";
    expect(
      kindsOf(
        over((i) => `2020-01-01T10:00:${10 + i}+02:00`),
        { it: `date(${form})` },
      ),
    ).toBe(`date ${form}`);
  });

  test("numbers that may stand for gaps are told", () => {
    const told = (cells: readonly number[]): string[] =>
      readMixedTable(`t,u\n${cells.map((cell) => `${cell},0`).join("\n")}\n`).remarks.map((remark) =>
        remarkText(remark),
      );
    const warm = [20, 25, 22, 31, 24, 19];
    expect(told([...warm, -999, 21, -999])).toEqual([
      'column 1, t, holds -999, far from all other numbers: if that stands for gaps, say so with { missing: ["-999"] }',
    ]);
    expect(told([-999, ...warm, 9999, 9999, -999])).toEqual([
      'column 1, t, holds -999 and 9999, far from all other numbers: if that stands for gaps, say so with { missing: ["-999", "9999"] }',
    ]);
    // Once, among others as far, or alone it is a number like others.
    for (const plain of [
      [...warm, -999],
      [...warm, -999, -999, -1500],
      [-999, -999, -999],
    ]) {
      expect(told(plain)).toEqual([]);
    }
  });

  test("a few texts that recur among numbers may be labels", () => {
    const cells = over((i) => (i % 3 === 0 ? (["A", "B"][i % 2] ?? "") : String(i % 4)));
    const read = (columns: readonly string[], text?: string[]) => () =>
      readMixedTable(`g\n${columns.join("\n")}\n`, {}, text === undefined ? {} : { text });
    expect(read(cells)).toThrow(
      /; correct or remove these lines, or, if "g" is a category, say so with \{ types: \{"g":"category"\} \}$/,
    );
    expect(read(cells, ["g"])).not.toThrow();
    expect(read(over((i) => (i === 7 ? "1.O" : String(i))))).toThrow(/; correct or remove this line$/);
  });

  test("a currency behind a decimal comma does not hide what is between cells", () => {
    const { table, reading } = readMixedTable(`cost;x\n${over((i) => `${i},50 €;${i},25`).join("\n")}\n`);
    expect([table.columns, reading.delimiter, reading.decimal]).toEqual([["cost", "x"], ";", ","]);
  });

  test("zeros that most rows have are an atom, and a grid has none", () => {
    const { schema, remarks } = inferSchema(
      tableOf({ kind: "number", values: irregular.map((x, i) => (i % 2 === 0 ? 0 : x)) }),
    );
    expect(schema[0]).toHaveProperty("marginal");
    expect(remarks.map((remark) => remarkText(remark))).toEqual([
      'it is made normal by its own distribution, since 50 % of its cells are 0: to leave it as it is, say { marginals: "plain" }',
    ]);
    const grid = inferSchema(
      tableOf({ kind: "number", values: irregular.map((x) => Math.round(10 * x) / 10) }),
    );
    expect(grid).toEqual({ schema: [{ name: "it", kind: "real", decimals: 1 }], remarks: [] });
  });
});

describe("a table of texts and numbers", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => {
    // What reading takes for a number, a gap or no text at all.
    const isPlain = text.trim() !== "" && !/[^\P{Cc}\t\n\r]/u.test(text);
    return isPlain && !/^[\s\d.,+\-−e]*$|^(?:n\/?a|#n\/?a|<na>|[+-]?nan|null|none|nil)$/i.test(text.trim());
  });

  test("is read as it was written, gaps too", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 3, max: 20 })
          .chain((rows) =>
            fc.tuple(texts(word, rows), numbers(fc.double({ noNaN: true, noDefaultInfinity: true }), rows)),
          ),
        fc.constantFrom(",", ";", "\t", " "),
        (cells, delimiter) => {
          const rows = tableOf(cells[0]).rows;
          // A first row without a number is taken for one of titles, unless all that is above it is text.
          fc.pre(cells[1].kind === "number" && !Number.isNaN(cells[1].values[0]));
          const table = { columns: ["text", "number"], rows, cells };
          const written = writeMixedTable(table, { delimiter });
          const reading = { delimiter, decimal: ".", header: true, gaps: "keep" } as const;
          const read = readMixedTable(written, reading, { text: ["text"] }).table;
          expect(read.columns).toEqual(table.columns);
          expect(cellsIn(read)).toEqual(cellsIn(table));
        },
      ),
      runs(300),
    );
  });

  test("leaves rows with gaps out, or is refused for them", () => {
    const text = "a,b\nx,1\n,2\ny,\nx,4\n";
    expect(() => readMixedTable(text)).toThrow(
      'readMixedTable: 2 of 4 rows have gaps (2 cells), in columns 1 (a) and 2 (b): leave them out with { gaps: "drop" }',
    );
    const { table, remarks } = readMixedTable(text, { gaps: "drop" });
    expect(cellsIn(table)).toEqual(["x", "x", 1, 4]);
    expect(remarks.map((remark) => remarkText(remark))).toEqual(["2 of 4 rows left out, for they have gaps"]);
  });

  test.each([
    [
      "a,b\n1,2\n3,x\n4,5\n",
      'readMixedTable: line 3, column 2, b: "x" is not a number; correct or remove this line',
    ],
    ["a,b\n1,2\n3,?\n4,5\n", /if that is a gap, leave its row out with/],
    ['a;b\n"1,234,567";2\n"3,456,789";4\n', /column 1, a, holds numbers with separators between thousands/],
    ["a,b\n,x\n,y\n", /column 1, a, is empty: drop it with/],
  ])("is refused where a column of numbers has other cells: %j", (text, complaint) => {
    expect(() => readMixedTable(text)).toThrow(complaint);
  });
});

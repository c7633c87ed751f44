import { readFileSync } from "node:fs";
import { inferSchema, type MixedTable, readMixedTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";

// Tables of texts, whole numbers and dates, from the file to the samples.

const short = [
  ...["--steps", "20", "--hidden", "8", "--batch", "16", "--levels", "3"],
  ...["--steps-per-level", "3", "--samples", "40"],
];
const sampling = short.slice(-4);

/** Rows of every kind, in no order. */
function birds(rows: number): string {
  const line = (i: number): string => {
    const k = (7919 * (i + 1)) % 1009;
    const kind = ["Köln, Zoo", "007", 'the "wild"'][k % 3] ?? "";
    const cell = /[",]/.test(kind) ? `"${kind.replaceAll('"', '""')}"` : kind;
    const day = `${1 + (k % 28)}.${1 + (k % 12)}.${1960 + (k % 50)}`;
    return [
      cell,
      k - 500,
      (3 + (k % 3) + (k % 7) / 10).toFixed(1),
      day,
      k % 2,
      Math.exp(k / 150).toFixed(3),
    ].join(",");
  };
  return ["home,rings,mass,hatched,male,price", ...Array.from({ length: rows }, (_, i) => line(i)), ""].join(
    "\n",
  );
}

let place: Workplace;
let file: string;
beforeAll(async () => {
  place = makeWorkplace();
  file = place.write("birds.csv", birds(90));
  const { code, stderr } = await scoretape(["train", file, "--out", place.path("m"), ...short]);
  expect([code, stderr.replaceAll(file, "F")]).toEqual([
    0,
    [
      "scoretape: F: home is a category; hatched is a date; rings, male are integer; price is positive",
      "",
    ].join("\n"),
  ]);
});
afterAll(() => place.remove());

function samplesOf(path: string): MixedTable {
  return readMixedTable(readFileSync(path, "utf8")).table;
}

/** Sees that a table is one of birds. */
function expectBirds(table: MixedTable): void {
  expect(table.columns).toEqual(["home", "rings", "mass", "hatched", "male", "price"]);
  const [home, rings, mass, hatched, male, price] = table.cells;
  if (home?.kind !== "text" || hatched?.kind !== "text") throw new Error("texts are no texts");
  expect(["Köln, Zoo", "007", 'the "wild"']).toEqual(expect.arrayContaining([...home.texts]));
  expect(
    inferSchema({ columns: ["d"], rows: table.rows, cells: [hatched] }, { types: { d: "date(D.M.YYYY)" } })
      .schema.length,
  ).toBe(1);
  const numbers = [rings, mass, male, price].map((cells) =>
    cells?.kind === "number" ? [...cells.values] : [],
  );
  const [ofRings = [], ofMass = [], ofMale = [], ofPrice = []] = numbers;
  expect(ofRings.every(Number.isInteger)).toBe(true);
  expect(ofMass.every((x) => Number(x.toFixed(1)) === x)).toBe(true);
  expect(ofMale.every((x) => x === 0 || x === 1)).toBe(true);
  expect(ofPrice.every((x) => x > 0 && Number(x.toFixed(3)) === x)).toBe(true);
}

describe("a table of all kinds", () => {
  test("is sampled in its kinds, in the order of its file", async () => {
    expectBirds(samplesOf(place.path("m", "samples.csv")));
    const out = place.path("more.csv");
    expect((await scoretape(["sample", place.path("m"), "--count", "30", "--out", out])).code).toBe(0);
    const more = samplesOf(out);
    expect(more.rows).toBe(30);
    expectBirds(more);
  });

  test("is told in its kinds", async () => {
    const report = JSON.parse(readFileSync(place.path("m", "report.json"), "utf8"));
    expect(report.data.schema.map(({ kind }: { kind: string }) => kind)).toEqual([
      ...["category", "integer", "real", "date", "integer", "positive"],
    ]);
    const [home, rings, , hatched] = report.table;
    expect(home.shares).toHaveLength(3);
    const total = (of: "samples" | "data"): number =>
      home.shares.reduce((sum: number, share: Record<string, number>) => sum + (share[of] ?? 0), 0);
    expect([total("samples"), total("data")]).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
    expect(rings.quantiles.data.every(Number.isInteger)).toBe(true);
    expect(hatched.quantiles.samples[3]).toMatch(/^\d{1,2}\.\d{1,2}\.\d{4}$/);
    expect(filesIn(place.path("m"))).toContain("scatter-matrix.png");
    const { code, stdout } = await scoretape(["evaluate", place.path("m"), ...sampling]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^home .*Köln, Zoo: .* % \| .* %/m);
    expect(stdout).toMatch(/^hatched +\d+\.\d+\.\d{4} \| \d+\.\d+\.\d{4}/m);
  });

  test("gives the same samples when it is trained again, and goes on with its training", async () => {
    const twice = ["train", file, "--out", place.path("halves")];
    await scoretape([...twice, ...short, "--steps", "20", "--checkpoint-every", "10"]);
    const samples = (folder: string): string => readFileSync(place.path(folder, "samples.csv"), "utf8");
    expect(samples("halves")).toBe(samples("m"));
    const resumed = await scoretape([
      "train",
      "--resume",
      "--out",
      place.path("halves"),
      "--steps",
      "22",
      ...sampling,
    ]);
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    const refused = await scoretape([
      "train",
      "--resume",
      "--out",
      place.path("halves"),
      "--types",
      "male:real",
    ]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^scoretape: --types is for the beginning/),
    ]);
  });

  test("is sampled within ranges of dates", async () => {
    const given = ["--given", "hatched>=5.3.1970,hatched<1.1.1990,home=007"];
    const { code, stdout } = await scoretape(["sample", place.path("m"), ...given, "--count", "20"]);
    const rows = stdout.trimEnd().split("\n").slice(1);
    expect([code, rows.length]).toEqual([0, 20]);
    for (const row of rows) {
      const [home, , , hatched = ""] = row.split(",");
      const [day = 0, month = 0, year = 0] = hatched.split(".").map(Number);
      expect(home).toBe("007");
      expect(Date.UTC(year, month - 1, day)).toBeGreaterThanOrEqual(Date.UTC(1970, 2, 5));
      expect(Date.UTC(year, month - 1, day)).toBeLessThan(Date.UTC(1990, 0, 1));
    }
  });

  test.each([
    ["hatched>soon", "column hatched has dates of the form D.M.YYYY, and soon is none"],
    ["home>007", "< and > are for numbers and dates, and column home has labels; use ="],
    ["hatched>1.1.1990,hatched<1.1.1980", "hatched>1.1.1990 and hatched<1.1.1980 contradict each other"],
    ["hatched=1.1.1990,hatched<1.1.1980", "hatched=1.1.1990 and hatched<1.1.1980 contradict each other"],
  ])("refuses to be sampled given %s", async (given, reason) => {
    const { code, stderr } = await scoretape(["sample", place.path("m"), "--given", given]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  test("is drawn, exported and evaluated on other rows", async () => {
    const small = place.path("small.safetensors");
    expect((await scoretape(["export", place.path("m"), "--out", small])).code).toBe(0);
    const out = place.path("few.csv");
    expect((await scoretape(["sample", small, "--count", "5", "--out", out])).code).toBe(0);
    expectBirds(samplesOf(out));
    expect((await scoretape(["plot", place.path("m"), ...sampling])).code).toBe(0);
    const other = place.write("other.csv", birds(40));
    expect((await scoretape(["evaluate", place.path("m"), other, ...sampling])).code).toBe(0);
    const strange = place.write("strange.csv", birds(40).replace("007", "008"));
    const { code, stderr } = await scoretape(["evaluate", place.path("m"), strange, ...sampling]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^scoretape: .*strange\.csv: row \d+, column home: "008" is none of the column's labels; .*\n$/,
    );
  });
});

describe("what is told of columns", () => {
  const train = (...options: string[]) =>
    scoretape(["train", file, "--out", place.path("told"), "--overwrite", "--dry-run", ...options]);

  test.each([
    ["rings:category,male:category", /columns {3}home, rings, male are categories; hatched is a date/],
    ["rings:real,male:real,price:real", /columns {3}home is a category; hatched is a date\n/],
    ["mass:bounded(0,10)", /mass is bounded/],
  ])("holds: %s", async (types, outline) => {
    const { code, stdout } = await train("--types", types);
    expect(code).toBe(0);
    expect(stdout).toMatch(outline);
  });

  test.each([
    [
      "home:integer",
      /birds\.csv: row 1, column home: ".*" is text, and the column is told to be integer: take it for labels with --types home:category\n$/,
    ],
    [
      "rings:positive",
      /column rings: -?\d+ is not above 0, and the column is told to be positive: correct it, or take it for any number with --types rings:real\n$/,
    ],
    ["mass:bounded(0,4)", /column mass: [\d.]+ is not from 0 to 4, .* widen the bounds\n$/],
    ["mass:integer", /column mass: [\d.]+ is no whole number/],
    [
      "weight:integer",
      /there is no column weight to be integer; the columns are home, rings, mass, hatched, male, price|and price\n$/,
    ],
    [
      "mass:number",
      /--types: column "mass" is told to be "number"; the kinds are real, positive, bounded, integer, category, date\n$/,
    ],
    ["mass:bounded(4,0)", /bounds are those of bounded\(low, high\), low below high\n$/],
    ["home:date", /column home: ".*" is no date of a form that all have/],
    [
      "mass",
      /^scoretape: --types is "mass"; give columns and their kinds, such as year:integer,sex:category\n$/,
    ],
  ])("is refused in one line where it is not so: %s", async (types, complaint) => {
    const { code, stdout, stderr } = await train("--types", types);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(complaint);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  test("is needed of names", async () => {
    const names = place.write(
      "names.csv",
      ["who,x", ...Array.from({ length: 30 }, (_, i) => `n${i},${i / 7}`), ""].join("\n"),
    );
    const { code, stderr } = await scoretape(["train", names, "--out", place.path("names"), "--dry-run"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /names\.csv: who \(30 kinds in 30 rows\) is text: drop it with --drop who, or, if it is a category, say so with --types who:category\n$/,
    );
  });

  test("is for tables", async () => {
    const set = await scoretape(["train", "moons", "--types", "x:positive", "--out", place.path("set")]);
    expect([set.code, set.stderr]).toEqual([
      2,
      expect.stringMatching(/--types x:positive: that is for files/),
    ]);
  });
});

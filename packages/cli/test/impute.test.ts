import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normals } from "./pictures.ts";
import { type Outcome, scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const section = readme.slice(readme.indexOf("## Gaps and conditions"), readme.indexOf("## Experiments"));
const [, table = "", summary = ""] = /```\n([^`]*)```[\s\S]*?```\n([^`]*)```/.exec(section) ?? [];

let place: Workplace;
beforeAll(async () => {
  place = makeWorkplace();
  const [train] = /(?<=`scoretape )train [^`]*/.exec(section) ?? [""];
  const { code, stderr } = await scoretape(train.replace("geyser", place.path("geyser")).split(" "));
  expect([code, stderr.includes("error")], stderr).toEqual([0, false]);
  const normal = normals(3);
  const rows = Array.from({ length: 400 }, () => {
    const [a, own] = [normal(), normal()];
    return `${10 + a},${0.9 * a + Math.sqrt(0.19) * own}`;
  });
  const csv = place.write("pair.csv", ["a <b,b=", ...rows, ""].join("\n"));
  await scoretape(["train", csv, "--steps", "100", "--hidden", "16", "--out", place.path("pair")]);
});
afterAll(() => place.remove());

const impute = (model: string, text: string, ...flags: string[]): Promise<Outcome> =>
  scoretape(["impute", place.path(model), place.write("gaps.csv", text), ...flags]);
const sample = (model: string, given: string, ...flags: string[]): Promise<Outcome> =>
  scoretape(["sample", place.path(model), "--given", given, ...flags]);

describe("impute", () => {
  test("does what the page says", async () => {
    const { code, stdout, stderr } = await impute("geyser", table, "--summary");
    expect([code, stderr, stdout]).toEqual([0, "", summary]);
  });

  test("writes a completed table for each draw, in the form of the file", async () => {
    const text = "waiting;eruptions\n80;\n;1,9\n55;2\n";
    const { code, stdout } = await impute("geyser", text, "--draws", "3");
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(lines[0]).toBe("draw;waiting;eruptions");
    expect(lines).toHaveLength(10);
    [1, 2, 3].forEach((draw, i) => {
      const [first, second, third] = lines.slice(1 + 3 * i, 4 + 3 * i);
      expect(first).toMatch(new RegExp(`^${draw};80;[345],\\d+$`));
      expect(second).toMatch(new RegExp(`^${draw};[456]\\d,\\d+;1,9$`));
      expect(third).toBe(`${draw};55;2`);
    });
    expect(new Set(lines.map((line) => line.replace(/^\d;/, ""))).size).toBe(8);
  });

  test("of known relations has intervals where these are, wider ones for larger shares", async () => {
    const text = `b=,a <b\n,${10 + 1}\n,${10 - 1}\n`;
    const widths = ["0.5", "0.9"].map(async (interval) => {
      const { stdout } = await impute("pair", text, "--summary", "--interval", interval, "--draws", "400");
      const [head, ...rows] = stdout.trimEnd().split("\n");
      expect(head).toBe("b=,a <b,b=_low,b=_high");
      const [first = [], second = []] = rows.map((row) => row.split(",").map(Number));
      // Of 360 rows the slope has a standard error of 0.023, the mean of the draws one of 0.022.
      expect(Math.abs((first[0] ?? 0) - 0.9)).toBeLessThan(0.15);
      expect(Math.abs((second[0] ?? 0) + 0.9)).toBeLessThan(0.15);
      return (first[3] ?? 0) - (first[2] ?? 0);
    });
    const [half = 0, most = 0] = await Promise.all(widths);
    // 2·0.6745·√0.19 and 2·1.645·√0.19
    expect(Math.abs(half - 0.588)).toBeLessThan(0.15);
    expect(Math.abs(most - 1.434)).toBeLessThan(0.25);
  });

  test("the same seed has the same draws, another one others", async () => {
    const text = "waiting,eruptions\n80,\n";
    const [a, b, c] = [
      await impute("geyser", text),
      await impute("geyser", text, "--seed", "0"),
      await impute("geyser", text, "--seed", "1"),
    ];
    expect(a.stdout).toBe(b.stdout);
    expect(a.stdout).not.toBe(c.stdout);
  });

  test.each([
    ["waiting,eruptions\n80,2\n60,3\n", "has no gaps"],
    ["waiting,length\n80,\n60,3\n", "has the column length, which the model does not know"],
    ["waiting\n80\n\n60\n", "has no column eruptions, which the model has"],
    ["waiting,eruptions\n80,\n60,long\n", "eruptions"],
    [
      "waiting,eruptions\n80,\n1e300,\n",
      "row 2, column waiting, is 7.3e+298 standard deviations from the mean",
    ],
  ])("refuses %j in one line", async (text, reason) => {
    const out = place.path("refused.csv");
    const { code, stdout, stderr } = await impute("geyser", text, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^scoretape: [^\n]*\n$/);
    expect(stderr).toContain(reason);
    expect(() => readFileSync(out)).toThrow();
  });
});

describe("sample --given", () => {
  test("keeps what is equal, and has the rest as it goes with that", async () => {
    const { code, stdout } = await sample("geyser", "waiting=80", "--count", "200");
    const rows = stdout.trimEnd().split("\n").slice(1);
    expect([code, rows.length]).toEqual([0, 200]);
    const eruptions = rows.map((row) => {
      expect(row).toMatch(/,80$/);
      return Number.parseFloat(row);
    });
    const mean = eruptions.reduce((total, x) => total + x, 0) / 200;
    // Of 272 eruptions those after 78 to 82 minutes last 4.3 on average.
    expect(Math.abs(mean - 4.3)).toBeLessThan(0.2);
  });

  test("takes those in ranges, and tells their share", async () => {
    const { code, stdout, stderr } = await sample("geyser", "waiting>=60, waiting<70", "--count", "50");
    const waiting = stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((row) => Number(row.split(",")[1]));
    expect([code, waiting.length]).toEqual([0, 50]);
    expect(waiting.every((x) => x >= 60 && x < 70)).toBe(true);
    expect(stderr).toMatch(/^scoretape: \d+ of \d+ draws are in the ranges, [\d.]+ %\n$/);
  });

  test("tells of what is equal beyond all data", async () => {
    const { code, stderr } = await sample("geyser", "waiting=300", "--count", "1");
    // Of 272 eruptions the mean is 70.9 and the standard deviation 13.6.
    expect([code, stderr]).toEqual([
      0,
      "scoretape: --given: waiting is 17 standard deviations from the mean of the data: nothing was learned there\n",
    ]);
  });

  test("finds columns whose names hold signs", async () => {
    const { code, stdout } = await sample("pair", "b==1,a <b<10.5", "--count", "5");
    expect(code).toBe(0);
    for (const row of stdout.trimEnd().split("\n").slice(1)) {
      const [a = 0, b] = row.split(",").map(Number);
      expect(b).toBe(1);
      expect(a).toBeLessThan(10.5);
    }
  });

  test.each([
    ["eruptions>4,eruptions<3", "--given eruptions>4 and eruptions<3 contradict each other"],
    ["eruptions>4,eruptions<=4", "contradict each other"],
    ["waiting=80,waiting=81", "--given waiting=80 and waiting=81 contradict each other"],
    ["waiting=80,waiting>90", "contradict each other"],
    ["waitng=80", 'the model has no column waitng; did you mean "waiting"?'],
    ["waiting=long", "column waiting has numbers, and long is none"],
    ["waiting", "--given waiting is no condition"],
    ["waiting>", "nothing stands after the >"],
    ["waiting>300", "which is too rare to draw from"],
    ["waiting=-1e300", "waiting is 7.3e+298 standard deviations from the mean of the data, of which nothing"],
  ])("refuses %s in one line", async (given, reason) => {
    const { code, stdout, stderr } = await sample("geyser", given, "--count", "5");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^scoretape: [^\n]*\n$/);
    expect(stderr).toContain(reason);
  });

  test("refuses what is for samples of the whole distribution", async () => {
    const { code, stderr } = await sample("geyser", "waiting=80", "--step-size", "0.1");
    expect([code, stderr]).toEqual([
      2,
      "scoretape: --step-size is for samples of the whole distribution; leave it out, or --given, whose draws are made in another way\n",
    ]);
  });
});

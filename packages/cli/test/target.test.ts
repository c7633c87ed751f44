import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

let place: Workplace;
let homes: string;
let model: string;
const short = ["--steps", "30", "--hidden", "8", "--batch", "16"];
beforeAll(async () => {
  place = makeWorkplace();
  // Without a pattern in the rows; the price follows the area.
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [area, rooms, noise] = [30 + ((i * 37) % 101), 1 + ((i * 53) % 7), ((i * 71) % 113) / 113 - 0.5];
    return `${area},${rooms},${(2 * area + 10 * rooms + 20 * noise).toFixed(2)}`;
  });
  homes = place.write("homes.csv", `area,rooms,price\n${rows.join("\n")}\n`);
  model = place.path("model");
  const { code, stdout, stderr } = await scoretape([
    "train",
    homes,
    "--target",
    "price",
    "--out",
    model,
    ...short,
  ]);
  if (code !== 0) throw new Error(stderr);
  expect(stdout).toMatch(/log p\(target \| given\), nats a row/);
  expect(stdout).toMatch(/price in its 90 % intervals/);
});
afterAll(() => place.remove());

describe("a model of a target", () => {
  test("tells in its report how it covers rows that it has not seen, beside the linear regression", () => {
    const { settings, target } = JSON.parse(readFileSync(`${model}/report.json`, "utf8"));
    expect([settings.target, settings.given]).toEqual([["price"], ["area", "rooms"]]);
    expect(target.rows).toBe(20);
    expect(target.coverage[0].intervals.map(({ interval }: { interval: number }) => interval)).toEqual([
      0.9, 0.5,
    ]);
    expect(Number.isFinite(target.logScore.regression.value)).toBe(true);
  });

  test("draws the target given the rest, by the names of the columns", async () => {
    const argv = ["sample", model, "--given", "rooms=3,area=80", "--count", "200"];
    const { code, stdout } = await scoretape(argv);
    expect(code).toBe(0);
    const [header, ...lines] = stdout.trim().split("\n");
    expect(header).toBe("area,rooms,price");
    const rows = lines.map((line) => line.split(",").map(Number));
    expect(rows.map(([area, rooms]) => [area, rooms])).toEqual(rows.map(() => [80, 3]));
    const mean = rows.reduce((sum, [, , price = 0]) => sum + price / 200, 0);
    // 190 and a uniform noise of deviation 20/√12.
    expect(Math.abs(mean - 190)).toBeLessThan(5);
    expect((await scoretape(argv)).stdout).toBe(stdout);
  });

  test("is one to evaluate, plot, export and --resume", async () => {
    const exported = place.path("exported.safetensors");
    for (const argv of [
      ["evaluate", model],
      ["evaluate", model, homes],
      ["plot", model],
      ["export", model, "--out", exported],
      ["sample", exported, "--given", "area=50,rooms=2", "--count", "2"],
      ["train", "--resume", "--out", model, "--steps", "40"],
    ]) {
      expect([argv, (await scoretape(argv)).code]).toEqual([argv, 0]);
    }
  });

  test("is given labels and whole numbers as a table has them", async () => {
    const cities = ["Bonn", "Rome", "Oslo"];
    const lines = Array.from({ length: 90 }, (_, i) => {
      const [city, floor] = [cities[(i * 7) % 3] ?? "", (i * 11) % 5];
      return `${city},${floor},${(100 + 20 * ((i * 7) % 3) + floor + ((i * 37) % 89) / 89).toFixed(2)}`;
    });
    const file = place.write("flats.csv", `city,floor,rent\n${lines.join("\n")}\n`);
    const out = place.path("flats");
    const trained = await scoretape(["train", file, "--target", "rent", "--out", out, ...short]);
    expect(trained).toMatchObject({ code: 0 });
    const { code, stdout } = await scoretape([
      "sample",
      out,
      "--given",
      "city=Rome,floor=2",
      "--count",
      "30",
    ]);
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    expect(rows).toHaveLength(30);
    expect(rows.map(([city, floor]) => [city, floor])).toEqual(rows.map(() => ["Rome", "2"]));
    for (const [, , rent] of rows) expect(Number(rent)).toBeGreaterThan(50);
    const strange = await scoretape(["sample", out, "--given", "city=Paris,floor=2"]);
    expect([strange.code, strange.stdout]).toEqual([2, ""]);
    expect(strange.stderr).toMatch(/^scoretape: --given: [^\n]*Paris[^\n]*\n$/);
  });

  test.each([
    [["sample", "MODEL"], /is a model of price given area, rooms; say --given area=1,rooms=1$/],
    [["sample", "MODEL", "--given", "rooms=3"], /--given says nothing of area; .* needs area=1,rooms=1$/],
    [["sample", "MODEL", "--given", "size=3"], /--given has "size=3";/],
    [
      ["sample", "MODEL", "--given", "area=big,rooms=1"],
      /--given has "area=big", which is no number; write area=1$/,
    ],
    [["sample", "MODEL", "--given", "area=1,area=2,rooms=1"], /--given has area twice; say it once$/],
    [["lab", "audit", "MODEL", "--out", "LAB"], /audit is for models of all columns/],
    [
      ["train", "DATA", "--target", "cost", "--out", "NEW"],
      /target "cost" is no column; the columns are area, rooms, price$/,
    ],
    [["train", "DATA", "--target", "price", "--given", "size", "--out", "NEW"], /given "size" is no column/],
    [
      ["train", "DATA", "--target", "price", "--given", "price", "--out", "NEW"],
      /"price" is target and given/,
    ],
    [["train", "DATA", "--target", "area,rooms,price", "--out", "NEW"], /all columns are target/],
    [["train", "DATA", "--given", "area", "--out", "NEW"], /given is for a target/],
    [
      ["train", "--resume", "--out", "MODEL", "--target", "area"],
      /--target is \["area"\], but the training to resume has/,
    ],
  ])("%j ends with one line", async (words, message) => {
    const places: Readonly<Record<string, string>> = {
      MODEL: model,
      DATA: homes,
      NEW: place.path("new"),
      LAB: place.path("lab"),
    };
    const { code, stdout, stderr } = await scoretape(words.map((word) => places[word] ?? word));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
    expect(stderr.trim()).toMatch(message);
  });
});

import { readFileSync } from "node:fs";
import { loadModel } from "@scoretape/score/model";
import { readMixedTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";

const short = [
  ...["--steps", "20", "--hidden", "8", "--batch", "16", "--levels", "3"],
  ...["--steps-per-level", "3", "--samples", "40"],
];

/** Rows of which every one has a gap, now here, now there, as `NA`, `?` or nothing. */
function holed(rows: number): string {
  const line = (i: number): string => {
    const k = (7919 * (i + 1)) % 1009;
    const cells = [k % 3 === 0 ? "red" : "blue", `${k % 7}`, `${(k / 100).toFixed(2)}`, `${k % 11}.5`];
    cells[i % 4] = ["", "NA", "?"][i % 3] ?? "";
    return cells.join(",");
  };
  return ["colour,rings,mass,height", ...Array.from({ length: rows }, (_, i) => line(i)), ""].join("\n");
}

let place: Workplace;
let file: string;
beforeAll(() => {
  place = makeWorkplace();
  file = place.write("holed.csv", holed(96));
});
afterAll(() => place.remove());

describe("rows with gaps", () => {
  test("are learned from, and told; samples have none, evaluate and plot work on them", async () => {
    const out = place.path("m");
    const { code, stderr, stdout } = await scoretape([
      "train",
      file,
      "--missing",
      "?",
      "--out",
      out,
      ...short,
    ]);
    expect([code, stderr.replaceAll(file, "F")]).toEqual([
      0,
      "scoretape: F: colour is a category; rings is integer\n" +
        "scoretape: F: cells are gaps, 25 % of colour, 25 % of rings, 25 % of mass and 25 % of height: " +
        "they count as unknown; --gaps drop leaves their rows out\n",
    ]);
    expect(stdout).toContain("20 test rows");
    const samples = readFileSync(place.path("m/samples.csv"), "utf8");
    expect(readMixedTable(samples).table.rows).toBe(40);
    const report = JSON.parse(readFileSync(place.path("m/report.json"), "utf8"));
    expect(report.data.gaps).toEqual([0.25, 0.25, 0.25, 0.25]);
    const saved = loadModel(readFileSync(place.path("m/model.safetensors")));
    expect([saved.filling?.round, saved.filling?.cells.size]).toEqual([4, 96]);
    for (const verb of [
      ["evaluate", out],
      ["evaluate", out, file],
      ["plot", out],
    ]) {
      const again = await scoretape([...verb, "--samples", "40", "--steps-per-level", "3"]);
      expect([again.code, again.stderr.split("\n").length]).toEqual([0, 2]);
    }
    // Among rows that the training has not seen, which have gaps too.
    const rows = place.write("rows.csv", "colour,rings,mass,height\nred,3,4.5,2.5\nblue,6,9.1,10.5\n");
    const ranked = await scoretape(["rank", out, rows]);
    expect([ranked.code, ranked.stderr]).toEqual([0, ""]);
    expect(ranked.stdout).toMatch(/^row,log_density,percentile,/);
  });

  test("stopped and resumed, the training ends at the same bits", async () => {
    const all = ["--missing", "?", ...short];
    const part = await scoretape([
      "train",
      file,
      ...all,
      "--out",
      place.path("part"),
      "--steps",
      "20",
      "--checkpoint-every",
      "5",
    ]);
    expect(part.code).toBe(0);
    const more = await scoretape([
      "train",
      "--resume",
      "--out",
      place.path("part"),
      "--steps",
      "24",
      ...short.slice(-4),
    ]);
    expect([more.code, more.stdout]).toEqual([0, expect.stringContaining("24 steps from step 20")]);
  });

  test.each([
    ["--gaps", "refuse", /96 of 96 rows have gaps \(96 cells\), in columns 1 \(colour\), 2 \(rings\)/],
    ["--gaps", "drop", /no row is left; drop the emptiest column with --drop colour/],
    [
      "--refit",
      "",
      /--refit trains on rows without gaps, and .*holed\.csv has gaps; leave these rows out with --gaps drop/,
    ],
    ["--target", "mass", /--target learns from rows without gaps/],
  ])("%s %s is refused in one line", async (flag, value, message) => {
    const before = filesIn(place.path("."));
    const words = value === "" ? [flag] : [flag, value];
    const { code, stdout, stderr } = await scoretape([
      "train",
      file,
      "--missing",
      "?",
      ...words,
      "--out",
      place.path("no"),
      ...short,
    ]);
    expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
    expect(stderr).toMatch(message);
    expect(filesIn(place.path("."))).toEqual(before);
  });

  test("a column with one number, or none, is named", async () => {
    const one = place.write("one.csv", "a,b,c\n1,,2\n2,,3\n3,5,5\n4,,7\n");
    const none = place.write("none.csv", "a,b,c\n1,,2\n2,,3\n3,,5\n4,,7\n");
    for (const [path, message] of [
      [one, /column 2.*b/],
      [none, /column 2, b/],
    ] as const) {
      const { code, stdout, stderr } = await scoretape(["train", path, "--out", place.path("no"), ...short]);
      expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
      expect(stderr).toMatch(message);
    }
  });
});

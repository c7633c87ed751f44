import { existsSync, readFileSync, renameSync } from "node:fs";
import { tensor } from "@scoretape/autograd";
import { logDensity } from "@scoretape/score/model";
import { readMixedTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../src/model/store.ts";
import { percentileIn } from "../src/ranking/ranked.ts";
import { normals } from "./pictures.ts";
import { type Outcome, scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

/** Rows of three related columns, of which some are changed. */
function csv(rows: number, seed: number, changed: Readonly<Record<number, string>> = {}): string {
  const normal = normals(seed);
  const lines = Array.from({ length: rows }, (_, row) => {
    const [a, b, c] = [normal(), normal(), normal()];
    const line = [170 + 10 * a, 70 + 9 * a + 3 * b, 40 + 4 * a + 2 * c].map((x) => x.toFixed(2)).join(",");
    return changed[row] ?? line;
  });
  return ["height,mass,foot", ...lines, ""].join("\n");
}

let place: Workplace;
let data: string;
beforeAll(async () => {
  place = makeWorkplace();
  data = place.write("people.csv", csv(400, 1));
  // So little is learned that the model is the normal distribution of the rows.
  const little = ["--steps", "1", "--learning-rate", "1e-12", "--hidden", "8", "--samples", "20"];
  const { code, stderr } = await scoretape(["train", data, "--out", place.path("model"), ...little]);
  if (code !== 0) throw new Error(stderr);
}, 60_000);
afterAll(() => place.remove());

const rank = (text: string, ...flags: string[]): Promise<Outcome> =>
  scoretape(["rank", place.path("model"), place.write("rows.csv", text), ...flags]);

function tableOf({ stdout }: Outcome): readonly Readonly<Record<string, string>>[] {
  const [header = "", ...lines] = stdout.trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, j) => [names[j] ?? "", cell])));
}

describe("rank", () => {
  test("puts planted rows first, and blames the cell that does not fit", async () => {
    const text = csv(30, 2, { 4: "170,110,40", 11: "300,190,92", 20: "171,71,65" });
    const outcome = await rank(text);
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    const rows = tableOf(outcome);
    expect(rows).toHaveLength(30);
    expect(Object.keys(rows[0] ?? {})).toEqual([
      ...["row", "log_density", "percentile", "blame", "gain", "best"],
      ...["height", "mass", "foot"],
    ]);
    expect(
      rows
        .slice(0, 3)
        .map(({ row }) => row)
        .sort(),
    ).toEqual(["12", "21", "5"]);
    const byRow = new Map(rows.map((row) => [row.row, row]));
    expect(byRow.get("5")?.blame?.split("; ")[0]).toBe("mass");
    expect(Math.abs(Number(byRow.get("5")?.best?.split("; ")[0]) - 70)).toBeLessThan(4);
    expect(byRow.get("21")?.blame?.split("; ")[0]).toBe("foot");
    expect(byRow.get("5")?.percentile).toBe("0");
    const logs = rows.map((row) => Number(row.log_density));
    expect(logs).toEqual(logs.toSorted((a, b) => a - b));
  });

  test("numbers rows as the file does, rows with gaps left out or not", async () => {
    const text = csv(12, 2, { 1: "170,,40", 4: "170,110,40" });
    const rows = tableOf(await rank(text, "--gaps", "drop"));
    expect(rows.map(({ row }) => Number(row)).toSorted((a, b) => a - b)).toEqual([
      1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    expect([rows[0]?.row, rows[0]?.mass]).toEqual(["5", "110"]);
  });

  test.each([["rank"], ["denoise"], ["evaluate"]])(
    "a cell that %s can compute nothing of is named in one line",
    async (verb) => {
      const rows = place.write("far.csv", csv(12, 2, { 1: "170,,40", 4: "170,1e300,40" }));
      const flags = verb === "evaluate" ? [] : ["--gaps", "drop"];
      const { code, stdout, stderr } = await scoretape([verb, place.path("model"), rows, ...flags]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(
        /^scoretape: \S+far\.csv: row 5, column mass, is 1e\+299 standard deviations from the mean of the model's data, [^\n]*\n$/,
      );
    },
  );

  test("log_density is that of the library, in the data's own units", async () => {
    const text = csv(5, 3);
    const rows = tableOf(await rank(text, "--blame", "0"));
    const { table } = readMixedTable(text);
    const values = Float64Array.from(
      Array.from({ length: 15 }, (_, i) => {
        const cells = table.cells[i % 3];
        return cells?.kind === "number" ? (cells.values[Math.floor(i / 3)] ?? 0) : Number.NaN;
      }),
    );
    const expected = logDensity(openModel(place.path("model")).model, tensor(values, { shape: [5, 3] })).data;
    for (const row of rows) {
      expect(Math.abs(Number(row.log_density) - (expected[Number(row.row) - 1] ?? 0))).toBeLessThan(0.001);
      expect(row.blame).toBe("");
    }
  });

  test("percentiles are uniform for rows of the data's own distribution", async () => {
    const rows = tableOf(await rank(csv(300, 5), "--blame", "0"));
    const mean = rows.reduce((sum, row) => sum + Number(row.percentile), 0) / 300;
    // 40 held-out rows, and 300 new ones: 100·√(1/12·(1/40 + 1/300)) is 4.9.
    expect(Math.abs(mean - 50)).toBeLessThan(4 * 4.9);
  });

  test("takes columns by name, passes others over, and a row alone", async () => {
    const { code, stdout, stderr } = await rank("id,foot,mass,height\n7,40,70,170\n");
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/: passed over id, which the model does not have\n$/),
    ]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(tableOf({ code, stdout, stderr })[0]).toMatchObject({ row: "1", height: "170", mass: "70" });
  });

  test("without the data there are no percentiles, which is told", async () => {
    renameSync(data, `${data}.away`);
    try {
      const { code, stdout, stderr } = await rank(csv(4, 3), "--blame", "1");
      expect(code).toBe(0);
      expect(stderr).toMatch(/^scoretape: no rows of the data [^\n]* no percentiles\n$/);
      expect(tableOf({ code, stdout, stderr }).map((row) => row.percentile)).toEqual(["", "", "", ""]);
    } finally {
      renameSync(`${data}.away`, data);
    }
  });

  test.each<[string, string, RegExp]>([
    [
      "a missing column",
      "height,mas,foot\n1,2,3\n",
      /has no column mass, which the model has; did you mean "mas"\? its columns are height, mas, foot\n$/,
    ],
    [
      "text",
      "height,mass,foot\n1,two,3\n2,three,4\n",
      /column mass is text \("\w+"\), and is to hold numbers\n$/,
    ],
    ["no rows", "height,mass,foot\n", /has 0 rows; at least 1 is needed\n$/],
  ])("%s is told in one line, and nothing is written", async (_, text, message) => {
    const out = place.path("ranked.csv");
    const { code, stdout, stderr } = await rank(text, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(existsSync(out)).toBe(false);
  });

  test("refuses rows with gaps where that is said", async () => {
    const { code, stdout, stderr } = await rank("height,mass,foot\n1,2,3\n1,,3\n", "--gaps", "refuse");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^[^\n]*row 2 has a gap in column mass[^\n]* with --gaps drop\n$/);
  });

  test("the page's example runs", async () => {
    const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [line = ""] = /^scoretape rank .*$/m.exec(page) ?? [];
    place.write("new.csv", csv(3, 6));
    const words = line
      .split(" ")
      .slice(1)
      .map((word) =>
        /^out\/people$/.test(word) ? place.path("model") : /\.csv$/.test(word) ? place.path(word) : word,
      );
    const { code } = await scoretape(words);
    expect(code).toBe(0);
    expect(existsSync(place.path("ranked.csv"))).toBe(true);
  });
});

test("a percentile is the share of held-out rows below, ties counted half", () => {
  const sorted = Float64Array.of(1, 2, 2, 3);
  expect([0, 1, 2, 2.5, 4].map((value) => percentileIn(sorted, value))).toEqual([0, 12.5, 50, 75, 100]);
});

describe("rows of labels, whole numbers and dates", () => {
  let model: string;
  beforeAll(async () => {
    const normal = normals(3);
    const lines = Array.from({ length: 300 }, () => {
      const z = normal();
      const day = new Date(Date.UTC(2024, 5, 15 + Math.round(10 * z))).toISOString().slice(0, 10);
      return [
        z > 0.3 ? "high" : "low",
        Math.round(20 + 5 * z + normal()),
        day,
        (z + 0.1 * normal()).toFixed(3),
      ].join(",");
    });
    const file = place.write("visits.csv", ["level,count,day,size", ...lines, ""].join("\n"));
    model = place.path("visits");
    const little = ["--steps", "1", "--learning-rate", "1e-12", "--hidden", "8", "--samples", "20"];
    const { code, stderr } = await scoretape(["train", file, "--out", model, ...little]);
    if (code !== 0) throw new Error(stderr);
  }, 60_000);

  const rankVisits = (text: string, ...flags: string[]): Promise<Outcome> =>
    scoretape(["rank", model, place.write("rows.csv", text), ...flags]);

  test("are ranked, and the cell that does not fit is blamed with what is likeliest there", async () => {
    const usual = "level,count,day,size\nhigh,25,2024-06-25,1.0\nlow,15,2024-06-05,-1.0\n";
    const { code, stdout, stderr } = await rankVisits(
      `${usual}high,25,2024-05-16,1.0\nlow,25,2024-06-25,1.0\n`,
    );
    expect(code).toBe(0);
    const rows = tableOf({ code, stdout, stderr });
    expect(rows.slice(0, 2).map(({ row }) => row)).toContain("3");
    const odd = rows.find(({ row }) => row === "3");
    expect(odd?.blame?.split("; ")[0]).toBe("day");
    expect(odd?.best?.split("; ")[0]).toMatch(/^2024-06-(?:1\d|2\d|30)$/);
    expect(odd).toMatchObject({ level: "high", count: "25", day: "2024-05-16" });
  });

  test("are ranked with gaps, of which none is blamed", async () => {
    const rows = tableOf(
      await rankVisits("level,count,day,size\nhigh,25,2024-05-16,\n,15,2024-06-05,-1.0\n"),
    );
    expect(rows.map(({ row }) => row)).toEqual(["1", "2"]);
    expect(rows[0]?.blame?.split("; ")[0]).toBe("day");
    expect(rows[0]?.best?.split("; ")[0]).toMatch(/^2024-06-(?:1\d|2\d|30)$/);
    expect(rows[0]).toMatchObject({ level: "high", count: "25", size: "" });
    expect(rows[1]).toMatchObject({ level: "", blame: "" });
  });

  test("with a label that the model does not know are refused in one line", async () => {
    const { code, stdout, stderr } = await rankVisits("level,count,day,size\nmiddle,25,2024-06-25,1.0\n");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^scoretape: \S+rows\.csv: row 1, column level: "middle" is none of [^\n]*\n$/);
  });

  test("have no noise to take away", async () => {
    const rows = place.write("rows.csv", "level,count,day,size\nhigh,25,2024-06-25,1.0\n");
    const { code, stderr } = await scoretape(["denoise", model, rows]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scoretape: column level of the model is category, and noise [^\n]*\n$/);
  });
});

describe("denoise of rows", () => {
  const denoise = (text: string, ...flags: string[]): Promise<Outcome> =>
    scoretape(["denoise", place.path("model"), place.write("noisy.csv", text), ...flags]);

  /** The posterior mean and deviation of a normal model: μ + Λ(Λ + σ²)⁻¹(y − μ) along its axes. */
  function exact(row: readonly number[], sigma: number): { mean: number[]; deviation: number[] } {
    const { moments, standardization: units } = openModel(place.path("model")).model.description;
    if (moments === undefined) throw new Error("no moments");
    const at = (i: number, k: number): number => moments.axes.data[3 * i + k] ?? 0;
    const y = row.map(
      (x, j) => (x - (units.mean[j] ?? 0)) / (units.deviation[j] ?? 1) - (moments.mean.data[j] ?? 0),
    );
    const variances = [0, 1, 2].map((k) => (moments.deviation.data[k] ?? 0) ** 2);
    const kept = variances.map((variance) => variance / (variance + sigma ** 2));
    const along = [0, 1, 2].map(
      (k) => y.reduce((sum, value, j) => sum + at(j, k) * value, 0) * (kept[k] ?? 0),
    );
    return {
      mean: [0, 1, 2].map((j) => {
        const z = (moments.mean.data[j] ?? 0) + along.reduce((sum, value, k) => sum + at(j, k) * value, 0);
        return (units.mean[j] ?? 0) + (units.deviation[j] ?? 1) * z;
      }),
      deviation: [0, 1, 2].map((j) => {
        const variance = kept.reduce((sum, share, k) => sum + at(j, k) ** 2 * share * sigma ** 2, 0);
        return (units.deviation[j] ?? 1) * Math.sqrt(variance);
      }),
    };
  }

  test("gives the mean and the deviation of what each row may have been", async () => {
    const outcome = await denoise("height,mass,foot\n185,60,45\n150,64,30\n", "--sigma", "0.7");
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    const rows = tableOf(outcome);
    expect(Object.keys(rows[0] ?? {})).toEqual(["height", "height_sd", "mass", "mass_sd", "foot", "foot_sd"]);
    for (const [i, row] of [
      [185, 60, 45],
      [150, 64, 30],
    ].entries()) {
      const { mean, deviation } = exact(row, 0.7);
      ["height", "mass", "foot"].forEach((name, j) => {
        expect(Math.abs(Number(rows[i]?.[name]) - (mean[j] ?? 0))).toBeLessThan(0.002);
        expect(Number(rows[i]?.[`${name}_sd`]) / (deviation[j] ?? 1)).toBeCloseTo(1, 3);
      });
    }
  });

  test("a deviation has a name that no column has", async () => {
    const named = (text: string): string => text.replace("height,mass,foot", "mass,mass_sd,foot");
    const little = ["--steps", "1", "--hidden", "8", "--samples", "20"];
    await scoretape([
      "train",
      place.write("sd.csv", named(csv(60, 1))),
      "--out",
      place.path("sd"),
      ...little,
    ]);
    const { stdout } = await scoretape([
      "denoise",
      place.path("sd"),
      place.write("sd.csv", named(csv(2, 2))),
    ]);
    expect(stdout.split("\n")[0]).toBe("mass,mass_sd_,mass_sd,mass_sd_sd,foot,foot_sd");
  });

  test("takes the noise of each row from a column", async () => {
    const rows = "185,60,45\n150,64,30\n".trimEnd().split("\n");
    const text = `height,mass,foot,s\n${rows[0]},0.3\n${rows[1]},1\n`;
    const both = tableOf(await denoise(text, "--sigma-column", "s"));
    const alone = await Promise.all(
      ["0.3", "1"].map((sigma) => denoise(`height,mass,foot\n${rows.join("\n")}\n`, "--sigma", sigma)),
    );
    expect(both).toEqual([tableOf(alone[0] as Outcome)[0], tableOf(alone[1] as Outcome)[1]]);
  });

  test.each<[string, string, readonly string[], RegExp]>([
    [
      "too little noise",
      "height,mass,foot\n1,2,3\n",
      ["--sigma", "1e-5"],
      /--sigma is 0\.00001; the model learned to take away noise from 0\.\d+ to \d+/,
    ],
    [
      "no such column",
      "height,mass,foot\n1,2,3\n",
      ["--sigma-column", "s"],
      /has no column s; its columns are height, mass, foot\n$/,
    ],
    [
      "no noise in a row",
      "height,mass,foot,s\n1,2,3,1\n1,2,3,0\n",
      ["--sigma-column", "s"],
      /row 2, column s, is 0; the model learned/,
    ],
    [
      "both",
      "height,mass,foot,s\n1,2,3,1\n",
      ["--sigma-column", "s", "--sigma", "1"],
      /--sigma and --sigma-column both say/,
    ],
    [
      "a flag of images",
      "height,mass,foot\n1,2,3\n",
      ["--resize", "8"],
      /--resize is for images, and \S+ is a model of rows/,
    ],
    ["a gap", "height,mass,foot\n1,2,3\n1,,3\n", [], /row 2 has a gap in column mass/],
  ])("%s is told in one line, and nothing is written", async (_, text, flags, message) => {
    const out = place.path("clean.csv");
    const { code, stdout, stderr } = await denoise(text, ...flags, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(existsSync(out)).toBe(false);
  });

  test("the page's example runs", async () => {
    const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [line = ""] = /^scoretape denoise out\/people .*$/m.exec(page) ?? [];
    place.write("noisy.csv", csv(3, 6));
    const words = line
      .split(" ")
      .slice(1)
      .map((word) =>
        word === "out/people" ? place.path("model") : /\.csv$/.test(word) ? place.path(word) : word,
      );
    const { code } = await scoretape(words);
    expect(code).toBe(0);
    expect(existsSync(place.path("clean.csv"))).toBe(true);
  });
});

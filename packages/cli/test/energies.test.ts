import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { densityFromEnergy } from "../src/plots/potential.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";
import { short } from "./support/trained.ts";

let place: Workplace;
beforeAll(async () => {
  place = makeWorkplace();
  for (const learn of ["score", "energy"]) {
    const { code, stderr } = await scoretape([
      ...["train", "old-faithful", "--out", place.path(learn), "--learn", learn],
      ...short,
    ]);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => place.remove());

/** The rows of CSV text. */
const rowsOf = (csv: string): number[][] =>
  csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));

describe("a model of an energy", () => {
  test("is one to all verbs, and keeps what it is in its report", async () => {
    const model = place.path("energy");
    const report = JSON.parse(readFileSync(`${model}/report.json`, "utf8"));
    expect(report.settings.kind).toBe("energy-mlp");
    const exported = place.path("exported.safetensors");
    for (const argv of [
      ["evaluate", model, "--samples", "20"],
      ["plot", model, "--samples", "20"],
      ["export", model, "--out", exported],
      ["sample", exported, "--count", "5", "--sampler", "mala"],
      ["train", "--resume", "--out", model, "--steps", "40", "--samples", "20"],
    ]) {
      expect([argv[0], (await scoretape(argv)).code]).toEqual([argv[0], 0]);
    }
  });

  test("goes on as what it was begun as", async () => {
    const argv = ["train", "--resume", "--out", place.path("energy"), "--learn", "score", "--steps", "50"];
    expect(await scoretape(argv)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--learn is "score", but the training to resume has "energy"'),
    });
  });

  test.each(["hmc", "mala"])("is sampled by %s, whose warnings are told", async (sampler) => {
    const argv = ["sample", place.path("energy"), "--count", "40", "--sampler", sampler];
    const { code, stdout, stderr } = await scoretape(argv);
    expect(code).toBe(0);
    const rows = rowsOf(stdout);
    expect(rows).toHaveLength(40);
    for (const row of rows) expect(row.every(Number.isFinite)).toBe(true);
    for (const line of stderr
      .trim()
      .split("\n")
      .filter((text) => text !== "")) {
      expect(line).toMatch(new RegExp(`^scoretape: ${sampler}: `));
    }
    expect((await scoretape(argv)).stdout).toBe(stdout);
  });

  test("is asked for where there is one", async () => {
    expect(await scoretape(["sample", place.path("score"), "--sampler", "hmc"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^scoretape: --sampler hmc accepts steps by an energy, and \S+ learned a score, which has none; [^\n]+\n$/,
      ),
    });
  });

  test("of images needs a perceptron", async () => {
    const out = place.path("never");
    expect(await scoretape(["train", "digits", "--learn", "energy", "--out", out])).toMatchObject({
      code: 2,
      stderr: "scoretape: --learn energy is for perceptrons, and images get a U-Net; add --network mlp\n",
    });
  });
});

test("the density of an energy on a grid is exp(−E), of integral 1", () => {
  const frame = { x: [0, 1], y: [0, 2] } as const;
  const density = densityFromEnergy([0, Math.log(2), Math.log(4), 700], frame, 2, 2);
  expect([...density].map((value) => Number(value.toFixed(9)))).toEqual(
    [1, 0.5, 0.25, 0].map((value) => Number((value / 1.75 / 0.5).toFixed(9))),
  );
  expect(() => densityFromEnergy([0, Number.NaN, 0, 0], frame, 2, 2)).toThrow(/energies must be finite/);
});

import { cpSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { keysOf, loadModel, loadTraining } from "@scoretape/score/model";
import { readTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";

// Models of every version of the format, written by the program of their time, which also sampled and resumed them.

const fixtures = fileURLToPath(new URL("../../score/test/fixtures/", import.meta.url));
const few = ["--steps-per-level", "3"];

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
  cpSync(fixtures, place.path("models"), { recursive: true });
});
afterAll(() => place.remove());

/** The same samples but for what another version's arithmetic may round otherwise. */
function expectSame(text: string, expected: string): void {
  const [found, wanted] = [readTable(text).table, readTable(expected).table];
  expect(found.columns).toEqual(wanted.columns);
  expect(found.rows).toBe(wanted.rows);
  wanted.values.forEach((value, i) => {
    expect(Math.abs((found.values[i] ?? Number.NaN) - value)).toBeLessThan(
      1e-5 * Math.max(1, Math.abs(value)),
    );
  });
}

const models: readonly { readonly name: string; readonly steps?: number; readonly data?: string }[] = [
  // The path in a model of version 1 leads nowhere on another machine.
  { name: "version1/pair", steps: 10, data: "pair.csv" },
  { name: "version1/faithful", steps: 5 },
  // Its rows are drawn anew, where another version's arithmetic may round otherwise: it is not resumed.
  { name: "version1/moons" },
  { name: "version2", steps: 10 },
];

describe.each(models)("$name", ({ name, steps, data }) => {
  const text = (file: string): string => readFileSync(place.path("models", name, file), "utf8");

  test("gives the samples that it gave", async () => {
    const { code, stdout, stderr } = await scoretape([
      ...["sample", place.path("models", name), "--count", "5", ...few],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expectSame(stdout, text("samples.csv"));
  });

  test.runIf(steps !== undefined)("is gone on with as it was, and is then one file of today", async () => {
    const out = place.path("resumed", name);
    cpSync(place.path("models", name), out, { recursive: true });
    cpSync(place.path("models", "pair.csv"), place.path("resumed", "pair.csv"));
    const { code, stderr } = await scoretape([
      ...["train", ...(data === undefined ? [] : [place.path("models", data)]), "--resume", "--out", out],
      ...["--steps", String(steps), "--samples", "5", ...few],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expectSame(readFileSync(`${out}/samples.csv`, "utf8"), text("resumed.csv"));
    expect(filesIn(out)).not.toContain("model.json");
    expect(loadTraining(readFileSync(`${out}/model.safetensors`)).state.step).toBe(steps);
  });
});

describe("a model of version 1", () => {
  const pair = (file: string): string => place.path("models/version1/pair", file);

  test.each([
    ["whose description was edited", (text: string) => text.replace('"seed": 4', '"seed": 5'), /was edited/],
    [
      "with a description of another kind",
      (text: string) => text.replace('"sigmaMin": 0.1', '"sigmaMin": "low"'),
      /settings\.sigmaMin is "low"; it must be a number/,
    ],
    ["with an empty description", () => "{}", /format is missing/],
    ["with half a description", (text: string) => text.slice(0, 100), /description is not whole JSON/],
    [
      "with a description of another training",
      () => readFileSync(place.path("models/version1/moons/model.json"), "utf8"),
      /belongs to another training/,
    ],
  ])("%s ends with one line", async (_, edit, message) => {
    const out = place.path("edited");
    cpSync(pair(""), out, { recursive: true });
    place.write("edited/model.json", edit(readFileSync(pair("model.json"), "utf8")));
    const before = filesIn(out);
    for (const argv of [
      ["sample", out],
      ["train", "--resume", "--out", out],
    ]) {
      const { code, stdout, stderr } = await scoretape(argv);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^scoretape: .*model\.safetensors: [^\n]+\n$/);
      expect(stderr).toMatch(message);
    }
    expect(filesIn(out)).toEqual(before);
  });

  test("without its description says what is missing", async () => {
    place.write("alone/model.safetensors", readFileSync(pair("model.safetensors")));
    const { code, stderr } = await scoretape(["sample", place.path("alone")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/version 1.*model\.json/);
  });
});

test("a script draws what the command does for the same seed, with the same defaults", async () => {
  const file = place.path("models/version2/model.safetensors");
  const { stdout } = await scoretape(["sample", file, "--count", "20", "--seed", "9"]);
  const model = loadModel(readFileSync(file));
  const { table } = readTable(stdout);
  expect([...model.sample(keysOf(9).sampling, 20).data]).toEqual([...table.values]);
});

test("a model is found with its data wherever both are moved, and keeps no path of this machine", async () => {
  place.write("here/data/pair.csv", readFileSync(place.path("models/pair.csv")));
  const trained = await scoretape([
    ...["train", place.path("here/data/pair.csv"), "--out", place.path("here/models/pair"), "--steps", "2"],
    ...["--hidden", "4", "--samples", "5", ...few],
  ]);
  expect(trained.code, trained.stderr).toBe(0);
  cpSync(place.path("here"), place.path("there"), { recursive: true });
  const bytes = readFileSync(place.path("there/models/pair/model.safetensors"));
  expect(loadModel(bytes).description.data).toMatchObject({
    kind: "file",
    name: "pair.csv",
    path: "../../data/pair.csv",
  });
  expect(bytes.includes(place.path())).toBe(false);
  const resumed = await scoretape([
    ...[
      "train",
      "--resume",
      "--out",
      place.path("there/models/pair"),
      "--steps",
      "3",
      "--samples",
      "5",
      ...few,
    ],
  ]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stdout).toContain(place.path("there/data/pair.csv"));
});

describe("a model without its training", () => {
  const whole = (): string => place.path("models/version2");
  const small = (): string => place.path("small/model.safetensors");
  beforeAll(async () => {
    place.write("small/readme.txt", "");
    const { code, stdout, stderr } = await scoretape(["export", whole(), "--out", small()]);
    expect([code, stdout, stderr]).toEqual([0, `${small()}\n`, ""]);
  });

  test("holds what the model is, and no more", () => {
    expect(readFileSync(small()).length).toBeLessThan(readFileSync(`${whole()}/model.safetensors`).length);
    expect(loadModel(readFileSync(small())).state).toBeNull();
  });

  test("draws what the whole one does", async () => {
    const [told, again] = await Promise.all(
      [whole(), small()].map((file) => scoretape(["sample", file, "--count", "5", ...few])),
    );
    expect(told?.stdout).toMatch(/^length/);
    expect(again).toEqual(told);
  });

  test("is measured and drawn, but for its losses", async () => {
    const pair = place.path("models/pair.csv");
    const measured = await scoretape(["evaluate", small(), pair, "--samples", "20", ...few]);
    expect([measured.code, measured.stderr]).toEqual([0, expect.stringMatching(/^(scoretape: [^\n]*\n)?$/)]);
    const out = place.path("drawn");
    const drawn = await scoretape([
      ...["plot", small(), "--data", pair, "--out", out, "--samples", "20", ...few],
    ]);
    expect(drawn.code, drawn.stderr).toBe(0);
    expect(filesIn(out)).toContain("portrait.svg");
    expect(filesIn(out)).not.toContain("loss.svg");
  });

  test("is exported again to the same bytes", async () => {
    const again = place.path("again.safetensors");
    expect((await scoretape(["export", small(), "--out", again])).code).toBe(0);
    expect(readFileSync(again).equals(readFileSync(small()))).toBe(true);
  });

  test("cannot be gone on with, nor be trained over by mistake: one line says so", async () => {
    const before = readFileSync(small());
    const pair = place.path("models/pair.csv");
    const resumed = await scoretape(["train", pair, "--resume", "--out", place.path("small")]);
    expect([resumed.code, resumed.stdout]).toEqual([2, ""]);
    expect(resumed.stderr).toMatch(
      /^scoretape: .*model\.safetensors: the file holds a model without its training, which cannot go on; [^\n]+\n$/,
    );
    const trained = await scoretape(["train", pair, "--out", place.path("small")]);
    expect([trained.code, trained.stdout]).toEqual([2, ""]);
    expect(trained.stderr).toMatch(
      /^scoretape: .*small holds a model on pair\.csv without its training: move [^\n]+\n$/,
    );
    expect(readFileSync(small()).equals(before)).toBe(true);
  });
});

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { data } from "@scoretape/score";
import { column, readTable, type Table } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTraining } from "../src/model/store.ts";
import { scoretape } from "./support/cli.ts";
import { csvOf, filesIn, makeWorkplace, shadesOf, type Workplace } from "./support/files.ts";

vi.unmock("../src/plots/png.ts");

let place: Workplace;
/** Thirty rows of two columns. */
let pair: string;
beforeAll(() => {
  place = makeWorkplace();
  pair = place.write("pair.csv", csvOf(["length", "width"], 30));
});
afterAll(() => place.remove());

/** A training that takes a moment. */
const short = [
  ...["--steps", "30", "--hidden", "8", "--batch", "16", "--levels", "3"],
  ...["--steps-per-level", "3", "--samples", "20"],
];
/** How a training of them is sampled at its end. */
const sampling = short.slice(-4);

function train(source: string, out: string, ...options: string[]) {
  return scoretape(["train", source, "--out", place.path(out), ...short, ...options]);
}

function text(...path: string[]): string {
  return readFileSync(place.path(...path), "utf8");
}

function table(...path: string[]): Table {
  return readTable(text(...path)).table;
}

/** A report without what differs from run to run. */
function report(out: string): Record<string, unknown> {
  const { seconds, ...rest } = JSON.parse(text(out, "report.json"));
  expect(Object.values(seconds).every((time) => typeof time === "number" && time >= 0)).toBe(true);
  return rest;
}

const pictures = (names: string[]): string[] => names.flatMap((name) => [`${name}.png`, `${name}.svg`]);

describe("what a training leaves behind", () => {
  const shapes: [string, string[], string[]][] = [
    ["one column", ["height (m)"], ["loss", "portrait", "quality"]],
    ["two columns", ["length", "width"], ["loss", "overview", "portrait", "quality"]],
    ["three columns", ["a", "b", "c"], ["loss", "quality", "scatter-matrix"]],
  ];

  test.each(shapes)("%s", async (name, columns, drawn) => {
    const file = place.write(`${name}.csv`, csvOf(columns, 40));
    const { code, stdout, stderr } = await train(
      file,
      name,
      "--samples",
      "2000",
      "--step-size",
      "1",
      "--steps-per-level",
      "20",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const expected = ["model.safetensors", "report.json", "samples.csv", ...pictures(drawn)];
    expect(filesIn(place.path(name))).toEqual(expected.sort());
    for (const picture of drawn) {
      expect(stdout).toContain(place.path(name, `${picture}.png`));
      expect(shadesOf(readFileSync(place.path(name, `${picture}.png`)))).toBeGreaterThan(100);
      expect(text(name, `${picture}.svg`)).toMatch(/^<svg.*<\/svg>\s*$/s);
    }
    const samples = table(name, "samples.csv");
    expect([samples.columns, samples.rows]).toEqual([columns, 2000]);
    columns.forEach((_, j) => {
      const values = column(samples, j);
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      // A network of a moment knows little more than where the data are.
      expect(Math.abs(mean - 100 * (j + 1))).toBeLessThan(10 * (j + 1));
    });
  });

  test("the report tells settings, seed, losses, metrics and versions", async () => {
    const { code, stdout } = await train(
      ...(["old-faithful", "report", "--seed", "5", "--loss", "denoising", "--sigma-min", "0.1"] as const),
    );
    expect(code).toBe(0);
    const told = report("report");
    expect(told).toMatchObject({
      data: {
        name: "old-faithful",
        rows: 272,
        columns: ["eruptions", "waiting"],
        units: ["minutes", "minutes"],
      },
      settings: {
        loss: "denoising",
        steps: 30,
        batch: 16,
        hidden: [8],
        noiseLevels: [3, expect.closeTo(0.5477), 0.1],
      },
      seed: 5,
      parameters: 11 * 8 + 8 + 8 * 2 + 2,
      sampling: { count: 20, stepsPerLevel: 3, stepSize: 0.2, seed: 5 },
      versions: { scoretape: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.version },
    });
    const { losses, heldOut, verdict, rows, modes } = JSON.parse(text("report", "report.json"));
    expect(losses.training).toHaveLength(30);
    expect(losses.validation.map(({ step }: { step: number }) => step)).toEqual([0, 30]);
    expect(losses.validation.at(-1).loss).toBe(losses.last.validation);
    expect(rows).toEqual({ training: 245, test: 27, samples: 20 });
    const { model, gaussian, kde } = heldOut.logLikelihood;
    expect(heldOut.advantage.gaussian.value).toBeCloseTo(model.value - gaussian.value, 9);
    expect(heldOut.advantage.kde.value).toBeCloseTo(model.value - kde.value, 9);
    expect(stdout).toContain(`${model.value.toFixed(3)} ± ${model.standardError.toFixed(3)}`);
    expect(stdout).toContain(verdict.text);
    const [mode] = modes;
    const inData = column(table("report", "samples.csv"), 0).filter((minutes) => minutes < 3).length;
    expect(mode.samples.count).toBe(inData);
    expect(mode.data.weight).toBeCloseTo(97 / 272, 12);
    expect(stdout).toContain(`${mode.samples.weight.toFixed(3)} [${mode.samples.low.toFixed(3)}`);
  });

  test("a data set's name may be spelled loosely, and a CSV file of its rows gives the same", async () => {
    await train("Old Faithful", "loose");
    await train("old-faithful", "strict");
    expect(report("loose")).toEqual(report("strict"));
    const rows = data.oldFaithful.rows();
    const lines = Array.from({ length: 272 }, (_, i) => `${rows.data[2 * i]},${rows.data[2 * i + 1]}`);
    const file = place.write("faithful.csv", ["eruptions,waiting", ...lines].join("\n"));
    // Of its own accord the command takes whole numbers for what they are.
    await train(file, "of-file", "--types", "waiting:real");
    expect(text("of-file", "samples.csv")).toBe(text("strict", "samples.csv"));
  });

  test("a generated data set has as many rows as asked for", async () => {
    const { code } = await train("8 Gaussians", "gaussians", "--rows", "50");
    expect(code).toBe(0);
    expect(report("gaussians")).toMatchObject({ data: { name: "8gaussians", rows: 50 } });
    expect(table("gaussians", "samples.csv").rows).toBe(20);
  });

  test("rows of which most are the same, and rows as few as two, are no reason to fail", async () => {
    const zeros = Array.from({ length: 60 }, (_, i) => (i % 20 === 0 ? 1 : 0));
    const alike = await train(
      place.write("alike.csv", ["a", ...zeros].join("\n")),
      "alike",
      "--samples",
      "2",
    );
    expect([alike.code, alike.stderr]).toEqual([0, expect.stringMatching(/^scoretape: .*: a is integer\n$/)]);
    expect(report("alike")).toMatchObject({ rows: { training: 40, test: 20 } });
    const two = await train(place.write("two.csv", "a,b\n1,2\n3,5\n"), "two");
    expect([two.code, two.stderr]).toEqual([0, expect.stringMatching(/^scoretape: .*: a, b are integer\n$/)]);
    expect(report("two")).toMatchObject({ heldOut: null, verdict: { kind: "untested" } });
  });

  test("the seed decides everything", async () => {
    for (const [out, seed] of [
      ["seed 1", "1"],
      ["seed 1 again", "1"],
      ["seed 2", "2"],
    ] as const) {
      await train("two-modes", out, "--seed", seed, "--rows", "60");
    }
    expect(text("seed 1 again", "samples.csv")).toBe(text("seed 1", "samples.csv"));
    expect(report("seed 1 again")).toEqual(report("seed 1"));
    expect(text("seed 2", "samples.csv")).not.toBe(text("seed 1", "samples.csv"));
  });
});

describe("stopping and going on", () => {
  test("stopped by Ctrl-C and resumed, a training is the same to the last bit", async () => {
    const out = place.path("stopped");
    const steps = 1500;
    const long = ["--steps", `${steps}`, "--checkpoint-every", "7"];
    const stopped = await scoretape(["train", pair, "--out", out, ...short, ...long], {
      interruptWhen: () => existsSync(place.path("stopped", "model.safetensors")),
    });
    const { step } = openTraining(out).model.state;
    expect(step).toBeGreaterThanOrEqual(7);
    expect(step).toBeLessThan(steps);
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(stopped.stderr).toBe(
      `scoretape: stopped at step ${step} of ${steps}, which is saved; ` +
        `go on with: scoretape train --resume --out ${out}\n`,
    );
    expect(filesIn(out)).toEqual(["model.safetensors"]);

    const resumed = await scoretape(["train", "--resume", "--out", out, ...sampling]);
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    const whole = await train(pair, "whole", ...long);
    expect(whole.code).toBe(0);
    for (const file of ["model.safetensors", "samples.csv"]) {
      expect(readFileSync(place.path("stopped", file)).equals(readFileSync(place.path("whole", file)))).toBe(
        true,
      );
    }
    expect(report("stopped")).toEqual(report("whole"));
  });

  test("a finished training can be resumed for its report, or with more steps", async () => {
    await train(pair, "finished");
    const model = readFileSync(place.path("finished", "model.safetensors"));
    const { losses } = openTraining(place.path("finished")).model.state.history;
    const again = await scoretape(["train", "--resume", "--out", place.path("finished"), ...sampling]);
    expect(again.code).toBe(0);
    expect(readFileSync(place.path("finished", "model.safetensors")).equals(model)).toBe(true);
    const more = await train(pair, "finished", "--resume", "--steps", "40");
    const { step, history } = openTraining(place.path("finished")).model.state;
    expect([more.code, step]).toEqual([0, 40]);
    // A training of 40 steps from the start would have had other learning rates.
    expect(history.losses.slice(0, 30)).toEqual(losses);
  });

  test("other data, other settings, fewer steps or no model are refused", async () => {
    await train(pair, "begun");
    const before = filesIn(place.path("begun")).map((file) => readFileSync(place.path("begun", file)));
    const other = place.write("other.csv", csvOf(["length", "width"], 30, 2));
    const refusals: [RegExp, string[]][] = [
      [/other\.csv does not hold the 30 rows/, [other, "--out", place.path("begun")]],
      [/--hidden is \[16\].*has \[8\]/, ["--out", place.path("begun"), "--hidden", "16"]],
      [/--steps is 3.*at step 30 already/, ["--out", place.path("begun"), "--steps", "3"]],
      [/there is no model .*nowhere/, ["--out", place.path("nowhere")]],
      [/needs data/, []],
    ];
    for (const [message, argv] of refusals) {
      const { code, stderr } = await scoretape(["train", "--resume", ...argv]);
      expect(stderr).toMatch(message);
      expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    }
    expect(filesIn(place.path("begun")).map((file) => readFileSync(place.path("begun", file)))).toEqual(
      before,
    );
    expect(existsSync(place.path("nowhere"))).toBe(false);
  });
});

describe("a model that is none of its data", () => {
  test("ends with code 1 and one line that says why, its results written", async () => {
    const { code, stdout, stderr } = await train(
      "old-faithful",
      "failed",
      ...["--samples", "200", "--step-size", "5"],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^scoretape: The samples ran away: in .* times the data's.*The results are written.*\n$/,
    );
    const { verdict } = JSON.parse(text("failed", "report.json"));
    expect(verdict.kind).toBe("failed");
    expect(stdout).toContain(verdict.text);
    expect(filesIn(place.path("failed"))).toContain("quality.svg");
  });

  test("without rows kept aside the report says so", async () => {
    const { code, stdout } = await train("old-faithful", "untested", "--test-fraction", "0");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "No rows were held out, so nothing tells how the model does on rows that it has not seen.",
    );
    expect(report("untested")).toMatchObject({ heldOut: null, denoising: null, distances: null });
  });
});

describe("divergence", () => {
  const wild = ["--learning-rate", "1e30", "--checkpoint-every", "1"];

  test("ends with code 1 and one line, and the last checkpoint stays", async () => {
    const { code, stderr } = await train(pair, "wild", ...wild);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^scoretape: the training diverged: at step 2 .*lower --learning-rate.*checkpoint of step 1 stays in .*wild\n$/,
    );
    expect(openTraining(place.path("wild")).model.state.step).toBe(1);
    expect(filesIn(place.path("wild"))).toEqual(["model.safetensors"]);
  });

  test("before the first checkpoint, an earlier model stays", async () => {
    await train(pair, "good");
    const before = readFileSync(place.path("good", "model.safetensors"));
    const { code, stderr } = await train(pair, "good", "--overwrite", "--learning-rate", "1e30");
    expect(code).toBe(1);
    expect(stderr).toContain("no checkpoint had been made yet");
    expect(readFileSync(place.path("good", "model.safetensors")).equals(before)).toBe(true);
  });

  test("of the samples of a ruined model ends with code 1 and writes nothing", async () => {
    // With rows kept aside the start would be the model.
    await train(pair, "ruined", ...wild, "--validation", "0");
    const { code, stdout, stderr } = await scoretape(["sample", place.path("ruined")]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^scoretape: .*\n$/);
  });
});

describe("mistakes are told in one line, with code 2, and leave no file", () => {
  const files: Record<string, string | Uint8Array> = {
    "words.csv": "a,b\n1,2\nthree,4\n5,6\n",
    "single.csv": "a,b\n1,2\n",
    "constant.csv": "a,b\n1,7\n2,7\n3,7\n",
    "nan.csv": "a,b\n1,2\nNaN,4\n5,6\n",
    "ragged.csv": "a,b\n1,2\n3\n5,6\n",
    "empty.csv": "",
    "binary.csv": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x00, 0x9c),
    "huge.csv": "a,b\n-1e200,1.5\n1e200,2.5\n5.5,3.5\n",
  };
  const good = "old-faithful";
  const cases: [string, RegExp, string[]][] = [
    ["a missing file", /cannot read .*missing\.csv: no such file/, ["missing.csv"]],
    ["text in a number's place", /words\.csv: line 3, column 1, a: "three" is not a number/, ["words.csv"]],
    ["one row", /single\.csv has 1 row; at least 2/, ["single.csv"]],
    [
      "a constant column",
      /constant\.csv: column 2, b has the same value in every row: drop it with --drop b/,
      ["constant.csv"],
    ],
    [
      "NaN",
      /nan\.csv: 1 of 3 rows has gaps \(1 cell\), in column 1, a: leave it out with --gaps drop/,
      ["nan.csv", "--gaps", "refuse"],
    ],
    ["a short row", /ragged\.csv: line 3 has 1 cell, not 2/, ["ragged.csv"]],
    ["an empty file", /empty\.csv: the text is empty/, ["empty.csv"]],
    ["a file that is no text", /binary\.csv: it is not a text file/, ["binary.csv"]],
    ["numbers beyond all bounds", /huge\.csv: column 1 \(a\) has standard deviation Infinity/, ["huge.csv"]],
    [
      "an unknown set",
      /no data set and no file "old-fathful"; did you mean "old-faithful"\?/,
      ["old-fathful"],
    ],
    ["no data", /train needs data/, []],
    ["an unknown loss", /--loss is "slcied"; did you mean "sliced"\?/, [good, "--loss", "slcied"]],
    ["negative steps", /--steps is "-5"; give a whole number from 1/, [good, "--steps", "-5"]],
    ["steps that are no number", /--steps is "many"/, [good, "--steps", "many"]],
    ["no steps", /--steps is "0"/, [good, "--steps", "0"]],
    ["half a batch", /--batch is "1\.5"/, [good, "--batch", "1.5"]],
    ["a negative noise level", /--sigma-min is "-1"; give a number above 0/, [good, "--sigma-min", "-1"]],
    [
      "noise levels that rise",
      /the largest noise level must be above/,
      [good, "--sigma-max", "0.01", "--sigma-min", "0.1"],
    ],
    [
      "one level with two ends",
      /one level has equal ends/,
      [good, ..."--levels 1 --sigma-max 3 --sigma-min 0.1".split(" ")],
    ],
    ["widths that are none", /--hidden is "64x64"/, [good, "--hidden", "64x64"]],
    ["an EMA of 1", /--ema is "1"/, [good, "--ema", "1"]],
    ["an infinite learning rate", /--learning-rate is "1e999"/, [good, "--learning-rate", "1e999"]],
    ["rows for a measured set", /--rows is for generated data sets/, [good, "--rows", "50"]],
    ["an unknown option", /unknown option '--stpes' \(Did you mean --steps\?\)/, [good, "--stpes", "3"]],
    ["an option without its value", /option '--steps <number>' argument missing/, [good, "--steps"]],
    ["too many arguments", /too many arguments/, [good, "moons"]],
  ];

  test.each(cases)("%s", async (name, message, argv) => {
    for (const [file, content] of Object.entries(files)) place.write(`bad/${file}`, content);
    const out = place.path("out of mistakes", name);
    const [source, ...rest] = argv;
    const isFile = source?.endsWith(".csv") === true;
    const data = source === undefined ? [] : [isFile ? place.path("bad", source) : source];
    const { code, stdout, stderr } = await scoretape(["train", ...data, "--out", out, ...rest]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
    expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(out)).toBe(false);
  });

  test("a place that cannot be written is found before the training", async () => {
    const file = place.write("a file", "precious");
    mkdirSync(place.path("taken", "samples.csv"), { recursive: true });
    const places: [RegExp, string][] = [
      [/cannot write .*a file.*(not a directory|a file of that name)/, file],
      [/cannot write .*a file/, place.path("a file", "below")],
      [/cannot write .*\/proc/, "/proc/nothing/here"],
      [/cannot write .*samples\.csv: it is a directory/, place.path("taken")],
    ];
    for (const [message, out] of places) {
      // So many steps that a test which did train would not end.
      const { code, stderr } = await scoretape(["train", good, "--out", out, "--steps", "100000000"]);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
      expect(code).toBe(2);
    }
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect(filesIn(place.path("taken"))).toEqual(["samples.csv"]);
  });
});

import { existsSync, readdirSync } from "node:fs";
import { tree } from "@scoretape/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTraining } from "../src/model/store.ts";
import { parametersOf } from "../src/training/needs.ts";
import { scoretape } from "./support/cli.ts";
import { csvOf, makeWorkplace, type Workplace } from "./support/files.ts";
import { makeProgram, type Program } from "./support/program.ts";

// What a training needs is known before it starts.

let place: Workplace;
let program: Program;
beforeAll(async () => {
  place = makeWorkplace();
  program = await makeProgram();
});
afterAll(() => {
  program.remove();
  place.remove();
});

/** Tells the largest resident set of a process at its end: that of getrusage counts what its parent held, too. */
const PEAK =
  'import { readFileSync } from "node:fs"; process.on("exit", () => ' +
  'console.error(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]))';

const few = ["--steps", "2", "--levels", "2", "--samples", "10", "--steps-per-level", "1"];

/** The bytes that an outline tells. */
async function told(argv: readonly string[]): Promise<number> {
  const { code, stdout } = await scoretape([...argv, "--dry-run"]);
  expect(code).toBe(0);
  const [, size = "", unit] = /^memory +about ([\d.,]+) (MiB|GiB) of /m.exec(stdout) ?? [];
  return Number(size.replaceAll(",", "")) * (unit === "GiB" ? 2 ** 30 : 2 ** 20);
}

describe("the memory of a training", () => {
  test.each([
    ["a large network", "points.csv", ["--hidden", "1000-1000"]],
    ["a large mini-batch", "points.csv", ["--hidden", "128-128", "--batch", "32768"]],
    ["an energy", "points.csv", ["--learn", "energy", "--hidden", "128-128", "--batch", "16384"]],
    ["many rows", "two-modes", ["--rows", "3000000"]],
    ["many samples", "points.csv", ["--samples", "500000", "--hidden", "8"]],
  ])("of %s is told to a factor of 1.5", async (name, data, options) => {
    // Of few rows the measurements at the end take little time.
    const points = place.write("points.csv", csvOf(["x", "y"], 100));
    const source = data === "points.csv" ? points : data;
    const argv = ["train", source, "--out", place.path(name), ...few, ...options];
    const expected = await told(argv);
    // Well above what any training takes.
    expect(expected).toBeGreaterThan(350e6);
    const { code, stderr } = await program.start(argv, {
      watch: PEAK,
    }).outcome;
    expect(code).toBe(0);
    const measured = 1024 * Number(stderr.trim().split("\n").at(-1));
    expect(measured / expected).toBeGreaterThan(1 / 1.5);
    expect(measured / expected).toBeLessThan(1.5);
  });

  test.each([
    [
      ["--hidden", "1000000-1000000"],
      /GiB of WebAssembly, and it has at most 4\.0 GiB; lower --hidden or --batch/,
    ],
    [["--hidden", "20000-20000"], /GiB of WebAssembly/],
    [["--hidden", "20000-20000", "--backend", "js"], /of memory, and this machine has/],
    [["--batch", "1000000000"], /GiB of WebAssembly/],
    [["--rows", "1000000000"], /--rows is "1000000000"; give a whole number from 2 to 50000000/],
    [["--levels", "1000000000"], /--levels is "1000000000"; give a whole number from 1 to 10000/],
    [["--samples", "1000000000"], /GiB for the samples' text, and Node allows/],
    [["--threads", "65"], /whole number from 1 to 64/],
    [["--sigma-max", "1e30"], /--sigma-max is "1e30"; give a number above 0 and up to 1000000/],
    [["--hidden", Array.from({ length: 65 }, () => "1").join("-")], /at most 64 layers/],
  ])("is refused where there is too little: %j", async (options, message) => {
    const out = place.path("never");
    const { code, stdout, stderr } = await scoretape([
      "train",
      "two-modes",
      "--out",
      out,
      ...few,
      ...options,
    ]);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(out)).toBe(false);
  });

  test("is looked at by the other verbs too", async () => {
    const model = place.path("model");
    await scoretape(["train", "moons", "--out", model, "--hidden", "8", ...few]);
    for (const argv of [
      ["sample", model, "--count", "1000000000"],
      ["evaluate", model, "--samples", "1000000000"],
      ["plot", model, "--samples", "1000000000"],
      ["train", "--resume", "--out", model, "--samples", "1000000000"],
    ]) {
      const { code, stderr } = await scoretape(argv);
      expect(stderr).toMatch(
        /^scoretape: this needs about [\d,]+ GiB for the samples' text, and Node allows [^\n]+\n$/,
      );
      expect(code).toBe(2);
    }
  });
});

describe("--dry-run", () => {
  test("tells the plan and writes nothing", async () => {
    const file = place.write("data.csv", csvOf(["length", "width", "depth"], 40));
    const argv = ["train", file, "--out", place.path("planned"), "--hidden", "7-5", "--batch", "12", ...few];
    const { code, stdout, stderr } = await scoretape([...argv, "--dry-run"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const part of [
      /^data +.*data\.csv: 40 rows, 3 columns \(length, width, depth\)$/m,
      /^network +149 parameters, hidden layers 7-5$/m,
      /^training +2 steps of 12 rows, loss denoising, 10 % of the rows kept aside$/m,
      /^samples +10$/m,
      /^memory +about [\d.]+ MiB of [\d.]+ [GM]iB/m,
      /^files +model\.safetensors, samples\.csv, .* in .*planned$/m,
    ]) {
      expect(stdout).toMatch(part);
    }
    expect(existsSync(place.path("planned"))).toBe(false);
    // What was told is what comes.
    expect((await scoretape(argv)).code).toBe(0);
    for (const file of readdirSync(place.path("planned"))) expect(stdout).toContain(file);
    const { model } = openTraining(place.path("planned"));
    expect(tree.size(model.state.parameters)).toBe(149);
    expect(parametersOf(3, [7, 5])).toBe(model.size);
    const again = await scoretape([...argv, "--dry-run"]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("go on with it by --resume")]);
    const resumed = await scoretape([
      "train",
      "--resume",
      "--out",
      place.path("planned"),
      "--steps",
      "9",
      "--dry-run",
    ]);
    expect(resumed.stdout).toMatch(/^training +9 steps, from step 2 of 12 rows/m);
    expect(openTraining(place.path("planned")).model.state.step).toBe(2);
  });
});

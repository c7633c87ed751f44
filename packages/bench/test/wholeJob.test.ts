import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor } from "@scoretape/autograd";
import { trainingOf } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonModules } from "../src/implementations/candidates.ts";
import { python } from "../src/implementations/runtimes.ts";
import { compareReports } from "../src/report/compare.ts";
import { jobSection } from "../src/report/jobSection.ts";
import type { JobRecord } from "../src/report/record.ts";
import { type Contestant, contestantsOn } from "../src/wholeJob/contestants.ts";
import { disagreement, qualityOf } from "../src/wholeJob/judge.ts";
import { byLibrary } from "../src/wholeJob/library.ts";
import { type CarryOut, carryOut, measureJobs } from "../src/wholeJob/measure.ts";
import type { Outcome } from "../src/wholeJob/outcome.ts";
import { jobOf, taskFile } from "../src/wholeJob/task.ts";
import { reportWith } from "./support/report.ts";

const STEPS = 400;
const VALIDATED = [0, 100, 200, 300, 400];
const job = jobOf(0, STEPS);
const task = taskFile(job);
let ours: Outcome;
let folder: string;
beforeAll(async () => {
  ours = await byLibrary(task);
  folder = mkdtempSync(join(tmpdir(), "scoretape-job-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An outcome whose last layer does nothing: the linear denoiser, from which the training starts. */
const untrained = (): Outcome => ({
  ...ours,
  layers: ours.layers.map(({ weight, bias }, i) =>
    i < ours.layers.length - 1 ? { weight, bias } : { weight: weight.map(() => 0), bias: bias.map(() => 0) },
  ),
});

test("the file tells what the command does", () => {
  expect(task).toMatchObject({
    seed: 0,
    batch: 256,
    hidden: [64, 64],
    waves: [],
    ema: 0.999,
    validateEvery: 100,
  });
  expect(task.rows).toEqual(trainingOf(job.description, job.values).data.toArray());
  expect(task.sampling).toEqual({ count: 2000, stepsPerLevel: 10, stepSize: 0.2 });
  const { learningRate } = trainingOf(job.description, job.values);
  if (typeof learningRate !== "function") throw new TypeError("the learning rate is a schedule");
  expect(task.rates).toEqual({
    first: expect.closeTo(learningRate(tensor(0)).item(), 7),
    last: expect.closeTo(learningRate(tensor(STEPS)).item(), 7),
  });
  expect(() => taskFile(jobOf(0, 150))).toThrow("taskFile: 150 steps; give a multiple of 100");
});

test("this library does its own job, and learns", () => {
  expect(disagreement(job, ours)).toBeNull();
  expect(ours.validation.map(({ step }) => step)).toEqual(VALIDATED);
  const [learned, start] = [ours, untrained()].map((outcome) => qualityOf(job, outcome));
  expect(learned?.testLoss).toBeLessThan((start?.testLoss ?? 0) - 0.04);
  expect(learned?.validationLoss).toBe(Math.min(...ours.validation.map(({ loss }) => loss)));
  const shifted = { ...ours, samples: ours.samples.map((value) => value + 20) };
  expect(learned?.distance).toBeLessThan(0.2 * qualityOf(job, shifted).distance);
});

test("another network is told apart", () => {
  expect(disagreement(job, untrained())).toMatch(/^its loss at given points is .* another$/);
  expect(() => disagreement(job, { ...ours, layers: ours.layers.slice(1) })).toThrow("2 layers, not 3");
});

test("everyone does it in turn; who fails or does something else is told of", async () => {
  const launch = { command: "", args: [] };
  const one = (id: string, more: Partial<Contestant> = {}): Contestant => ({
    ...{ id, family: "PyTorch", title: id, launch, variant: id, quick: true },
    ...more,
  });
  const started: string[] = [];
  const start: CarryOut = async (_, file, variant) => {
    started.push(`${variant} ${file.slice(folder.length + 1)}`);
    if (variant === "broken") throw new Error("no wheel");
    return { seconds: 2, outcome: variant === "other" ? { ...ours, checkLoss: 9 } : ours };
  };
  const all = [one("own"), one("other"), one("broken"), one("away", { launch: { absent: "gone" } })];
  const records = await measureJobs(all, { rounds: 1, steps: STEPS, folder, log: () => {} }, start);
  expect(started).toEqual(["own job-0.json", "other job-0.json", "broken job-0.json"]);
  expect(records.map(({ rounds, reason }) => [rounds.length, reason])).toEqual([
    [1, undefined],
    [0, expect.stringMatching(/^its loss .* is 9, and /)],
    [0, "no wheel"],
    [0, "absent: gone"],
  ]);
  const text = jobSection(records).join("\n");
  expect(text).toContain("400 steps");
  expect(text).toMatch(/\| PyTorch: own \| 2 s \(2 s – 2 s\) \|.* MB \| −0\.\d{3} \(/);
  expect(text).toMatch(/\| PyTorch: away \|( – \|){8} absent: gone \|/);
  expect(jobSection([])).toEqual([]);
});

test("two reports are compared by the time of the whole job", () => {
  const jobs = (seconds: number): JobRecord[] => {
    const cost = { trainingSeconds: 1, samplingSeconds: 1, userSeconds: 1, peakBytes: 1, validation: [] };
    const quality = { validationLoss: 0, testLoss: 0, distance: 0 };
    const rounds = [1, 1.01, 1.02, 1.03, 1.04].map((factor) => ({
      seconds: seconds * factor,
      ...cost,
      ...quality,
    }));
    return [
      { type: "job", candidate: "scoretape/wasm", family: "scoretape", title: "t", steps: 100, rounds },
    ];
  };
  const [found] = compareReports(reportWith([], { jobs: jobs(1) }), reportWith([], { jobs: jobs(2) }));
  expect(found).toMatchObject({ name: "W11 (100 steps), scoretape/wasm", own: true, verdict: "slower" });
});

describe("the peers", () => {
  const runtime = python("python3", pythonModules);
  const contestants = contestantsOn({ nodes: [], python: runtime });

  test("are absent where Python has them not", () => {
    const without = contestantsOn({ nodes: [], python: { path: "py", modules: { torch: null } } });
    const reasons = without.map(({ launch }) => ("absent" in launch ? launch.absent : null));
    expect([...new Set(reasons)]).toEqual([
      "there is no Node to run it",
      "py has no module torch",
      "py has no module jax",
    ]);
  });

  // One thread each: threads of many tests at once wait for each other.
  const alone = ["PyTorch/double-backward:1", "PyTorch/jvp:1", "JAX/jit:1"];
  for (const { id, launch, variant } of contestants.filter((one) => alone.includes(one.id))) {
    test.skipIf("absent" in launch)(`${id} does the job`, { timeout: 180_000 }, async () => {
      const file = join(folder, `${id.replace(/\W/g, "-")}.json`);
      writeFileSync(file, JSON.stringify(task));
      if ("absent" in launch) throw new Error(launch.absent);
      const { outcome } = await carryOut(launch, file, variant);
      expect(disagreement(job, outcome)).toBeNull();
      expect(outcome.validation.map(({ step }) => step)).toEqual(VALIDATED);
      const [theirs, own] = [outcome, ours].map((one) => qualityOf(job, one));
      expect(Math.abs((theirs?.testLoss ?? 9) - (own?.testLoss ?? 0))).toBeLessThan(0.05);
      expect(theirs?.distance).toBeLessThan(2 * (own?.distance ?? 0));
    });
  }
});

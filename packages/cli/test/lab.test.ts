import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Claim, claim, theory } from "../src/lab/claim.ts";
import { conduct } from "../src/lab/conduct.ts";
import type { Experiment } from "../src/lab/experiment.ts";
import { ClaimsFailed } from "../src/lab/failure.ts";
import { experiments } from "../src/lab/registry.ts";
import { exactly } from "../src/lab/statistics.ts";
import { interruptible } from "../src/terminal/interrupt.ts";
import type { Io } from "../src/terminal/io.ts";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, shadesOf, type Workplace } from "./support/files.ts";
import { TextStream } from "./support/streams.ts";

vi.unmock("../src/plots/png.ts");

vi.mock("../src/lab/known-failures.ts", async (original) => {
  return {
    ...(await original<typeof import("../src/lab/known-failures.ts")>()),
    knownFailureOf: (_: string, what: string, { data }: { data: string | null }) =>
      what.includes("known to be false") && data === null ? { because: "three is a crowd" } : null,
  };
});

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

const two: Claim = claim({
  what: "two",
  measured: exactly(2),
  relation: "is",
  limit: 2,
  origin: theory("1 + 1"),
});
const wrong: Claim = { ...two, what: "three", measured: exactly(3) };
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><rect width="9" height="9"/></svg>';

function experimentWith(claims: readonly Claim[]): Experiment {
  return {
    name: "sums",
    summary: "sums are as they should be",
    run: async (lab) => ({
      tables: [
        {
          title: "Sums",
          rows: [
            ["sum", "value"],
            ["1 + 1", "2"],
          ],
        },
      ],
      claims,
      pictures: [{ name: "sums", svg }],
      numbers: { size: lab.size(100, 1), model: lab.model },
    }),
  };
}

async function conducted(
  experiment: Experiment,
  directory: string,
  {
    quick = false,
    data = null,
    ...machine
  }: { readonly quick?: boolean; readonly data?: string | null; readonly threads?: number | undefined } = {},
) {
  const stdout = new TextStream();
  const io: Io = { stdout, stderr: new TextStream(), onInterrupt: () => () => {} };
  const conditions = {
    seed: 7,
    quick,
    directory,
    model: null,
    data,
    backend: "js",
    threads: 1,
    ...machine,
    fast: false,
  } as const;
  const outcome = await interruptible(
    io,
    () => "",
    (interrupt) => conduct(experiment, conditions, io, interrupt),
  );
  return { outcome, text: stdout.text, json: JSON.parse(readFileSync(`${directory}/sums.json`, "utf8")) };
}

describe("an experiment", () => {
  test("prints tables and verdicts, and writes pictures and numbers", async () => {
    const out = place.path("sums");
    const { outcome, text, json } = await conducted(experimentWith([two]), out);
    expect(outcome).toEqual({ name: "sums", claims: [expect.objectContaining(two)], failed: 0 });
    expect(text).toContain("\npass  two: 2.000, wanted 2.000; theory: 1 + 1; false alarms: 0 %\n");
    expect(text).toContain("all 1 claims hold");
    expect(text).toMatch(/1 \+ 1 {6}2\n/);
    expect(filesIn(out)).toEqual(["sums.json", "sums.png", "sums.svg"]);
    expect(json).toMatchObject({
      experiment: "sums",
      seed: 7,
      quick: false,
      backend: { name: "js", threads: 1, simd: null },
      claims: [{ ...two, verdict: "pass", knownBecause: null }],
      numbers: { size: 100, model: null },
      versions: { node: process.version },
      files: ["sums.png", "sums.svg"],
    });
  });

  test("counts the claims that fail", async () => {
    const { outcome, text, json } = await conducted(experimentWith([two, wrong]), place.path("wrong"));
    expect(outcome.failed).toBe(1);
    expect(text).toContain("\nfail  three: 3.000");
    expect(text).toContain("1 of 2 claims fail");
    expect(json.claims.map(({ verdict }: { verdict: string }) => verdict)).toEqual(["pass", "fail"]);
    const error = new ClaimsFailed([outcome, { name: "other", claims: Array(4).fill(two), failed: 2 }]);
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain("1 of 2 claims of sums and 2 of 4 claims of other");
  });

  test("tells a claim that is known to be false, and why, and does not count it", async () => {
    const listed = { ...wrong, what: "a sum that is known to be false" };
    const { outcome, text, json } = await conducted(experimentWith([two, listed]), place.path("known"));
    expect(outcome.failed).toBe(0);
    expect(text).toMatch(/\nknown failure {2}a sum that.*\n {2}because three is a crowd\n/);
    expect(text).toContain("1 of 2 claims fail, as is known");
    expect(json.claims[1]).toMatchObject({ verdict: "known failure", knownBecause: "three is a crowd" });
  });

  test("knows nothing of what fails on others' data", async () => {
    const listed = { ...wrong, what: "a sum that is known to be false" };
    const data = "others.npy";
    const { outcome, text } = await conducted(experimentWith([two, listed]), place.path("others"), { data });
    expect(outcome.failed).toBe(1);
    expect(text).toMatch(/\nfail {2}a sum that/);
  });

  test("in quick mode judges nothing", async () => {
    const { outcome, text, json } = await conducted(experimentWith([wrong]), place.path("quick"), {
      quick: true,
    });
    expect(outcome.failed).toBe(0);
    expect(text).toContain("not judged  three");
    expect(json).toMatchObject({ quick: true, numbers: { size: 1 }, claims: [{ verdict: "not judged" }] });
  });

  test.each([
    { isLong: true, threads: undefined, ran: null },
    { isLong: true, threads: 2, ran: 2 },
    { isLong: false, threads: undefined, ran: 1 },
    { isLong: false, threads: 2, ran: 2 },
  ])(
    "that is long ($isLong), told to take $threads threads, takes $ran",
    async ({ isLong, threads, ran }) => {
      const experiment: Experiment = { ...experimentWith([two]), ...(isLong ? { isLong } : {}) };
      const { json } = await conducted(experiment, place.path(`threads-${isLong}-${threads}`), { threads });
      expect(json).toMatchObject({ backend: { threads: ran } });
    },
  );

  test("that breaks leaves nothing behind", async () => {
    const broken: Experiment = { ...experimentWith([]), run: () => Promise.reject(new Error("broken")) };
    await expect(conducted(broken, place.path("broken"))).rejects.toThrow("broken");
    expect(filesIn(place.path("broken"))).toEqual([]);
  });
});

/** Those that `lab all` does. */
const short = experiments.filter(({ isLong }) => isLong !== true);

describe("scoretape lab", () => {
  test("lists the experiments", async () => {
    for (const argv of [["lab"], ["lab", "list"]]) {
      const { code, stdout } = await scoretape(argv);
      expect(code).toBe(0);
      for (const { name, summary } of experiments) {
        expect(stdout.split("\n")).toContainEqual(
          expect.toSatisfy((line: string) => line.startsWith(`  ${name} `)),
        );
        expect(stdout).toContain(`  ${summary}\n`);
      }
    }
  });

  test("ends with 1 and says so when a claim fails, after all experiments", async () => {
    const spies = short.map((experiment, i) =>
      vi.spyOn(experiment, "run").mockImplementation(experimentWith(i === 1 ? [two, wrong] : [two]).run),
    );
    const out = place.path("all");
    const { code, stdout, stderr } = await scoretape(["lab", "all", "--out", out]);
    for (const spy of spies) spy.mockRestore();
    expect(code).toBe(1);
    const name = short[1]?.name;
    expect(stderr).toBe(
      `scoretape: 1 of 2 claims of ${name} did not hold; see the lines that begin with "fail"\n`,
    );
    expect(stdout.match(/^pass /gm)).toHaveLength(short.length);
    for (const experiment of short) expect(existsSync(`${out}/${experiment.name}.json`)).toBe(true);
  });

  test("at several seeds prints the share of them at which each claim holds", async () => {
    const spies = short.map((experiment) => {
      let runs = 0;
      const run: Experiment["run"] = (lab) => {
        const failing = { ...wrong, what: two.what };
        return experimentWith([runs++ === 1 ? failing : two]).run(lab);
      };
      return vi.spyOn(experiment, "run").mockImplementation(run);
    });
    const out = place.path("seeds");
    const { code, stdout } = await scoretape(["lab", "all", "--seeds", "3-5", "--out", out]);
    for (const spy of spies) spy.mockRestore();
    expect(code).toBe(0);
    expect(stdout).toContain("| `manifold` | two | 2.00, theory: 1 + 1 | 2 of 3 | 0 % |\n");
    expect(stdout).toContain(`Of 27 verdicts on 9 claims 9 are failures, where 0.0 are expected by chance`);
    const { seeds, claims } = JSON.parse(readFileSync(`${out}/seeds.json`, "utf8"));
    expect(seeds).toEqual([3, 4, 5]);
    expect(claims[0]).toMatchObject({ what: "two", heldAt: [3, 5], falseAlarm: 0 });
    const { seed } = JSON.parse(readFileSync(`${out}/seed-4/cost.json`, "utf8"));
    expect(seed).toBe(4);
    expect(await scoretape(["lab", "all", "--seed", "1", "--seeds", "3-5"])).toMatchObject({
      code: 2,
      stderr: "scoretape: --seed and --seeds are both given; leave one out\n",
    });
  });

  test("refuses unknown names, and models where none is looked at", async () => {
    expect(await scoretape(["lab", "slow-mixin"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "slow-mixing"?'),
    });
    expect(await scoretape(["lab", "slow-mixing", "somewhere"])).toMatchObject({
      code: 2,
      stderr: "scoretape: lab slow-mixing takes no model; lab audit does\n",
    });
    for (const name of ["all", "digits"]) {
      expect(await scoretape(["lab", name, "--data", "images.npy"])).toMatchObject({
        code: 2,
        stderr: `scoretape: lab ${name} takes no --data; lab images does\n`,
      });
    }
  });

  test("stops where it is asked to, and writes nothing", async () => {
    const out = place.path("stopped");
    let asked = 0;
    const argv = ["lab", "slow-mixing", "--quick", "--out", out];
    const { code, stderr, stdout } = await scoretape(argv, { interruptWhen: () => ++asked > 1 });
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("stopped in the middle of an experiment");
    expect(filesIn(out)).toEqual([]);
  });
});

describe("every experiment in quick mode", () => {
  test.each(experiments.map(({ name }) => name))("%s", async (name) => {
    const out = place.path(`quick-${name}`);
    const { code, stdout, stderr } = await scoretape(["lab", name, "--quick", "--seed", "3", "--out", out]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("no verdict on");
    const json = JSON.parse(readFileSync(`${out}/${name}.json`, "utf8"));
    expect(json.claims.length).toBeGreaterThan(1);
    expect(json.files.length).toBeGreaterThan(1);
    for (const { what, measured, limit, origin, falseAlarm } of json.claims) {
      for (const { value } of [measured, limit]) expect(typeof value, what).toBe("number");
      expect(["theory", "control"], what).toContain(origin.kind);
      expect(origin.says.length, what).toBeGreaterThan(5);
      expect(falseAlarm, what).toBeGreaterThanOrEqual(0);
      expect(falseAlarm, what).toBeLessThanOrEqual(1);
    }
    expect(new Set(json.claims.map(({ what }: Claim) => what)).size).toBe(json.claims.length);
    for (const file of json.files) expect(existsSync(`${out}/${file}`)).toBe(true);
    for (const file of json.files.filter((path: string) => path.endsWith(".png"))) {
      expect(shadesOf(readFileSync(`${out}/${file}`))).toBeGreaterThan(50);
    }
    for (const file of json.files.filter((path: string) => path.endsWith(".svg"))) {
      // But for what is inside of images, where letters stand for bytes.
      const svg = readFileSync(`${out}/${file}`, "utf8").replace(/base64,[^"]*/g, "");
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

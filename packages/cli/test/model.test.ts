import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { data, type Estimate, objectiveNames } from "@scoretape/score";
import type { LevelError, Measurements } from "@scoretape/score/model";
import { column, readTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { scoretape } from "./support/cli.ts";
import { csvOf, filesIn, makeWorkplace, shadesOf, type Workplace } from "./support/files.ts";

vi.unmock("../src/plots/png.ts");

// What can be done with a saved model. One is trained for all: on two columns, far from converged.

let place: Workplace;
let model: string;
const steps = ["--steps-per-level", "3"];

beforeAll(async () => {
  place = makeWorkplace();
  model = place.path("model");
  const source = place.write("pair.csv", csvOf(["length", "width"], 30));
  const { code, stderr } = await scoretape([
    ...["train", source, "--out", model, "--steps", "30", "--hidden", "8", "--levels", "3"],
    ...["--seed", "4", "--samples", "25", ...steps],
  ]);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => place.remove());

/** Runs a command that must fail: with one line and code 2, and nothing on standard output. */
async function mistake(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await scoretape(argv);
  expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
  expect([code, stdout]).toEqual([2, ""]);
  return stderr;
}

describe("sample", () => {
  test("draws as many rows as asked for, in the data's units; the same seed gives the same", async () => {
    const drawn = await scoretape(["sample", model, "--count", "40", "--seed", "9", ...steps]);
    expect([drawn.code, drawn.stderr]).toEqual([0, ""]);
    const { columns, rows, values } = readTable(drawn.stdout).table;
    expect([columns, rows]).toEqual([["length", "width"], 40]);
    for (const j of [0, 1]) {
      const mean = column({ columns, rows, values }, j).reduce((sum, value) => sum + value / rows, 0);
      expect(Math.abs(mean - 100 * (j + 1))).toBeLessThan(10 * (j + 1));
    }
    const again = await scoretape(["sample", model, "--count", "40", "--seed", "9", ...steps]);
    expect(again.stdout).toBe(drawn.stdout);
    const other = await scoretape(["sample", model, "--count", "40", "--seed", "10", ...steps]);
    expect(other.stdout).not.toBe(drawn.stdout);
  });

  test("without a seed draws those that the training drew; a smaller count draws the first", async () => {
    const trained = readFileSync(`${model}/samples.csv`, "utf8");
    const whole = await scoretape(["sample", model, "--count", "25", ...steps]);
    expect(whole.stdout).toBe(trained);
    const few = await scoretape(["sample", model, "--count", "7", ...steps]);
    expect(few.stdout).toBe(trained.split("\n").slice(0, 8).join("\n").concat("\n"));
  });

  test("writes to a file, and takes the model's file for the model", async () => {
    const out = place.path("somewhere", "new", "few.csv");
    const { code, stdout } = await scoretape([
      ...["sample", `${model}/model.safetensors`, "--count", "3", "--out", out, ...steps],
    ]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(readTable(readFileSync(out, "utf8")).table.rows).toBe(3);
    expect(filesIn(place.path("somewhere"))).toEqual(["new", "new/few.csv"]);
    // Under any name, anywhere.
    const elsewhere = place.write("elsewhere/pair", readFileSync(`${model}/model.safetensors`));
    const shown = await scoretape(["sample", elsewhere, "--count", "3", ...steps]);
    expect(shown.stdout).toBe(readFileSync(out, "utf8"));
  });

  test("more chains than run at a time are all different", async () => {
    const { stdout } = await scoretape(["sample", model, "--count", "4100", "--steps-per-level", "1"]);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(4101);
    expect(new Set(lines).size).toBe(4101);
  });

  test("steps too large for the score end with code 1, one line and no file", async () => {
    const out = place.path("wild.csv");
    const { code, stderr } = await scoretape([
      ...["sample", model, "--step-size", "1e30", "--steps-per-level", "40", "--out", out],
    ]);
    expect(stderr).toMatch(/^scoretape: annealedLangevin: chain .* take a smaller step size.*\n$/);
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  test("Ctrl-C ends it with code 130 and writes nothing", async () => {
    const out = place.path("stopped.csv");
    const { code, stderr } = await scoretape(["sample", model, "--count", "1000000", "--out", out], {
      interruptWhen: () => true,
    });
    expect([code, stderr]).toEqual([130, "scoretape: stopped while sampling; nothing was written\n"]);
    expect(existsSync(out)).toBe(false);
  });

  test("mistakes", async () => {
    mkdirSync(place.path("a directory"));
    place.write("a file", "");
    expect(await mistake("sample")).toContain("missing required argument 'model'");
    expect(await mistake("sample", place.path("nowhere"))).toContain("there is no model");
    expect(await mistake("sample", place.path("a directory"))).toContain(
      "is no model (no model.safetensors)",
    );
    expect(await mistake("sample", place.path("pair.csv"))).toContain("pair.csv: ");
    expect(await mistake("sample", model, "--count", "-1")).toContain('--count is "-1"');
    expect(await mistake("sample", model, "--out", place.path("a directory"))).toContain("it is a directory");
    expect(await mistake("sample", model, "--out", place.path("a file", "x.csv"))).toContain("cannot write");
  });
});

describe("evaluate", () => {
  test("compares with the training's rows unless told otherwise, and writes the numbers to a file", async () => {
    const out = place.path("numbers.json");
    const { code, stdout, stderr } = await scoretape([
      ...["evaluate", model, "--samples", "25", "--out", out, ...steps],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const numbers = JSON.parse(readFileSync(out, "utf8"));
    expect(JSON.parse(readFileSync(`${model}/report.json`, "utf8"))).toMatchObject(numbers);
    // 10 of 30 rows were kept aside.
    expect(numbers.rows).toEqual({ training: 20, test: 10, samples: 25 });
    expect(numbers.byLevel.map(({ sigma }: { sigma: number }) => sigma)).toHaveLength(3);
    const { heldOut, distances, verdict } = numbers;
    for (const { value, standardError } of Object.values<Estimate>(heldOut.logLikelihood)) {
      expect(stdout).toContain(`${value.toFixed(3)} ± ${standardError.toFixed(3)}`);
    }
    expect(stdout).toContain(`${distances.samples.value.toFixed(3)} [${distances.samples.low.toFixed(3)}, `);
    expect(stdout.trimEnd().endsWith(verdict.text)).toBe(true);
    for (const { denoisingLoss, fisherDivergence } of numbers.byLevel) {
      expect(stdout).toContain(denoisingLoss.toFixed(4));
      expect(fisherDivergence).toBeNull();
    }
  });

  test("rows far away are found far away", async () => {
    const distance = async (seed: number, shift: number): Promise<number> => {
      const text = csvOf(["length", "width"], 30, seed).replace(
        /^\d.*,/gm,
        (cell) => `${Number.parseFloat(cell) + shift},`,
      );
      const out = place.path(`distance ${shift}.json`);
      await scoretape(["evaluate", model, place.write("shifted.csv", text), "--out", out, ...steps]);
      return JSON.parse(readFileSync(out, "utf8")).distances.samples.value;
    };
    // A shift by t in one of two standardised columns moves all projections' means by t/√2 in the root mean square.
    expect(await distance(3, 1000)).toBeGreaterThan(0.6 * 1000);
    expect(await distance(3, 0)).toBeLessThan(10);
  });

  test("a file that is given is the test; without the training's rows a half of it stands in for them", async () => {
    const [rows, out] = [
      place.write("others.csv", csvOf(["length", "width"], 40, 8)),
      place.path("others.json"),
    ];
    const numbers = async (path: string): Promise<{ told: string; found: Measurements }> => {
      const { stderr } = await scoretape(["evaluate", path, rows, "--out", out, "--samples", "25", ...steps]);
      return { told: stderr, found: JSON.parse(readFileSync(out, "utf8")) };
    };
    const beside = await numbers(model);
    expect(beside.told).toBe("");
    expect(beside.found.rows).toEqual({ training: 20, test: 40, samples: 25 });
    expect(beside.found.memorization).not.toBeNull();
    const alone = await numbers(
      place.write("far/away/model.safetensors", readFileSync(`${model}/model.safetensors`)),
    );
    expect(alone.told).toContain(
      "the rows of the training are not to be found: half of these stand in for them",
    );
    expect(alone.found.rows).toEqual({ training: 27, test: 13, samples: 25 });
    expect(alone.found.memorization).toBeNull();
  });

  test("of a set that is generated fresh rows are the test", async () => {
    const path = place.path("fresh");
    await scoretape([
      ...["train", "two-modes", "--rows", "100", "--out", path, "--steps", "3", "--hidden", "8"],
      ...["--levels", "3", "--samples", "10", ...steps],
    ]);
    const { rows } = JSON.parse(readFileSync(`${path}/report.json`, "utf8"));
    expect(rows).toEqual({ training: 100, test: 2000, samples: 10 });
  });

  test("knows the exact score of a set that has one: the Fisher divergence and the denoising loss differ by a constant", async () => {
    const at = async (steps_: string): Promise<LevelError[]> => {
      const path = place.path(`two modes ${steps_}`);
      await scoretape([
        ...["train", "two-modes", "--rows", "500", "--out", path, "--steps", steps_, "--hidden", "8"],
        ...["--levels", "3", "--sigma-max", "0.7", "--sigma-min", "0.1", "--samples", "10", ...steps],
      ]);
      const out = place.path("two-modes.json");
      await scoretape(["evaluate", path, "--samples", "10", "--out", out, ...steps]);
      return JSON.parse(readFileSync(out, "utf8")).byLevel;
    };
    const [early, late] = [await at("3"), await at("300")];
    early.forEach((level, i) => {
      const loss = level.denoisingLoss - (late[i]?.denoisingLoss ?? 0);
      const after = late[i]?.fisherDivergence?.value ?? Number.NaN;
      const divergence = level.sigma ** 2 * ((level.fisherDivergence?.value ?? Number.NaN) - after);
      expect(Math.abs(divergence)).toBeGreaterThan(0.01);
      expect(Math.abs(loss / divergence - 1)).toBeLessThan(0.2);
    });
  });

  test("shows the error of the score by noise level and by density, for a set whose score is known", async () => {
    const path = place.path("checkerboard");
    await scoretape([
      ...["train", "checkerboard", "--rows", "300", "--out", path, "--steps", "3", "--hidden", "8"],
      ...["--levels", "2", "--samples", "10", ...steps],
    ]);
    const out = place.path("checkerboard.json");
    const { code, stdout } = await scoretape(["evaluate", path, "--samples", "10", "--out", out, ...steps]);
    expect(code).toBe(0);
    const byLevel: LevelError[] = JSON.parse(readFileSync(out, "utf8")).byLevel;
    expect(byLevel).toHaveLength(2);
    for (const { sigma, fisherDivergence } of byLevel) {
      const { value = 0, standardError = 0, relative = 0, byDensity = [] } = fisherDivergence ?? {};
      // A network that has hardly learned is as far off as a Gaussian: little where noise hides all but that.
      expect(relative).toBeGreaterThan(sigma < 1 ? 0.2 : 0);
      expect(relative).toBeLessThan(2);
      expect(byDensity).toHaveLength(10);
      expect(byDensity.reduce((total, part) => total + part.relative, 0) / 10).toBeCloseTo(relative, 8);
      const share = (of: number): string =>
        `${100 * of < 99.5 ? (100 * of).toPrecision(2) : Math.round(100 * of)} %`;
      const lines = stdout.split("\n").map((line) => line.split(/ {2,}/));
      const [errors = []] = lines.filter(([first]) => first === sigma.toPrecision(3));
      expect(errors.slice(2)).toEqual([value.toPrecision(4), standardError.toPrecision(2), share(relative)]);
      const [tenths = []] = lines.filter(([first]) => first === `σ = ${sigma.toPrecision(3)}`);
      expect(tenths.slice(1)).toEqual(byDensity.map((part) => share(part.relative)));
    }
    expect(stdout).toContain("lowest density");
    expect(stdout).not.toContain("e+");
  });

  test("mistakes", async () => {
    const three = place.write("three.csv", csvOf(["a", "b", "c"], 5));
    expect(await mistake("evaluate", model, three)).toMatch(
      /has 3 columns \(a, b, c\).*the model has 2 \(length, width\)/,
    );
    const swapped = place.write("swapped.csv", csvOf(["width", "length"], 5));
    expect(await mistake("evaluate", model, swapped)).toContain(
      "put them in the same order with --columns length,width",
    );
    const four = place.write("four.csv", csvOf(["a", "width", "length", "b"], 5));
    expect(await mistake("evaluate", model, four)).toContain("take these with --columns length,width");
    expect(await mistake("evaluate", model, place.path("none.csv"))).toContain("no such file");
    expect(await mistake("evaluate", model, "mons")).toContain('did you mean "moons"?');
  });
});

describe("plot", () => {
  test("draws the training's pictures anew, elsewhere if asked to", async () => {
    const out = place.path("pictures");
    const { code, stdout } = await scoretape(["plot", model, "--out", out, "--samples", "25", ...steps]);
    expect(code).toBe(0);
    const drawn = ["loss", "overview", "portrait", "quality"].flatMap((name) => [
      `${name}.png`,
      `${name}.svg`,
    ]);
    expect(filesIn(out)).toEqual(drawn);
    // Clip paths are numbered through a process.
    const plain = (path: string): string => readFileSync(path, "utf8").replaceAll(/plot-clip-\d+/g, "clip");
    for (const file of drawn) {
      expect(stdout).toContain(`${out}/${file}\n`);
      if (file.endsWith(".svg")) expect(plain(`${out}/${file}`)).toBe(plain(`${model}/${file}`));
      else expect(shadesOf(readFileSync(`${out}/${file}`))).toBeGreaterThan(100);
    }
  });

  test("mistakes", async () => {
    place.write("in the way", "");
    expect(await mistake("plot", model, "--out", place.path("in the way"))).toContain("cannot write");
    const three = place.write("three.csv", csvOf(["a", "b", "c"], 5));
    expect(await mistake("plot", model, "--data", three)).toContain("has 3 columns");
  });
});

describe("a damaged model", () => {
  const file = (name: string): Buffer => readFileSync(`${model}/${name}`);

  /** Copies the model, puts other bytes in the place of a file, and tries to use it. */
  async function damaged(name: string, bytes: Uint8Array | string): Promise<string> {
    cpSync(model, place.path("damaged"), { recursive: true });
    place.write(`damaged/${name}`, bytes);
    const before = filesIn(place.path("damaged"));
    const out = place.path("never.csv");
    const told = await mistake("sample", place.path("damaged"), "--out", out);
    expect(existsSync(out)).toBe(false);
    await mistake("train", "--resume", "--out", place.path("damaged"));
    expect(filesIn(place.path("damaged"))).toEqual(before);
    return told;
  }

  test("cut short anywhere", async () => {
    const whole = file("model.safetensors");
    for (const length of [0, 5, 9, 200, whole.length >> 1, whole.length - 3]) {
      const told = await damaged("model.safetensors", whole.subarray(0, length));
      expect(told).toMatch(/model\.safetensors: .*damaged/);
    }
  });

  test("with any byte changed", async () => {
    const whole = file("model.safetensors");
    for (let at = 3; at < whole.length; at += Math.floor(whole.length / 9)) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await damaged("model.safetensors", changed)).toMatch(/model\.safetensors: .*damaged/);
    }
  });
});

test("list shows every data set and every loss", async () => {
  const { code, stdout } = await scoretape(["list"]);
  expect(code).toBe(0);
  for (const name of [...data.names(), ...objectiveNames])
    expect(stdout).toMatch(new RegExp(`^ +${name} `, "m"));
});

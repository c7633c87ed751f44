import { existsSync, readFileSync } from "node:fs";
import { exportFunction } from "@scoretape/score/export";
import { loadModel } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { noise, npyOf } from "./support/images.ts";

// Functions of a model as files for other engines. What is in them is told by the library's tests.

let place: Workplace;
const home = process.cwd();
const sizes = ["--steps", "5", "--levels", "3", "--samples", "10"];

beforeAll(async () => {
  place = makeWorkplace();
  process.chdir(place.path());
  const rows = Array.from({ length: 40 }, (_, i) => `${1e7 + 0.37 * (i % 11)},${0.3 * (i % 5)}`);
  place.write("far.csv", `a,b\n${rows.join("\n")}\n`);
  place.write("images.npy", npyOf("|u1", [40, 3, 3], noise(360)));
  place.write("labels.txt", "odd\neven\n".repeat(20));
  for (const argv of [
    ["train", "moons", "--out", "model", "--rows", "60", "--hidden", "6", "--steps-per-level", "3", ...sizes],
    ["train", "far.csv", "--out", "far", "--hidden", "6", "--steps-per-level", "3", ...sizes],
    ["train", "images.npy", "--out", "drawings", "--labels", "labels.txt", "--channels", "4", ...sizes],
  ]) {
    const { code, stderr } = await scoretape(argv);
    if (code === 2) throw new Error(stderr);
  }
  place.write(
    "broken.safetensors",
    readFileSync("model/model.safetensors").subarray(0, 500).toString("latin1"),
  );
});
afterAll(() => {
  process.chdir(home);
  place.remove();
});

describe("a function of a model", () => {
  test.each([
    [
      "onnx",
      "score",
      "exported.onnx",
      "x float32 [batch, 2], sigma float32 [batch] → score float32 [batch, 2]",
    ],
    [
      "stablehlo",
      "denoise",
      "exported.mlir",
      "x float32 [4, 2], sigma float32 [4] → mean float32 [4, 2], deviation float32 [4, 2]",
    ],
    ["onnx", "sample", "exported.onnx", "seed uint32 [2] → samples float32 [4, 2]"],
  ] as const)("goes to a file of %s, the %s to %s", async (format, what, file, told) => {
    const count = what === "score" ? [] : ["--count", "4"];
    const outcome = await scoretape(["export", "model", "--format", format, "--what", what, ...count]);
    expect(outcome).toEqual({ code: 0, stdout: `${file}\n`, stderr: `scoretape: ${what}: ${told}\n` });
    const model = loadModel(readFileSync("model/model.safetensors"));
    const { content } = exportFunction(model, { what, format, ...(count.length > 0 ? { count: 4 } : {}) });
    expect(readFileSync(file).equals(Buffer.from(content))).toBe(true);
  });

  test("is the score unless said, and goes where --out says", async () => {
    const { stdout, stderr } = await scoretape([
      "export",
      "model",
      "--format",
      "onnx",
      "--out",
      "new/s.onnx",
    ]);
    expect([stdout, stderr.slice(0, 20)]).toEqual(["new/s.onnx\n", "scoretape: score: x "]);
  });

  test("of columns far from 0 is in float64 where that is asked for", async () => {
    const { code, stderr } = await scoretape(["export", "far", "--format", "onnx", "--dtype", "float64"]);
    expect([code, stderr]).toEqual([
      0,
      "scoretape: score: x float64 [batch, 2], sigma float64 [batch] → score float64 [batch, 2]\n",
    ]);
  });

  test("of images takes a class for each, or is of one", async () => {
    const shown = async (...flags: string[]): Promise<string> =>
      (await scoretape(["export", "drawings", "--format", "stablehlo", "--count", "2", ...flags])).stderr;
    expect(await shown()).toContain("sigma float32 [2], class uint32 [2] →");
    expect(await shown("--class", "odd")).toContain("sigma float32 [2] →");
  });
});

const onnx = ["--format", "onnx"];
describe("is refused in a line, with code 2, and nothing is written:", () => {
  test.each([
    [
      ["model", "--what", "score"],
      /--what is for --format onnx or --format stablehlo; leave it out, or add that/,
    ],
    [["model", "--format", "safetensors", "--what", "sample"], /--what is for --format onnx/],
    [["model", "--count", "5"], /--count is for --format onnx/],
    [["model", "--dtype", "float64"], /--dtype is for --format onnx/],
    [["drawings", "--class", "odd"], /--class is for --format onnx/],
    [["model", "--steps-per-level", "2"], /--steps-per-level is for --format onnx/],
    [
      ["model", "--format", "onxx"],
      /--format is "onxx"; did you mean "onnx"\? there are safetensors, onnx and stablehlo/,
    ],
    [["model", "--format", "png"], /--format is "png"; there are/],
    [["model", ...onnx, "--what", "samples"], /--what is "samples"; did you mean "sample"\?/],
    [["model", ...onnx, "--what", "weights"], /--what is "weights"; there are score, denoise and sample/],
    [
      ["model", ...onnx, "--count", "5"],
      /--count is for --what sample or --format stablehlo; leave it out: the score of ONNX/,
    ],
    [["model", ...onnx, "--what", "sample", "--count", "0"], /--count is "0"/],
    [["model", ...onnx, "--steps-per-level", "2"], /--steps-per-level is for --what sample; /],
    [["model", ...onnx, "--what", "denoise", "--step-size", "0.1"], /--step-size is for --what sample; /],
    [["model", ...onnx, "--what", "sample", "--sampler", "hmc"], /unknown option '--sampler'/],
    [["model", ...onnx, "--backend", "js"], /unknown option '--backend'/],
    [["model", ...onnx, "--class", "odd"], /model is a model that was told no classes, which --class is for/],
    [["drawings", ...onnx, "--class", "ood"], /has no class "ood"; did you mean "odd"\?/],
    [
      ["drawings", ...onnx, "--what", "sample", "--steps-per-level", "2"],
      /--steps-per-level is for a perceptron, and drawings is a U-Net/,
    ],
    [
      ["far", ...onnx],
      /^scoretape: far: column a has mean 1\d+\S* and .* float32 has too few digits; take --dtype float64$/,
    ],
    [["broken.safetensors", ...onnx], /broken.safetensors: /],
    [["nowhere", ...onnx], /there is no model nowhere/],
    [["images.npy", ...onnx], /images.npy: /],
    [["model", ...onnx, "--out", "model/model.safetensors"], /it is read from; choose another --out/],
    [["model", ...onnx, "--out", "drawings"], /cannot write drawings: it is a directory/],
    [["model", ...onnx, "--what", "sample", "--count", "2000000000"], /this needs about/],
  ])("export %j", async (argv, message) => {
    const before = filesIn(place.path()).map((name) => [name, existsSync(name)]);
    const { code, stdout, stderr } = await scoretape(["export", ...argv]);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
    expect(stderr.trim()).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(filesIn(place.path()).map((name) => [name, existsSync(name)])).toEqual(before);
  });

  test.each([
    [["sample", "model", ...onnx], /unknown option '--format'/],
    [["train", "moons", "--what", "score"], /unknown option '--what'/],
    [["evaluate", "model", "--dtype", "float64"], /unknown option '--dtype'/],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await scoretape(argv);
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toMatch(message);
  });
});

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tree } from "@scoretape/autograd";
import { read } from "@scoretape/autograd/safetensors";
import { loadTraining } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { noise, npyOf } from "./support/images.ts";

const short = ["--steps", "6", "--hidden", "6", "--batch", "16"];
const exported = ["--export", "xla"];

let place: Workplace;
let rows: string;
beforeAll(() => {
  place = makeWorkplace();
  rows = place.write("rows.csv", csvOf(["x", "y", "z"], 40));
});
afterAll(() => place.remove());

interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}
interface Job {
  readonly settings: Readonly<Record<string, number | null>>;
  readonly programs: Readonly<Record<string, { inputs: readonly Port[]; outputs: readonly Port[] }>>;
  readonly files: Readonly<Record<string, string>>;
}

/** A job of some words, written and read. */
async function jobOf(name: string, ...words: readonly string[]) {
  const folder = place.path(name);
  const { code, stdout, stderr } = await scoretape(["train", ...words, ...exported, "--job", folder]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`python -m scoretape_xla ${folder}`);
  const text = readFileSync(`${folder}/job.json`, "utf8");
  const job: Job = JSON.parse(text);
  return { folder, text, job, start: loadTraining(readFileSync(`${folder}/start.safetensors`)) };
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

describe("a job", () => {
  test("is all that a training needs, with checksums, and its state has the names of a model's file", async () => {
    const { folder, text, job, start } = await jobOf("whole", rows, ...short, "--checkpoint-every", "3");
    expect(readdirSync(folder).sort()).toEqual(["job.json", ...Object.keys(job.files)].sort());
    for (const [name, digest] of Object.entries(job.files)) {
      expect(sha256(readFileSync(`${folder}/${name}`))).toBe(digest);
    }
    const { checksum } = JSON.parse(text);
    expect(sha256(text.replace(checksum, "0".repeat(64)))).toBe(checksum);
    expect(job.settings).toMatchObject({ steps: 6, batch: 16, checkpointEvery: 3, patience: null });
    const { tensors } = read(readFileSync(`${folder}/start.safetensors`));
    for (const { name, shape } of job.programs.step?.outputs.slice(0, -3) ?? []) {
      expect(tensors[name.replaceAll("/", ".")]?.shape).toEqual(shape);
    }
    expect(start.state.step).toBe(0);
    expect(start.description.data).toMatchObject({ name: "rows.csv", path: "../../rows.csv" });
  });

  test("begins with the parameters that the command itself would begin with", async () => {
    const { start } = await jobOf("beginning", rows, ...short);
    const out = place.path("trained");
    await scoretape(["train", rows, ...short, "--samples", "10", "--learning-rate", "1e-30", "--out", out]);
    const trained = loadTraining(readFileSync(`${out}/model.safetensors`));
    const values = (model: typeof start) =>
      tree.leaves(model.state.parameters).map(({ data }) => Array.from(data, (x) => Math.round(1e9 * x) + 0));
    expect(values(start)).toEqual(values(trained));
  });

  const images = ["images.npy", "--channels", "4", "--steps", "6", "--batch", "8"];
  test.each([
    ["exact", ["rows.csv", ...short, "--loss", "exact"]],
    ["sliced", ["rows.csv", ...short, "--loss", "sliced"]],
    ["sliced-vr", ["rows.csv", ...short, "--loss", "sliced-vr"]],
    ["energy", ["rows.csv", ...short, "--learn", "energy"]],
    ["target", ["rows.csv", ...short, "--target", "z", "--given", "x"]],
    ["images", images],
    ["classes", [...images, "--labels", "labels.txt"]],
    ["perceptron", ["images.npy", ...short, "--network", "mlp"]],
    ["unvalidated", ["rows.csv", ...short, "--validation", "0"]],
  ])("can be one of %s", async (name, [file = "", ...words]) => {
    place.write("images.npy", npyOf("|u1", [20, 3, 3], noise(180)));
    place.write("labels.txt", "odd\neven\n".repeat(10));
    const given = words.map((word) => (word === "labels.txt" ? place.path(word) : word));
    const { job } = await jobOf(name, place.path(file), ...given);
    const parts = job.programs.draw?.inputs.filter((port) => port.name.startsWith("rows/")) ?? [];
    expect(parts).toHaveLength(name === "target" || name === "classes" ? 2 : 1);
    expect(job.programs.evaluate === undefined).toBe(name === "unvalidated");
  });

  test("goes on where a training stopped", async () => {
    const out = place.path("half");
    await scoretape(["train", rows, ...short, "--samples", "10", "--out", out]);
    const { job, start } = await jobOf("second", "--resume", "--out", out, "--steps", "9");
    expect([start.state.step, job.settings.steps]).toEqual([6, 9]);
    const { data } = start.description;
    expect(data).toMatchObject({ path: "../../rows.csv" });
  });
});

describe("what cannot be a job is refused in one line, and nothing is written", () => {
  test.each([
    [["--refit"], /--refit/],
    [["--job"], /job/],
    [["--samples", "3"], /--samples is for what is done here/],
    [["--dry-run"], /--dry-run/],
    [["--out", "elsewhere"], /JOB\/model|its own folder/],
    [["--resume"], /--out; name that/],
  ])("%j", async (words, complaint) => {
    const before = filesIn(place.path());
    const job = words[0] === "--job" ? [] : ["--job", place.path("none")];
    const given = words[0] === "--job" ? [] : words;
    const { code, stderr } = await scoretape(["train", rows, ...short, ...given, ...exported, ...job]);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(filesIn(place.path())).toEqual(before);
  });

  test("gaps that are to be learned", async () => {
    const gappy = place.write("gappy.csv", `${csvOf(["x", "y"], 20)}1,\n,2\n`);
    const words = ["train", gappy, ...short, ...exported, "--job", place.path("none")];
    const { code, stderr } = await scoretape(words);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--gaps drop")]);
    expect(existsSync(place.path("none"))).toBe(false);
  });

  test("a job in the place of another, unless it is to be replaced", async () => {
    const { folder, text } = await jobOf("first", rows, ...short);
    const again = ["train", rows, ...short, "--seed", "1", ...exported, "--job", folder];
    const { code, stderr } = await scoretape(again);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--overwrite")]);
    expect(readFileSync(`${folder}/job.json`, "utf8")).toBe(text);
    expect((await scoretape([...again, "--overwrite"])).code).toBe(0);
    expect(readFileSync(`${folder}/job.json`, "utf8")).not.toBe(text);
  });
});

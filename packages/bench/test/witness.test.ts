import { add, tensor } from "@scoretape/autograd";
import { read, write } from "@scoretape/autograd/safetensors";
import { selected, train } from "@scoretape/score";
import { modelOf, type Parameters } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { python } from "../src/implementations/runtimes.ts";
import { afterFirstSteps } from "../src/witness/firstSteps.ts";
import { divergenceOf, type Trial, tryBoth } from "../src/witness/measure.ts";
import { learnedBy, type Peer, peerModules, pyTorch } from "../src/witness/peer.ts";
import { compare, factorOf, mostSeeds, tableOf } from "../src/witness/report.ts";
import { named, taskFile, taskOf } from "../src/witness/task.ts";
import { makeProgram, type Program } from "./support/program.ts";

const task = taskOf("8gaussians", 3, { rows: 300, steps: 30, points: 100 });

/** A peer that is this library, and tells scores that are off by so much, or has another moving average. */
const ownAsPeer =
  (parameters: Parameters, error = 0, averageDecay = 0.999): Peer =>
  async (file) => {
    const { points, levels } = read(file).tensors;
    if (points === undefined || levels === undefined) throw new RangeError("the task has no points");
    const scores = add(modelOf(task.description, parameters).principalScore(points, levels), error);
    const first = afterFirstSteps(task.first, { ...task.training, averageDecay });
    return write({ tensors: { ...named("learned", parameters), ...named("first", first), scores } });
  };

describe("a task", () => {
  test("is the training that the command carries out, with all that the other side needs", () => {
    const { tensors, metadata } = read(taskFile(task));
    expect(tensors.rows?.toArray()).toEqual(task.training.data.toArray());
    expect(JSON.parse(metadata.about ?? "")).toMatchObject({
      seed: 3,
      batch: 256,
      hidden: [64, 64],
      waves: [],
    });
    expect(taskOf("8gaussians", 3, { rows: 5000, steps: 30, points: 100 }).description.network).toMatchObject(
      {
        waves: [1.5, 3],
      },
    );
    const rates = [...(tensors.rates?.data ?? [])];
    expect(rates).toHaveLength(30);
    expect(rates[0]).toBeCloseTo(0.01, 8);
    // Half a cosine: the mean of its ends in the middle.
    expect(rates[15]).toBeCloseTo(0.01 * ((1 + 0.002) / 2), 8);
  });
});

describe("a peer", () => {
  test("with the same parameters has the same divergence, to the last bit", async () => {
    const parameters = selected(await train(task.training));
    const { own, peers, set, seed } = await tryBoth(task, ownAsPeer(parameters));
    expect([set, seed]).toEqual(["8gaussians", 3]);
    expect(own).toBeGreaterThan(0);
    expect(peers).toBe(own);
  });

  test("whose scores are not those of its parameters is no witness", async () => {
    const parameters = selected(await train(task.training));
    await expect(learnedBy(ownAsPeer(parameters, 0.01), task)).rejects.toThrow(
      /^learnedBy: scores has .* there and .* here, at 0 of 128; the two must do the same$/,
    );
  });

  test("that takes other steps is no witness", async () => {
    const parameters = selected(await train(task.training));
    await expect(learnedBy(ownAsPeer(parameters, 0, 0.5), task)).rejects.toThrow(
      /^learnedBy: first\.weight0 has .*; the two must do the same$/,
    );
  });

  test("that leaves an array out is named", async () => {
    const nothing: Peer = async () => write({ tensors: { "learned.weight0": tensor([1]) } });
    await expect(learnedBy(nothing, task)).rejects.toThrow(
      "learnedBy: the peer's file has no array learned.bias0",
    );
  });

  const runtime = python("python3", peerModules);
  const isThere = runtime !== null && peerModules.every((name) => runtime.modules[name] !== null);

  test.skipIf(!isThere)(
    "in PyTorch has the same network, and learns",
    async () => {
      const waved = taskOf("8gaussians", 1, { rows: 5000, steps: 100, points: 100 });
      const untrained = waved.training.model.init(waved.training.key);
      const learned = await learnedBy(pyTorch("python3"), waved);
      expect(divergenceOf(waved, learned)).toBeLessThan(0.7 * divergenceOf(waved, untrained));
    },
    180_000,
  );

  test("that ends in an error tells it", async () => {
    await expect(pyTorch(process.execPath)(taskFile(task))).rejects.toThrow("ERR_UNKNOWN_FILE_EXTENSION");
  });
});

describe("the command", () => {
  let program: Program;
  beforeAll(async () => {
    program = await makeProgram();
  });
  afterAll(() => program.remove());

  test("where there is no PyTorch, says how to get it, and measures this side", async () => {
    const small = ["--seeds", "1", "--steps", "5", "--rows", "300", "--points", "10", "--set", "8gaussians"];
    const { code, stdout, stderr } = await program.witness(...small, "--python", "no-such-python");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^no-such-python has no torch, numpy, safetensors, .* pip install -r /);
    expect(stdout).toMatch(/\n\| 8gaussians \| \d\.\d{4} \| – \| – \| no peer \|\n/);
  });

  test.each([
    [["--set", "circles"], "Choose 8gaussians, 2spirals, checkerboard, pinwheel, moons."],
    [["--seeds", "11"], "It is a whole number from 1 to 10."],
  ])("%j is refused", async (argv, message) => {
    const { code, stderr } = await program.witness(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("the table", () => {
  const trial = (set: string, seed: number, own: number, peers: number | null): Trial => ({
    set,
    seed,
    own,
    peers,
  });

  test("has geometric means with Student's intervals", () => {
    const { mean, low, high } = factorOf([1, 4]);
    // The logarithms have the mean ln 2 and the standard error ln 2.
    expect(mean).toBeCloseTo(2, 12);
    expect(high).toBeCloseTo(2 * 2 ** 12.706, 6);
    expect(low * high).toBeCloseTo(4, 9);
    expect(factorOf([3])).toEqual({ mean: expect.closeTo(3, 12), low: 0, high: Number.POSITIVE_INFINITY });
    expect(factorOf(Array.from({ length: mostSeeds }, () => 7)).high).toBeCloseTo(7, 12);
  });

  test("compares seed by seed, as both learned from the same rows", () => {
    // Rows make a factor of 10 here; what the sides differ by is much less.
    const rows = [1, 10, 100];
    const verdictFor = (factors: readonly number[]): string | undefined =>
      compare(
        factors.map((factor, seed) => trial("moons", seed, factor * (rows[seed] ?? 0), rows[seed] ?? 0)),
      )[0]?.verdict;
    expect(verdictFor([1.1, 1.12, 1.11])).toBe("worse");
    expect(verdictFor([0.9, 0.92, 0.91])).toBe("better");
    expect(verdictFor([0.9, 1.2, 1])).toBe("no difference found");
  });

  test("ends with all sets, each seed by its geometric mean", () => {
    const trials = [trial("a", 0, 1, 2), trial("a", 1, 2, 4), trial("b", 0, 4, 2), trial("b", 1, 8, 4)];
    const found = compare(trials);
    expect(found.map(({ set }) => set)).toEqual(["a", "b", "all"]);
    expect(found.map(({ ratio }) => ratio?.mean)).toEqual(
      [0.5, 2, 1].map((value) => expect.closeTo(value, 12)),
    );
    expect(tableOf(found).split("\n")).toHaveLength(5);
    expect(tableOf(found)).toContain("| all | 2.8284 [");
  });

  test("without a peer has one side", () => {
    const found = compare([trial("a", 0, 1, null)]);
    expect(tableOf(found).split("\n").at(-1)).toBe("| a | 1.0000 | – | – | no peer |");
  });
});

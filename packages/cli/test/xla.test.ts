import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { tree } from "@scoretape/autograd";
import { data, train } from "@scoretape/score";
import { keysOf, loadTraining, saveModel, trainingOf } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoretape } from "./support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { answerOf, hasJax, python } from "./support/python.ts";

/**
 * Losses of the first ten steps agree up to the rounding of sums in float32, and so do parameters after steps that are as
 * small: Adam turns what rounding makes of a gradient that is nearly 0 into a step of the size of the rate.
 */
const [OF_LOSSES, RATE] = [1e-5, 1e-4];
const OF_PARAMETERS = 10 * RATE * 0.01;
/** Seconds after which a lost process is told of, and what a busy machine takes beside them. */
const [TIMEOUT, SLACK] = [20, 5];

const isDue = await hasJax();

let place: Workplace;
let ten: string;
const steps = ["--rows", "200", "--hidden", "8-8", "--batch", "32"];
beforeAll(async () => {
  place = makeWorkplace();
  ten = place.path("ten");
  const small = ["--steps", "10", "--checkpoint-every", "5", "--learning-rate", `${RATE}`];
  await exported(ten, ...small);
});
afterAll(() => place.remove());

async function exported(folder: string, ...words: readonly string[]): Promise<void> {
  const argv = ["train", "two-modes", ...steps, ...words, "--export", "xla", "--job", folder];
  const { code, stderr } = await scoretape(argv);
  if (code !== 0) throw new Error(stderr);
}

/** What a script tells of a training on one mesh. */
interface Told {
  readonly losses: readonly number[];
  readonly validation: readonly (readonly [step: number, loss: number])[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly collectives: readonly (readonly string[])[];
  readonly resumed?: boolean;
}

function expectClose(mine: readonly number[], theirs: readonly number[], limit: (x: number) => number): void {
  expect(mine).toHaveLength(theirs.length);
  mine.forEach((x, i) => {
    const y = theirs[i] ?? Number.NaN;
    expect(Math.abs(x - y)).toBeLessThanOrEqual(limit(y));
  });
}

describe.skipIf(!isDue)("a job on eight devices", () => {
  let told: Readonly<Record<string, Told>>;
  let reference: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    // What the command itself would have saved after five steps.
    const { description } = loadTraining(readFileSync(`${ten}/start.safetensors`));
    const { settings, data: origin } = description;
    const values = data.byName(origin.name).sample(keysOf(settings.seed).rows, origin.rows);
    const training = trainingOf(description, values);
    const given = place.path("given.safetensors");
    reference = await train({
      ...training,
      checkpointEvery: 5,
      onCheckpoint(state) {
        if (state.step === 5) writeFileSync(given, saveModel(description, state));
      },
    });
    told = (await answerOf(
      "meshes.py",
      {
        job: ten,
        meshes: ["data=1", "data=8", "data=8 --split-state", "data=2,model=4"],
        whole: "data=8",
        stop: 5,
        half: place.path("half.safetensors"),
        given,
      },
      8,
    )) as typeof told;
  }, 240_000);

  test.each(["data=1", "data=8", "data=8 --split-state", "data=2,model=4", "given"])(
    "%s: losses and parameters are those of WebAssembly",
    (mesh) => {
      const { losses, validation, parameters } = told[mesh] ?? expect.fail(mesh);
      const { history } = reference;
      const relative = (y: number): number => OF_LOSSES * Math.abs(y);
      expectClose(losses, history.losses, relative);
      const flat = history.validation.map(({ loss }) => loss);
      expectClose(
        validation.map(([, loss]) => loss),
        flat,
        relative,
      );
      expect(validation.map(([step]) => step)).toEqual(history.validation.map(({ step }) => step));
      const leaves: Record<string, readonly number[]> = {};
      tree.map(
        (leaf, path) => {
          leaves[path] = [...leaf.data];
          return leaf;
        },
        { parameters: reference.parameters },
      );
      expect(Object.keys(parameters).sort()).toEqual(Object.keys(leaves).sort());
      for (const [name, own] of Object.entries(parameters)) {
        expectClose(own, leaves[name] ?? [], () => OF_PARAMETERS);
      }
    },
  );

  test("split by rows, a step has one collective: the sum of all gradients", () => {
    expect(told["data=8"]?.collectives).toEqual([["all-reduce"]]);
    expect(told["data=1"]?.collectives).toEqual([[]]);
  });

  test("split by the weights too, a step has sums over both", () => {
    expect(told["data=2,model=4"]?.collectives.flat()).toContain("all-reduce");
  });

  test("goes on from a checkpoint to the same bits on the same mesh", () => {
    expect(told["data=8"]?.resumed).toBe(true);
  });

  test("and scoretape train goes on from it too, to what it would have come to", async () => {
    const folder = place.path("model");
    mkdirSync(folder);
    copyFileSync(place.path("half.safetensors"), `${folder}/model.safetensors`);
    const { code, stderr } = await scoretape(["train", "--resume", "--out", folder, "--samples", "10"]);
    expect([code, stderr.replace(/\[.*/s, "")]).toEqual([0, ""]);
    const { state } = loadTraining(readFileSync(`${folder}/model.safetensors`));
    expectClose(state.history.losses, reference.history.losses, (y) => OF_LOSSES * Math.abs(y));
  });
});

describe.skipIf(!isDue)("two processes", () => {
  test("train together; one that is stopped stops both, one that is killed is told of, and one alone goes on", async () => {
    const job = place.path("long");
    await exported(job, "--steps", "2000", "--checkpoint-every", "50", "--validation", "0");
    const saved = `${job}/model/model.safetensors`;
    const stepOf = (): number => (existsSync(saved) ? loadTraining(readFileSync(saved)).state.step : 0);
    let port = 20_000 + (process.pid % 20_000);
    /** Both processes, once they have saved something further than before. */
    const both = async (...words: readonly string[]) => {
      const before = stepOf();
      port += 1;
      const cluster = ["--coordinator", `127.0.0.1:${port}`, "--processes", "2", "--timeout", `${TIMEOUT}`];
      const start = (rank: string) =>
        python(["-m", "scoretape_xla", job, ...cluster, "--rank", rank, ...words], { devices: 2 });
      const [first, second] = [start("0"), start("1")];
      let ended = false;
      first.outcome.finally(() => {
        ended = true;
      });
      while (stepOf() === before && !ended) await setTimeout(50);
      return [first, second] as const;
    };
    const lines = (text: string): string[] =>
      text
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("step "));

    const [told, stopped] = await both();
    // Nobody listens to what it says.
    stopped.process.stdout?.destroy();
    stopped.process.stderr?.destroy();
    stopped.process.kill("SIGINT");
    expect((await stopped.outcome).code).toBe(130);
    const { code: codeOfBoth, stderr: toldOfBoth } = await told.outcome;
    const reached = stepOf();
    expect(reached).toBeLessThan(2000);
    expect([codeOfBoth, lines(toldOfBoth)]).toEqual([
      130,
      [`scoretape_xla: stopped at step ${reached} of 2000, which is saved; go on with --resume`],
    ]);

    const [first, second] = await both("--resume");
    second.process.kill("SIGKILL");
    const killed = performance.now();
    const { code, stderr } = await first.outcome;
    expect([code, lines(stderr)]).toEqual([
      1,
      [expect.stringMatching(/rank 0 lost another process .*--resume/)],
    ]);
    expect((performance.now() - killed) / 1000).toBeLessThan(TIMEOUT + SLACK);
    const step = stepOf();
    expect([step % 50, step < 2000]).toEqual([0, true]);
    expect(filesIn(`${job}/model`).filter((name) => !name.startsWith("."))).toEqual(["model.safetensors"]);

    const alone = await python(["-m", "scoretape_xla", job, "--resume"]).outcome;
    expect([alone.code, alone.stdout]).toEqual([
      0,
      expect.stringContaining(`2,000 steps from step ${step.toLocaleString("en")}`),
    ]);
    expect(filesIn(`${job}/model`)).toEqual(["model.safetensors"]);
    const { code: sampled, stdout } = await scoretape(["sample", `${job}/model`, "--count", "5"]);
    expect([sampled, stdout.trim().split("\n")]).toEqual([0, expect.objectContaining({ length: 6 })]);
    const { losses } = loadTraining(readFileSync(saved)).state.history;
    const mean = (part: readonly number[]): number => part.reduce((sum, x) => sum + x, 0) / part.length;
    expect(mean(losses.slice(-500))).toBeLessThan(mean(losses.slice(0, 50)));
  }, 180_000);
});

/** What the command says of a job that is not as it was written. */
interface Refusal {
  readonly code: unknown;
  readonly lines: readonly string[];
  readonly wrote: boolean;
  readonly jax: boolean;
}

test.skipIf(!isDue)(
  "a job that is not as it was written is refused in one line, and nothing of it is run or written",
  async () => {
    const folder = place.path("hostile");
    mkdirSync(folder);
    const { refusals, others } = (await answerOf("hostile.py", { job: ten, place: folder }, 1)) as {
      readonly refusals: Readonly<Record<string, Refusal>>;
      readonly others: unknown;
    };
    // Only the lock of a process that is there keeps others away.
    expect(others).toEqual({ "a lock": [false, true], patience: [false, true, false] });
    expect(Object.keys(refusals).length).toBeGreaterThan(70);
    const bad = Object.entries(refusals).filter(
      ([, { code, lines, wrote }]) =>
        code !== 2 || lines.length !== 1 || wrote || !lines[0]?.startsWith("scoretape_xla: "),
    );
    expect(bad).toEqual([]);
    // All but what only XLA's reader can tell, and there are not the devices for, is found before JAX is loaded.
    expect(Object.values(refusals).filter(({ jax }) => jax)).toHaveLength(5);
  },
  120_000,
);

test.skipIf(!isDue)("the table of docs/scaling.md is what its command prints", async () => {
  const { stdout } = await python(["-m", "scoretape_xla.scaling", "--rate", "67e12"]).outcome;
  const page = readFileSync(new URL("../../../docs/scaling.md", import.meta.url), "utf8");
  const rows = (text: string): string[][] =>
    text
      .split("\n")
      .filter((line) => /^\| (NVLink|PCIe|InfiniBand|Ethernet)/.test(line))
      .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows(page)).toHaveLength(6);
  expect(rows(page).map((cells) => cells.slice(5, 7))).toEqual(
    rows(stdout).map((cells) => cells.slice(3, 5)),
  );
});

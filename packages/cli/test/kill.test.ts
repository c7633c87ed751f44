import { existsSync, readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { owner } from "../src/files/owner.ts";
import { openTraining } from "../src/model/store.ts";
import { scoretape } from "./support/cli.ts";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { makeProgram, type Program, type Running } from "./support/program.ts";
import { contentsOf } from "./support/trained.ts";

vi.unmock("../src/plots/png.ts");

// Trainings that are killed, and trainings that would be in each other's way.

/** `npm run test:kill` kills more. */
const KILLS = Number(process.env.SCORETAPE_KILLS ?? 6);

let place: Workplace;
let program: Program;
let data: string;
beforeAll(async () => {
  place = makeWorkplace();
  program = await makeProgram();
  data = place.write("data.csv", csvOf(["length"], 40));
});
afterAll(() => {
  program.remove();
  place.remove();
});

const small = ["--hidden", "8", "--batch", "8", "--levels", "2", "--steps-per-level", "2", "--samples", "9"];
const sampling = small.slice(-4);
const endless = [...small, "--steps", "100000000", "--checkpoint-every", "5"];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(2);
}

/** A training in a process of its own that has saved its model. */
async function begun(out: string): Promise<Running> {
  const running = program.start(["train", data, "--out", out, ...endless]);
  await until(() => existsSync(`${out}/model.safetensors`));
  return running;
}

/** What a training leaves in its directory while it runs, by name. */
function leftIn(out: string): string[] {
  return existsSync(out) ? readdirSync(out).filter((name) => name.startsWith(".scoretape-")) : [];
}

describe("a training that is killed", () => {
  const steps = [...small, "--steps", "300", "--checkpoint-every", "1"];

  test(`at ${KILLS} moments goes on to the same bits, and nothing is left over`, {
    timeout: 60_000 + 5_000 * KILLS,
  }, async () => {
    const whole = place.path("whole");
    const alone = program.start(["train", data, "--out", whole, ...steps]);
    await until(() => existsSync(whole));
    const beginning = performance.now();
    expect((await alone.outcome).stderr).toBe("");
    const duration = performance.now() - beginning;

    let [inTime, littered] = [0, 0];
    for (let i = 0; i < KILLS; i++) {
      const out = place.path(`killed ${i}`);
      const running = program.start(["train", data, "--out", out, ...steps]);
      await until(() => existsSync(out));
      // Spread over the training, its samples and its pictures.
      await setTimeout(((i + 0.5) / KILLS) * duration);
      running.process.kill("SIGKILL");
      if ((await running.outcome).signal === "SIGKILL") inTime++;
      const left = leftIn(out);
      if (left.length > 0) littered++;
      const saved = existsSync(`${out}/model.safetensors`);
      if (saved) expect(openTraining(out).model.state.step).toBeLessThanOrEqual(300);
      const argv = saved ? ["--resume", ...sampling] : [data, "--overwrite", ...steps];
      const again = await scoretape(["train", ...argv, "--out", out]);
      expect([again.code, again.stderr]).toEqual([0, ""]);
      expect(contentsOf(out)).toEqual(contentsOf(whole));
    }
    // So that the test has killed what it meant to.
    expect(inTime).toBeGreaterThan(KILLS / 2);
    expect(littered).toBeGreaterThan(KILLS / 4);
  });
});

describe("two trainings in one directory", () => {
  test("are refused while one runs, which goes on; after its death another may", async () => {
    const out = place.path("shared");
    const first = await begun(out);
    const refusals = [
      [data, "--out", out, ...endless],
      [data, "--out", `${out}/../shared/`, "--overwrite", ...endless],
      ["--resume", "--out", out],
    ];
    for (const argv of refusals) {
      const { code, stdout, stderr } = await program.start(["train", ...argv]).outcome;
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^scoretape: [^\n]+ is being trained in by process \d+ on [^\n]+\n$/);
      expect(stderr).toContain(` ${first.process.pid} `);
    }
    const { step } = openTraining(out).model.state;
    await until(() => openTraining(out).model.state.step > step);
    first.process.kill("SIGKILL");
    await first.outcome;
    expect(leftIn(out).length).toBeGreaterThanOrEqual(1);
    const later = await scoretape(["train", "--resume", "--out", out, ...sampling], {
      interruptWhen: () => openTraining(out).model.state.step > step + 10,
    });
    expect(later.code).toBe(130);
    expect(leftIn(out)).toEqual([]);
  });

  test("that begin at the same moment do not both go on", async () => {
    const out = place.path("race");
    const argv = ["train", data, "--out", out, ...small, "--steps", "20000"];
    const racers = [program.start(argv), program.start(argv), program.start(argv)];
    const outcomes = await Promise.all(racers.map(({ outcome }) => outcome));
    const codes = outcomes.map(({ code }) => code).sort();
    expect(codes).toEqual([0, 2, 2]);
    expect(openTraining(out).model.state.step).toBe(20000);
    expect(leftIn(out)).toEqual([]);
  });

  test("a lock of another machine counts, those of processes that are gone do not, and other files stay", async () => {
    const out = place.path("locks");
    const [pid, start, host] = owner.split("-");
    const locks = {
      gone: `.scoretape-lock-999999999-${start}-${host}`,
      // The same number, given to another process in the meantime.
      reused: `.scoretape-lock-${pid}-1.00000000-${host}`,
      elsewhere: `.scoretape-lock-${pid}-${start}-elsewhere`,
    };
    const temporary = `.scoretape-tmp-999999999-${start}-${host}-0123abcd`;
    const foreign = [".scoretape-tmp-mine", ".scoretape-lock", "model.safetensors.123", "notes.txt"];
    for (const name of [...foreign, temporary, locks.gone, locks.reused]) place.write(`locks/${name}`, "");
    const { code, stderr } = await scoretape(["train", data, "--out", out, ...small, "--steps", "3"]);
    expect([code, stderr]).toEqual([0, ""]);
    const left = filesIn(out);
    for (const name of foreign) expect(left).toContain(name);
    for (const name of [temporary, locks.gone, locks.reused]) expect(left).not.toContain(name);
    place.write(`locks/${locks.elsewhere}`, "");
    const refused = await scoretape(["train", "--resume", "--out", out]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/by process \d+ on elsewhere; .*remove [^\n]*elsewhere\)\n$/);
    expect(filesIn(out)).toContain(locks.elsewhere);
  });
});

describe("Ctrl-C", () => {
  test.each(["model.safetensors", "samples.csv", "portrait.png", "loss.svg"])(
    "once %s is written, goes on to the same bits",
    async (file) => {
      const [out, whole] = [place.path(`stopped at ${file}`), place.path("whole one")];
      const argv = ["train", data, ...small, "--steps", "40", "--checkpoint-every", "3"];
      if (!existsSync(whole)) expect((await scoretape([...argv, "--out", whole])).code).toBe(0);
      const stopped = await scoretape([...argv, "--out", out], {
        interruptWhen: () => existsSync(`${out}/${file}`),
      });
      const { step } = openTraining(out).model.state;
      // Where everything is written, it is too late to stop.
      if (stopped.code !== 0) {
        expect([stopped.code, stopped.stderr]).toEqual([
          130,
          expect.stringContaining(`stopped at step ${step} of 40, which is saved`),
        ]);
        expect((await scoretape(["train", "--resume", "--out", out, ...sampling])).code).toBe(0);
      }
      expect(contentsOf(out)).toEqual(contentsOf(whole));
    },
  );
});

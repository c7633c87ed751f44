import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTraining } from "../src/model/store.ts";
import { onInterrupt } from "../src/terminal/signals.ts";
import { filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { makeProgram, type Program } from "./support/program.ts";

// The program in a process of its own, where signals and exit codes are real.

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

const tiny = ["--hidden", "8", "--batch", "16", "--levels", "3", "--steps-per-level", "3", "--samples", "20"];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10);
}

describe("exit codes", () => {
  test("0 with results on standard output, 2 with one line on standard error", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const told = await program.start(["--version"]).outcome;
    expect(told).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
    const help = await program.start(["train", "--help-all"]).outcome;
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/--learning-rate <number>/);
    const wrong = await program.start(["tran"]).outcome;
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toBe("scoretape: unknown command 'tran' (Did you mean train?)\n");
    const nothing = await program.start([]).outcome;
    expect(nothing).toMatchObject({ code: 2, stdout: "" });
    expect(nothing.stderr).toContain("Usage: scoretape");
  });

  test("a reader that has seen enough is no error", async () => {
    await program.start(["train", "old-faithful", "--out", place.path("piped"), "--steps", "3", ...tiny])
      .outcome;
    const running = program.start([
      "sample",
      place.path("piped"),
      "--count",
      "50000",
      "--steps-per-level",
      "1",
    ]);
    running.process.stdout?.once("data", () => running.process.stdout?.destroy());
    const { code, stderr } = await running.outcome;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s keeps a checkpoint at once and says how to resume", async (signal, expected) => {
    const out = place.path(signal);
    const running = program.start([
      ...["train", "old-faithful", "--out", out, "--steps", "100000000", "--checkpoint-every", "20", ...tiny],
    ]);
    await until(() => existsSync(`${out}/model.safetensors`));
    running.process.kill(signal);
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([expected, ""]);
    const { step } = openTraining(out).model.state;
    expect(stderr).toBe(
      `scoretape: stopped at step ${step} of 100000000, which is saved; go on with: scoretape train --resume --out ${out}\n`,
    );
    expect(filesIn(out)).toEqual(["model.safetensors"]);
    const resumed = await program.start([
      ...["train", "--resume", "--out", out, "--steps", `${step + 1}`, ...tiny.slice(-4)],
    ]).outcome;
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    expect(openTraining(out).model.state.step).toBe(step + 1);
  });

  test("before the first checkpoint too", async () => {
    const out = place.path("early");
    const running = program.start([
      "train",
      "old-faithful",
      "--out",
      out,
      "--steps",
      "100000000",
      ...tiny,
      "--checkpoint-every",
      "100000000",
    ]);
    // The directory is made once nothing can go wrong, just before the first step.
    await until(() => existsSync(out));
    await setTimeout(300);
    running.process.kill("SIGINT");
    expect((await running.outcome).code).toBe(130);
    expect(openTraining(out).model.state.step).toBeLessThan(100000000);
  });

  test("a second one finds the system's own answer, which is to end the program", () => {
    const before = process.listenerCount("SIGINT");
    const heard: string[] = [];
    onInterrupt((signal) => heard.push(signal));
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    process.emit("SIGTERM", "SIGTERM");
    expect(heard).toEqual(["SIGTERM"]);
    expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual([before, before]);
    onInterrupt((signal) => heard.push(signal))();
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});

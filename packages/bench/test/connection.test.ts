import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Connection, startWorker } from "../src/worker/connection.ts";
import { servant } from "../src/worker/serve.ts";
import { writeWorkload } from "../src/workloads/files.ts";
import { tiny } from "./support/work.ts";

const script = `
let count = 0;
process.stdin.on("data", () => {
  count += 1;
  if (count === 1) {
    console.log("Hello, I am a library.");
    console.log(JSON.stringify({ ok: true, answer: { seconds: 1, cpuSeconds: 2 } }));
  } else if (count === 2) {
    console.log(JSON.stringify({ ok: false, error: "too hard" }));
  } else if (count === 3) {
    console.error("Error: out of ideas\\n    at here (file:1)");
    process.exit(3);
  }
});`;

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scoretape-bench-"));
  path = join(folder, "worker.mjs");
  writeFileSync(path, script);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const start = (...args: string[]): Connection => startWorker({ command: process.execPath, args });
const run = { command: "run", iterations: 1 } as const;

test("answers, refusals and ends of a process arrive, greetings do not", async () => {
  const worker = start(path);
  expect(await worker.ask(run, 20)).toEqual({ seconds: 1, cpuSeconds: 2 });
  await expect(worker.ask(run, 20)).rejects.toThrow(/^too hard$/);
  await expect(worker.ask(run, 20)).rejects.toThrow("ended with code 3: Error: out of ideas");
  await expect(worker.ask(run, 20)).rejects.toThrow("ended with code 3");
  await worker.close();
});

test("a process that does not answer is ended", async () => {
  const worker = start("-e", "process.stdin.resume()");
  await expect(worker.ask(run, 0.2)).rejects.toThrow("run: no answer in 0.2 s");
  await worker.close();
});

test("a program that is not there is told of", async () => {
  const worker = startWorker({ command: join(folder, "nothing"), args: [] });
  await expect(worker.ask(run, 20)).rejects.toThrow("cannot start");
  await worker.close();
});

test("a worker runs nothing before it has prepared something, and gives reasons", async () => {
  const answer = servant(() => {
    throw new RangeError("no such variant");
  });
  expect(await answer(run)).toEqual({ ok: false, error: "nothing is prepared yet; send prepare first" });
  const memory = await answer({ command: "memory" });
  expect(memory).toMatchObject({ ok: true, answer: { peakBytes: expect.any(Number) } });
});

test("a worker does the untimed work first, and takes the time of the rest", async () => {
  writeWorkload(folder, tiny("W1"));
  const runs: number[] = [];
  const answer = servant(() => ({
    check: () => ({ values: [] }),
    run: (iterations) => void runs.push(iterations),
  }));
  await answer({ command: "prepare", workload: folder, variant: "any" });
  expect(await answer({ ...run, untimed: 3 })).toMatchObject({
    ok: true,
    answer: { seconds: expect.any(Number) },
  });
  await answer(run);
  expect(runs).toEqual([3, 1, 1]);
});

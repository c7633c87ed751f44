import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readReport } from "../src/report/record.ts";
import { makeProgram, type Program } from "./support/program.ts";

let program: Program;
let folder: string;
beforeAll(async () => {
  program = await makeProgram();
  folder = mkdtempSync(join(tmpdir(), "scoretape-bench-"));
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true });
});

const hasty = ["--quick", "--rounds", "2", "--round-seconds", "0.01", "--warm-up-seconds", "0.01"];

test("a quick run of one workload from the start to its report", async () => {
  const who = ["--implementations", "scoretape/wasm-1", "--implementations", "PyTorch"];
  const absent = ["--python", join(folder, "no-python")];
  const outcome = await program.run(...hasty, "--only", "W1", ...who, ...absent, "--out", folder);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const [jsonl = "", md = "", svg = ""] = readdirSync(folder).sort();
  expect([jsonl, md, svg].map((name) => name.replace(/^.*-quick/, ""))).toEqual([".jsonl", ".md", ".svg"]);

  const { run, results, workloads } = readReport(join(folder, jsonl));
  expect(run.finished).not.toBeNull();
  for (const roof of [run.roofBefore, run.roofAfter]) {
    expect(Math.min(roof?.oneThread ?? 0, roof?.twoThreads ?? 0, roof?.copyCache ?? 0)).toBeGreaterThan(0);
  }
  expect(workloads.map(({ workload }) => workload.id)).toEqual(["W1"]);
  const measured = results.find(({ candidate }) => candidate === "scoretape/wasm-1");
  expect(measured).toMatchObject({ status: "measured", seconds: [expect.any(Number), expect.any(Number)] });
  const pyTorch = results.find(({ family }) => family === "PyTorch");
  expect(pyTorch).toMatchObject({ status: "absent", reason: "there is no python3" });
  expect(readFileSync(join(folder, md), "utf8")).toContain("absent: there is no python3");

  // A run is no slower than itself.
  const path = join(folder, jsonl);
  const same = await program.run("compare", path, path);
  expect(same).toMatchObject({ code: 0, stderr: "" });
  expect(same.stdout).toContain("Slower beyond the noise: nothing.");
});

test("starts of fresh processes", async () => {
  const own = join(folder, "starts");
  const who = ["scoretape/wasm-1", "Node/nothing"].flatMap((id) => ["--implementations", id]);
  const outcome = await program.run(...hasty, "--only", "W8", ...who, "--python", "none", "--out", own);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const name = readdirSync(own).find((file) => file.endsWith(".jsonl")) ?? "";
  const [ours, empty] = readReport(join(own, name)).starts;
  expect(ours?.firstStepSeconds.length).toBeGreaterThan(0);
  expect(Math.min(...(ours?.peakBytes ?? []))).toBeGreaterThan(Math.max(...(empty?.peakBytes ?? [])));
});

test("whole jobs in fresh processes", async () => {
  const own = join(folder, "jobs");
  const who = ["--implementations", "scoretape/wasm"];
  const outcome = await program.run(...hasty, "--only", "W11", ...who, "--python", "none", "--out", own);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const name = readdirSync(own).find((file) => file.endsWith(".jsonl")) ?? "";
  const [ours, ...others] = readReport(join(own, name)).jobs;
  expect(others).toEqual([]);
  expect(ours).toMatchObject({ candidate: "scoretape/wasm", steps: 400 });
  for (const { seconds, trainingSeconds, samplingSeconds, userSeconds, peakBytes } of ours?.rounds ?? []) {
    expect(seconds).toBeGreaterThan(trainingSeconds + samplingSeconds);
    expect(userSeconds).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(30e6);
  }
  expect(ours?.rounds).toHaveLength(2);
});

test("what cannot be is refused in one line", async () => {
  const [file, name, node] = await Promise.all([
    program.run("compare", join(folder, "a"), join(folder, "b")),
    program.run("--only", "W13"),
    program.run("--node", join(folder, "no-node"), "--only", "W1"),
  ]);
  expect(file).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^ENOENT.*\n$/) });
  expect(name).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^--only: there is no "W13".*\n$/),
  });
  expect(node).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^--node: .*no-node.*\n$/),
  });
});

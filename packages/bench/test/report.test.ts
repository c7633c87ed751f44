import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPath, saveReport } from "../src/command/save.ts";
import { machineClass } from "../src/machine/environment.ts";
import { chart } from "../src/report/chart.ts";
import { compareReports, describe as inWords } from "../src/report/compare.ts";
import { goalResults } from "../src/report/goals.ts";
import { markdown } from "../src/report/markdown.ts";
import type { MicroRecord, NotMeasured } from "../src/report/record.ts";
import { readReport } from "../src/report/record.ts";
import { summary } from "../src/report/summaryTables.ts";
import { implementationNotes } from "../src/report/workloadSection.ts";
import { reportWith, result, run } from "./support/report.ts";

const rounds = [1, 1.02, 1.01, 1.05, 1.03];
const times = (factor: number): number[] => rounds.map((time) => factor * time);
const absent: NotMeasured = {
  type: "result",
  workload: "W1",
  candidate: "JAX/jit",
  family: "JAX",
  title: "jit",
  status: "absent",
  reason: "python3 has no module jax",
};

const verdicts = (report: ReturnType<typeof reportWith>) =>
  Object.fromEntries(goalResults(report).map(({ about, verdict }) => [about, verdict]));

describe("goals", () => {
  test("are met and missed by the best of ours in plain SIMD against the best of a peer", () => {
    const ours = [result("W1", "scoretape/wasm-1", times(2)), result("W1", "scoretape/wasm-2", times(1))];
    const peer = (factor: number) => [
      result("W1", "jax-js/jit", times(factor)),
      result("W1", "jax-js/eager", times(20 * factor)),
    ];
    expect(verdicts(reportWith([...ours, ...peer(6.1)]))).toMatchObject({ "W1: jax-js / scoretape": "met" });
    expect(verdicts(reportWith([...ours, ...peer(5.9)]))).toMatchObject({
      "W1: jax-js / scoretape": "missed",
    });
  });

  test("in plain SIMD take no notice of relaxed SIMD, nor of another Node", () => {
    const results = [
      result("W1", "scoretape/wasm-2", times(1)),
      result("W1", "scoretape/wasm-2-relaxed", times(0.1)),
      result("W1", "scoretape/wasm-2@24.0.0", times(0.1)),
      result("W1", "PyTorch/by-hand:all", times(1)),
    ];
    expect(verdicts(reportWith(results))).toMatchObject({
      "W1: PyTorch or JAX / scoretape": "missed",
      "W1: PyTorch or JAX / scoretape with relaxed SIMD": "met",
    });
  });

  test("compare what both did in the same rounds", () => {
    const ours = result("W1", "scoretape/wasm-1", [1, 100, 2, 100, 4]);
    const slow = { ...result("W1", "jax-js/jit", [7, 14, 28]), rounds: [0, 2, 4] };
    const goal = goalResults(reportWith([ours, slow])).find(
      ({ about }) => about === "W1: jax-js / scoretape",
    );
    expect(goal).toMatchObject({
      verdict: "met",
      measured: expect.stringMatching(/^7\.00 \(7\.00 – 7\.00\)/),
    });
  });

  test("are not known where the peer is absent, and say so", () => {
    const report = reportWith([result("W1", "scoretape/wasm-2", times(1)), absent]);
    const goal = goalResults(report).find(({ about }) => about === "W1: PyTorch or JAX / scoretape");
    expect(goal).toMatchObject({
      verdict: "not known",
      measured: expect.stringMatching(/^PyTorch, JAX absent; 1\.1 by/),
    });
  });

  test("a step of the U-Net is judged over its convolutions, on each number of threads", () => {
    const over = { type: "micro", suite: "unet", column: "over its convolutions", unit: "times" } as const;
    const micro: MicroRecord[] = [
      { ...over, row: "denoising step, 1 thread", rounds: [1.2, 1.35, 1.5] },
      { ...over, row: "denoising step, 2 threads", rounds: [1.2, 1.36, 1.5] },
      { ...over, row: "denoising step, 2 threads", column: "time", unit: "ms", rounds: [1] },
    ];
    expect(verdicts({ ...reportWith([]), micro })).toEqual({
      "over its convolutions, W9's denoising step, 1 thread": "met",
      "over its convolutions, W9's denoising step, 2 threads": "missed",
    });
  });

  test("of the start, the memory and the compilation", () => {
    const start = {
      type: "start",
      candidate: "scoretape/wasm-1",
      family: "scoretape",
      title: "one thread",
      firstStepSeconds: [0.2, 0.24, 0.3],
      peakBytes: [90e6, 91e6, 92e6],
    } as const;
    const compile = {
      type: "micro",
      suite: "compile",
      column: "compile",
      unit: "ms",
      rounds: [900, 990],
    } as const;
    const micro: MicroRecord[] = [{ ...compile, row: "2,000 equations" }];
    expect(verdicts(reportWith([], { starts: [start], micro }))).toEqual({
      "W8: first step, one thread": "met",
      "W8: peak memory, one thread": "missed",
      "compilation of 2,000 equations": "met",
    });
  });
});

test("the report names every implementation, those that were not measured with the reason", () => {
  const oneThread = { ...absent, candidate: "JAX/jit:1", title: "jit, one thread" };
  const failed: NotMeasured = {
    ...absent,
    candidate: "jax-js/jit",
    family: "jax-js",
    status: "failed",
    reason: "tired",
  };
  const report = reportWith([result("W1", "scoretape/wasm-2", times(1)), absent, oneThread, failed], {
    micro: [
      { type: "micro", suite: "kernels", row: "64×64×64", column: "X·Y", unit: "GFLOP/s", rounds: [30] },
    ],
  });
  const text = markdown(report, "picture.svg");
  expect(text).toContain("# Benchmark: Imaginary Processor @ 3 GHz, 2 cores, 2026-01-02");
  expect(text).toContain(
    "| scoretape: the title of scoretape/wasm-2 | 1.02 ms (1.01 ms – 1.03 ms) | 1.00 (1.00 – 1.00) |",
  );
  expect(text).toContain("- JAX: absent: python3 has no module jax (jit; jit, one thread).");
  expect(text).toContain("- jax-js: failed: tired (jit).");
  expect(text).toContain("\nAbsent: JAX (python3 has no module jax).\n");
  expect(text).toMatch(
    /\| +\| scoretape \| with relaxed SIMD \| jax-js \|\n.*\n\| \*\*W1\*\* .* \| 1\.02 ms \| – \| failed \|/,
  );
  expect(text).toContain("(1.50×)");
  expect(text).toContain("30 (0.75)");
  expect(text).toContain("![How many times faster than each peer](picture.svg)");
});

test("products have a table of their own, with their rate, where like is compared with like", () => {
  const ours = (variant: string, time: number) => result("W7-64", `scoretape/${variant}`, [time]);
  const products = [
    ...[ours("wasm-2-resident", 1), ours("wasm-1-resident", 3), ours("wasm-1-relaxed-resident", 0.5)],
    ...[ours("wasm-2-copied", 4), ours("wasm-1-relaxed-copied", 2)],
    ...[result("W7-64", "GPU.js/cpu", [12]), result("W7-64", "NumPy/blas", [2])],
  ];
  const both = reportWith([...products, result("W1", "scoretape/wasm-2", [1])]);
  const [steps, rates, ...more] = summary(both).filter((text) => text.startsWith("|"));
  expect(more).toEqual([]);
  expect(steps).not.toMatch(/NumPy|W7/);
  const [header, , row] = (rates ?? "").split("\n").map((line) => line.split(" | ").slice(1));
  expect(header?.slice(0, 4)).toEqual([
    "scoretape, plain SIMD, resident",
    "scoretape, relaxed SIMD, resident",
    "scoretape, plain SIMD, copied",
    "scoretape, relaxed SIMD, copied",
  ]);
  // 12×20×8, two operations a term, in a millisecond.
  expect(row?.[0]).toBe("1 ms, 0.00384 GFLOP/s");
  expect(row?.slice(1, 4).map((cell) => cell.split(",")[0])).toEqual(["500 µs", "4 ms", "2 ms"]);
  // GPU.js copies: 12 over 4. NumPy does not: 2 over 1.
  expect(row?.slice(4)).toEqual(["3.00×", "2.00× |"]);
});

test("rows of another Node are told from those of the run's own, which alone is judged", () => {
  const results = [
    result("W1", "scoretape/wasm-2-relaxed", times(1)),
    result("W1", "scoretape/wasm-2-relaxed@20.1.0", times(0.1)),
    result("W1", "JAX/jit", times(1)),
  ];
  const report = reportWith(results);
  expect(markdown(report, "picture.svg")).toContain(
    "- Beside it: Node 20.1.0, in the rows that name it; all other rows, what is in short and the goals are of Node 20.0.0.",
  );
  expect(verdicts(report)).toMatchObject({ "W1: PyTorch or JAX / scoretape with relaxed SIMD": "missed" });
  expect(markdown(reportWith(results.slice(0, 1)), "picture.svg")).not.toContain("Beside it");
});

test("what implementations tell of themselves is said once", () => {
  const told = (workload: string, notes: readonly string[]) => ({
    ...result(workload, "PyTorch/by-hand:all", times(1)),
    notes,
  });
  const report = reportWith([told("W1", ["2 threads", "Adam fused"]), told("W6", ["2 threads"])]);
  const [, notes = ""] = implementationNotes(report);
  expect(notes.split("\n")).toEqual(["- PyTorch: 2 threads.", "- PyTorch: Adam fused (W1)."]);
});

test("the chart has a mark for each peer that was measured, and is one without any", () => {
  const circles = (report: ReturnType<typeof reportWith>): number => {
    const svg = chart(report);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    return parseHTML(svg).document.querySelectorAll("circle").length;
  };
  const ours = result("W1", "scoretape/wasm-2", times(1));
  expect(circles(reportWith([ours, result("W1", "jax-js/jit", times(7)), absent]))).toBe(1);
  expect(circles(reportWith([ours, absent]))).toBe(0);
  expect(circles(reportWith([]))).toBe(0);
});

describe("a comparison", () => {
  const before = reportWith([
    result("W1", "scoretape/wasm-2", times(1)),
    result("W1", "jax-js/jit", times(7)),
  ]);
  const verdictOf = (milliseconds: readonly number[]) => {
    const after = reportWith([
      result("W1", "scoretape/wasm-2", milliseconds),
      result("W1", "jax-js/jit", times(7)),
    ]);
    return compareReports(before, after).find(({ own }) => own)?.verdict;
  };
  test("tells what is slower or faster from what is the same", () => {
    expect(verdictOf(times(1.2))).toBe("slower");
    expect(verdictOf(times(0.8))).toBe("faster");
    expect(verdictOf(times(1))).toBe("the same");
  });
  test("minds neither a small change that is sure nor a large one that is not", () => {
    expect(verdictOf(times(1.001))).toBe("the same");
    expect(verdictOf([0.9, 0.95, 1.3, 1.4, 1.5])).toBe("the same");
  });
  test("takes the reciprocal of rates", () => {
    const rate = (value: number): MicroRecord => {
      const about = {
        type: "micro",
        suite: "kernels",
        row: "64×64×64",
        column: "X·Y",
        unit: "GFLOP/s",
      } as const;
      return { ...about, rounds: times(value) };
    };
    const [found] = compareReports(
      reportWith([], { micro: [rate(2)] }),
      reportWith([], { micro: [rate(1)] }),
    );
    expect(found).toMatchObject({ verdict: "slower", ratio: 2 });
  });
  test("in words", () => {
    const after = reportWith([
      result("W1", "scoretape/wasm-2", times(2)),
      result("W1", "jax-js/jit", times(7)),
    ]);
    const text = inWords(before, after, compareReports(before, after));
    expect(text).toMatch(
      /^Slower beyond the noise:\n {2}W1 .*scoretape\/wasm-2: 1\.02 ms → 2\.04 ms \(2×, p = 0\.0079\)/,
    );
    expect(text).toContain("Faster beyond the noise: nothing.");
    expect(text).toContain("the peers' times are 1 times the former");
  });
});

describe("files", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "scoretape-bench-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("a report comes back as it was written", () => {
    const report = reportWith([result("W1", "scoretape/wasm-2", times(1)), absent]);
    const path = reportPath(report.run, true, folder);
    saveReport(path, [report.run, ...report.workloads, ...report.results]);
    expect(readReport(`${path}.jsonl`)).toEqual(report);
  });

  test("other files are refused", () => {
    const path = join(folder, "other.jsonl");
    writeFileSync(path, "# no JSON\n");
    expect(() => readReport(path)).toThrow("line 1 is not JSON");
    writeFileSync(path, '{"type":"result"}\n');
    expect(() => readReport(path)).toThrow("no run in it");
  });

  test("whole and full runs are kept in the package, others out of it", () => {
    const full = { ...run, mode: "full" } as const;
    expect(reportPath(full, true)).toMatch(/packages\/bench\/report\/2026-01-02-imaginary-2-cores$/);
    expect(reportPath(full, false)).toMatch(/\/out\/bench\/2026-01-02-imaginary-2-cores$/);
    expect(reportPath(run, true)).toMatch(/\/out\/bench\/2026-01-02-imaginary-2-cores-quick$/);
    expect(machineClass({ cpu: "Intel(R) Xeon(R) CPU @ 2.20GHz", cores: 1 })).toBe("intel-xeon-1-core");
  });
});

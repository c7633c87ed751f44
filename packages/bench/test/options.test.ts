import { expect, test } from "vitest";
import { jobsSeconds, startsSeconds, workloadSeconds } from "../src/command/estimate.ts";
import { planOf } from "../src/command/options.ts";
import { progressLine } from "../src/command/progress.ts";
import type { Candidate, Variant } from "../src/implementations/candidate.ts";
import { candidatesOn } from "../src/implementations/candidates.ts";
import { type NodeRuntime, ownNode } from "../src/implementations/runtimes.ts";
import { scoretapePlain, scoretapeRelaxed } from "../src/implementations/variants.ts";
import { quick } from "../src/measure/effort.ts";
import { contestantsOn } from "../src/wholeJob/contestants.ts";
import { workloads } from "../src/workloads/workload.ts";
import { workloadOf } from "./support/work.ts";

const python = "python3";

test("without options everything is measured, and a whole run it is", () => {
  const plan = planOf({ python });
  expect(plan).toMatchObject({ quick: false, starts: true, jobs: true, whole: true });
  expect(plan.workloads.length).toBeGreaterThan(planOf({ python, quick: true }).workloads.length);
  expect(plan.wants("jax-js/jit")).toBe(true);
});

test("what is named is measured, and nothing else", () => {
  const plan = planOf({
    python,
    quick: true,
    only: ["W7", "compile"],
    implementations: ["jax-js", "wasm-1"],
  });
  expect(plan.workloads.map(({ id }) => id)).toContain("W7-1024");
  expect(plan).toMatchObject({ starts: false, suites: [{ name: "compile" }], whole: false });
  expect(["jax-js/jit", "scoretape/wasm-1", "scoretape/js"].map(plan.wants)).toEqual([true, true, false]);
  const none = { workloads: [], starts: false, jobs: false, suites: [] };
  expect(planOf({ python, only: ["W8"] })).toMatchObject({ ...none, starts: true });
  expect(planOf({ python, only: ["W11"] })).toMatchObject({ ...none, jobs: true });
});

test("efforts can be set, and have a range", () => {
  expect(planOf({ python, rounds: "3", roundSeconds: "0.5" }).effort).toMatchObject({
    rounds: 3,
    roundSeconds: 0.5,
  });
  expect(() => planOf({ python, rounds: "1.5" })).toThrow('--rounds: "1.5" is not a whole number from 1');
  expect(() => planOf({ python, warmUpSeconds: "-1" })).toThrow(
    '--warm-up-seconds: "-1" is not a number from 0',
  );
  expect(() => planOf({ python, only: ["W13"] })).toThrow('--only: there is no "W13"; choose W1, W1s');
});

test("the rest of a run takes as long as was said, and as the parts before took", () => {
  const parts = [60, 120, 600].map((seconds, i) => ({ name: `W${i + 1}`, seconds }));
  expect(progressLine(parts, 0, 0)).toBe("W1 (1 of 3; some 13 min left)");
  expect(progressLine(parts, 2, 180)).toBe("W3 (3 of 3; some 10 min left)");
  expect(progressLine(parts, 2, 90)).toBe("W3 (3 of 3; some 5 min left)");
  expect(progressLine([{ name: "W7", seconds: 40.2 }], 0, 0)).toBe("W7 (1 of 1; some 40 s left)");
});

test("who is absent takes no time", () => {
  const launch = { command: "node", args: [] };
  const one = (more: object) => ({ ...candidatesOn({ nodes: [], python: null })[0], ...more }) as Candidate;
  const [here, away] = [one({ launch }), one({ launch: { absent: "gone" } })];
  const workload = workloadOf("W1");
  const alone = workloadSeconds(workload, [here], quick);
  expect(alone).toBeGreaterThan(quick.rounds * (quick.roundSeconds + quick.leadInSeconds));
  expect(workloadSeconds(workload, [here, away, here], quick)).toBeCloseTo(2 * alone, 9);
  expect(startsSeconds([here, away], { ...quick, starts: 4 })).toBeCloseTo(
    2 * startsSeconds([here], { ...quick, starts: 2 }),
    9,
  );
  const jobs = contestantsOn({ nodes: [ownNode()], python: null });
  const [own] = jobs;
  if (own === undefined) throw new RangeError("there is no contestant");
  const rounds = { rounds: 3, steps: 100 };
  expect(jobsSeconds(jobs, rounds)).toBe(jobsSeconds([own], rounds));
  expect(jobsSeconds(jobs, rounds)).toBeGreaterThan(0);
});

test("plain and relaxed SIMD are measured alike", () => {
  const measured = (variants: readonly Variant[]) =>
    workloads.flatMap((workload) =>
      variants
        .filter((one) => one.variant.startsWith("wasm") && one.handles(workload))
        .map((one) => [workload.id, one.variant.replace("-relaxed", ""), one.quick(workload)]),
    );
  expect(measured(scoretapeRelaxed)).toEqual(measured(scoretapePlain));
  expect(measured(scoretapePlain)).toContainEqual(["W7-1024", "wasm-2-resident", true]);
  expect(measured(scoretapePlain)).toContainEqual(["W7-1024", "wasm-2-copied", true]);
});

test("a further Node is measured at W1 alone", () => {
  const node = (version: string): NodeRuntime => ({ path: "node", version, relaxedFlags: [] });
  const candidates = candidatesOn({ nodes: [node("26.0.0"), node("20.0.0")], python: null });
  const further = candidates.filter(({ id }) => id.endsWith("@20.0.0"));
  const at = (some: readonly Candidate[]) =>
    workloads.filter((one) => some.some(({ handles }) => handles(one)));
  expect(at(further).map(({ id }) => id)).toEqual(["W1"]);
  expect(further.map(({ id }) => id)).toContain("scoretape/wasm-2-relaxed@20.0.0");
  expect(at(candidates)).toEqual(workloads);
});

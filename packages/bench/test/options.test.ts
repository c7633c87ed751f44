import { expect, test } from "vitest";
import { planOf } from "../src/command/options.ts";

const python = "python3";

test("without options everything is measured, and a whole run it is", () => {
  const plan = planOf({ python });
  expect(plan).toMatchObject({ quick: false, starts: true, whole: true });
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
  expect(plan).toMatchObject({ starts: false, suites: ["compile"], whole: false });
  expect(["jax-js/jit", "scoretape/wasm-1", "scoretape/js"].map(plan.wants)).toEqual([true, true, false]);
  expect(planOf({ python, only: ["W8"] })).toMatchObject({ workloads: [], starts: true, suites: [] });
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
  expect(() => planOf({ python, only: ["W9"] })).toThrow('--only: there is no "W9"; choose W1, W1s');
});

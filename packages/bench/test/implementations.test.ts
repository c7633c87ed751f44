import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { open as gpuJs } from "../src/implementations/gpu-js/open.ts";
import { open as jaxJs } from "../src/implementations/jax-js/open.ts";
import { open as scoretape } from "../src/implementations/scoretape/open.ts";
import { open as tensorFlow } from "../src/implementations/tensorflow/open.ts";
import { disagreement } from "../src/measure/agreement.ts";
import { referenceOf } from "../src/measure/reference.ts";
import type { Opener } from "../src/worker/work.ts";
import { imageKinds, kinds, outcomeOf, tiny } from "./support/work.ts";

/** Throws unless an implementation computes what the reference does. */
async function expectAgreement(open: Opener, id: string, variant: string): Promise<void> {
  const loaded = tiny(id);
  const outcome = await outcomeOf(open(loaded, variant));
  expect(disagreement(loaded.workload, outcome, await referenceOf(loaded))).toBeNull();
}

describe.each(["eager", "eager-wasm", "js", "wasm-1", "wasm-2"])("scoretape, %s", (variant) => {
  test.each(kinds)("%s", (id) => expectAgreement(scoretape, id, variant));
});

describe.each(["eager", "wasm-1", "wasm-2"])("scoretape on images, %s", (variant) => {
  test.each(imageKinds)("%s", (id) => expectAgreement(scoretape, id, variant));
});

test.each(imageKinds)("TensorFlow.js on images, %s", (id) => expectAgreement(tensorFlow, id, "autodiff"));

test.each(imageKinds)("jax-js on images, %s", (id) => expectAgreement(jaxJs, id, "jit"));

test("a moving average that is not kept is told apart", async () => {
  const { workload, arrays } = tiny("W9");
  if (workload.kind !== "image-training") throw new TypeError("W9 trains on images");
  // With δ = 0 the average is the last parameters alone.
  const without = { workload: { ...workload, averageDecay: 0 }, arrays };
  const outcome = await outcomeOf(scoretape(without, "wasm-1"));
  expect(disagreement(workload, outcome, await referenceOf({ workload, arrays }))).toMatch(
    /^losses: number 4/,
  );
});

test.each(["wasm-1-resident", "wasm-1-copied"])("scoretape, products, %s", (variant) =>
  expectAgreement(scoretape, "W7-64", variant),
);

test("scoretape, products on GPU.js", () => expectAgreement(scoretape, "W1", "gpu-cpu"));

test.each(["W1", "W6", "W7-64"])("scoretape, a program on GPU.js, %s", (id) =>
  expectAgreement(scoretape, id, "gpu-program-webasm"),
);

test("scoretape refuses what it does not have", async () => {
  await expect(scoretape(tiny("W1"), "abacus")).rejects.toThrow('no variant "abacus"');
});

describe("TensorFlow.js", () => {
  test.each(kinds)("%s by tf.grad", (id) => expectAgreement(tensorFlow, id, "autodiff"));
  test.each(["W1", "W2", "W3-d2", "W5"])("%s by hand", (id) => expectAgreement(tensorFlow, id, "by-hand"));
});

test.each(["W1", "W5", "W7-64"])("jax-js, %s", (id) => expectAgreement(jaxJs, id, "jit"));

test("GPU.js, a product; nothing else", async () => {
  await expectAgreement(gpuJs, "W7-64", "cpu");
  expect(() => gpuJs(tiny("W1"), "cpu")).toThrow("no derivatives");
});

const python = spawnSync("python3", ["--version"]).status === 0;
test.runIf(python)("the Python workers are Python", () => {
  const folder = new URL("../python/", import.meta.url);
  for (const script of readdirSync(folder).filter((name) => name.endsWith(".py"))) {
    const code = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())";
    const { status, stderr } = spawnSync("python3", ["-c", code, new URL(script, folder).pathname]);
    expect(`${status} ${stderr}`).toBe("0 ");
  }
});

describe("what another computes is told apart", () => {
  const { workload } = tiny("W1");
  const reference = { values: [1, 0.5, -0.1], gradientNorms: [2, 3] };
  test.each([
    [{ ...reference, values: [1, 0.5, -0.1002] }, "losses: number 3 is -0.1002, not -0.1"],
    [{ ...reference, values: [1, 0.5] }, "losses: 2 numbers for 3"],
    [{ ...reference, values: [1, Number.NaN, -0.1] }, "losses: number 2 is NaN, not 0.5"],
    [{ ...reference, gradientNorms: [1, 3] }, "norms of the gradient: number 1 is 1, not 2"],
    [{ values: reference.values }, "norms of the gradient: 0 numbers for 2"],
  ])("%o", (outcome, words) => {
    expect(disagreement(workload, outcome, reference)).toBe(words);
  });
  test("and what is the same up to rounding is not", () => {
    const rounded = { values: [1.00005, 0.5, -0.1], gradientNorms: [2.001, 3] };
    expect(disagreement(workload, rounded, reference)).toBeNull();
  });
  test("samples without noise, or with too much", () => {
    const sampling = tiny("W6").workload;
    const outcome = (variance: number) => ({ values: [1, 1], variances: [variance, 1] });
    expect(disagreement(sampling, outcome(1.1), outcome(1))).toBeNull();
    expect(disagreement(sampling, outcome(2), outcome(1))).toBe("variance of coordinate 1: 2, not 1");
  });
});

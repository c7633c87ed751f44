import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import { compile, eager, js, type Tensor, tensor, wasm } from "../../src/index.ts";
import { definitions, indexed } from "../support/definitions.ts";
import { exceptionsOf, exceptionsTable } from "../support/exceptions.ts";
import { modes } from "../support/gpu.ts";
import {
  differencesOf,
  type HardRun,
  hardArguments,
  hardRun,
  hardSubjects,
  onProgram,
  shown,
  truthOf,
} from "../support/hardArguments.ts";
import { lineDifferences } from "../support/hardLines.ts";
import { root } from "../support/pages.ts";
import { targets } from "../wasm/sandbox.ts";

// Each elementwise op at each hard argument, against float64: a new op comes here by itself.

const eagerly: HardRun = async (f, inputs) => f(...inputs.map((x) => tensor([...x], { backend: js }))).data;

/** On the default backend, in tensors so large that WebAssembly takes over. */
const accelerated: HardRun = async (f, inputs) => {
  const n = inputs[0]?.length ?? 0;
  const large = Array.from({ length: Math.max(n, 2048) }, (_, i) => i % n);
  const repeated = inputs.map((x) =>
    tensor(
      large.map((i) => x[i] ?? 0),
      { backend: eager },
    ),
  );
  return f(...repeated).data.subarray(0, n);
};

describe.each(hardSubjects)("the reference of $name, in float64,", (subject) => {
  test("is its definition", () => {
    const inputs = hardArguments(subject).map((x) => indexed(tensor([...x], { dtype: "float64" })));
    const define = definitions.get(subject.op.name);
    const wrong = truthOf(subject).flatMap((value, i) => {
      const due = define?.([i], subject.parameters, ...inputs) ?? Number.NaN;
      const isRight =
        Object.is(value, due) || Math.abs(value - due) <= 1e-11 * (1 + Math.abs(due)) || value === due;
      return isRight ? [] : [`at ${inputs.map((x) => shown(x.at([i])))}: ${shown(value)}, not ${shown(due)}`];
    });
    expect(wrong).toEqual([]);
  });
});

const compiled: readonly (readonly [string, number, HardRun])[] = targets.map(({ relaxed }) => [
  relaxed ? "relaxed" : "compiled",
  6e-7,
  async (f, inputs) => compile(f, { backend: wasm({ relaxed }) })(...inputs.map((x) => tensor([...x]))).data,
]);

describe.each([["js", 6e-8, eagerly], ["eager", 6e-7, accelerated], ...compiled] as const)(
  "%s",
  (name, tolerance, run) => {
    test("is float64 to its last digits, but for the exceptions", async () => {
      expect(await differencesOf(run, tolerance)).toEqual({ known: exceptionsOf(name), wrong: [] });
    });
  },
);

describe.each(targets)("on lines, compiled ($relaxed)", ({ relaxed }) => {
  test("NaN and infinities go where they go in float64", async () => {
    const backend = wasm({ relaxed });
    const run = async (f: (...x: Tensor[]) => Tensor, x: readonly Tensor[]) => compile(f, { backend })(...x);
    expect(await lineDifferences(run, 1, 60)).toEqual([]);
  });
});

describe.each(modes)("GPU.js on $mode", ({ mode }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test("is float64 to its last digits, but for the exceptions", async () => {
    expect(await differencesOf(hardRun(backend), 6e-6)).toEqual({ known: exceptionsOf(mode), wrong: [] });
  });

  test("NaN and infinities go on lines where they go in float64", async () => {
    expect(await lineDifferences(onProgram(backend), 1, 40)).toEqual([]);
  });
});

test("the page of sharp edges shows the exceptions, each in its place", () => {
  const page = readFileSync(`${root}docs/sharp-edges.md`, "utf8");
  expect(page).toContain(exceptionsTable());
});

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import { compile, read, type Tensor } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { subjects } from "../support/cases/index.ts";
import { materialize } from "../support/cases/opCase.ts";
import { expectTensorsNear, scaleOf } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { modes } from "../support/gpu.ts";
import { runs } from "../support/runs.ts";

/** Rounding errors of float32 for values of this size, with room for functions of 5 ulp and other orders of sums. */
const rounding = (...tensors: readonly Tensor[]): number => 4e-6 * scaleOf(...tensors);

describe.each(modes)("on $mode", ({ mode, count }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test.each(subjects)("$name gives the values of the eager op", async ({ name, op, cases }) => {
    await fc.assert(
      fc.asyncProperty(cases, async (application) => {
        const inputs = application.inputs.map((input) => materialize(input, "float32"));
        const f = (...x: Tensor[]): Tensor => bind(op, application.parameters, ...x);
        const eager = f(...inputs);
        const compiled = compile(f, { backend });
        const actual = await read(await compiled(...inputs));
        compiled.dispose();
        expect(actual.dtype).toBe(eager.dtype);
        expectTensorsNear(actual, eager, rounding(eager, ...inputs), name);
      }),
      runs(count),
    );
  });

  test("a random composition of ops gives the values of the eager one", async () => {
    await fc.assert(
      fc.asyncProperty(compositions("float32", { smooth: true, length: 8 }), async ({ f, x }) => {
        const compiled = compile((...y: Tensor[]) => f(y), { backend });
        const eager = f(x);
        const actual = await read(await compiled(...x));
        compiled.dispose();
        actual.forEach((value, i) => {
          const expected = eager[i] ?? value;
          expectTensorsNear(value, expected, 10 * rounding(expected, ...x), `output ${i}`);
        });
      }),
      runs(2 * count),
    );
  });
});

import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import { compile, read, type Tensor } from "../../src/index.ts";
import { subjects } from "../support/cases/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { scaleOf } from "../support/distance.ts";
import { modes } from "../support/gpu.ts";
import { agreesWithReference, ROUNDING } from "../support/opParity.ts";
import { runs } from "../support/runs.ts";

describe.each(modes)("on $mode", ({ mode, count }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test.each(subjects)("$name gives the values of the eager op", async (subject) => {
    await agreesWithReference(subject, backend, runs(count));
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
          expectTensorsNear(value, expected, 10 * ROUNDING * scaleOf(expected, ...x), `output ${i}`);
        });
      }),
      runs(2 * count),
    );
  });
});

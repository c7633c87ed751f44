import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import { compile, conv, grad, mul, random, read, sum, type Tensor, zeros } from "../../src/index.ts";
import { subjects } from "../support/cases/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { scaleOf } from "../support/distance.ts";
import { modes } from "../support/gpu.ts";
import { loops } from "../support/loops.ts";
import { agreesInBatches, agreesWithReference, ROUNDING } from "../support/opParity.ts";
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

  test.each(subjects)("$name of a batch gives the values of the eager one", async (subject) => {
    await agreesInBatches(subject, backend, runs(Math.ceil(count / 4)));
  });

  test("the gradient of a convolution's kernel is summed in shares of images, of which the last is smaller", async () => {
    const [x, y] = [random.normal(random.key(1), [9, 4, 4, 32]), random.normal(random.key(2), [9, 4, 4, 32])];
    const gradient = (a: Tensor, b: Tensor): Tensor =>
      grad((kernel: Tensor) => sum(mul(conv(a, kernel), b)))(zeros([3, 3, 32, 32]));
    const compiled = compile(gradient, { backend });
    const actual = await read(await compiled(x, y));
    compiled.dispose();
    expectTensorsNear(actual, gradient(x, y), 1e-5 * scaleOf(actual), "gradient");
  });

  test("a scan over a random composition of ops gives the values of the host's loop", async () => {
    await fc.assert(
      fc.asyncProperty(loops("float32", { smooth: true, length: 3 }), async ({ scanned, looped, x }) => {
        const compiled = compile((...y: Tensor[]) => scanned(y), { backend });
        const expected = looped(x);
        const actual = await read(await compiled(...x));
        compiled.dispose();
        actual.forEach((value, i) => {
          const eager = expected[i] ?? value;
          expectTensorsNear(value, eager, 10 * ROUNDING * scaleOf(eager, ...x), `output ${i}`);
        });
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
          expectTensorsNear(value, expected, 10 * ROUNDING * scaleOf(expected, ...x), `output ${i}`);
        });
      }),
      runs(2 * count),
    );
  });
});

import { test } from "vitest";
import { onnx } from "../../src/export.ts";
import type { Tensor } from "../../src/index.ts";
import { hasModules, requiresOrtInPython, runInPython } from "../support/engines.ts";
import { batched, expectTrial, trials } from "../support/exported.ts";

const isDue = await hasModules(["onnx", "onnxruntime"], requiresOrtInPython);
if (!isDue)
  console.log(
    "ONNX Runtime: left out, for python3 cannot import onnx and onnxruntime; SCORETAPE_REQUIRE_ORT=1 makes that a failure",
  );

test.skipIf(!isDue).each([18, 21] as const)(
  "ONNX Runtime computes every op, loops and a training step as the reference does, with opset %i",
  async (opset) => {
    const all = trials();
    const results = await runInPython(
      new URL("ort.py", import.meta.url),
      all.map(({ f, x }) => {
        const { bytes } = onnx(f, [...x], { opset });
        return { program: Buffer.from(bytes).toString("base64"), inputs: x };
      }),
    );
    all.forEach((trial, i) => {
      expectTrial(trial, results[i] ?? []);
    });
  },
  180_000,
);

test.skipIf(!isDue)("ONNX Runtime takes batches of any size where the batch is open", async () => {
  const { f, at } = batched();
  const { bytes } = onnx(f, at(2), { batch: [1] });
  const sizes = [1, 2, 5, 200];
  const results = await runInPython(
    new URL("ort.py", import.meta.url),
    sizes.map((size) => ({ program: Buffer.from(bytes).toString("base64"), inputs: at(size) })),
  );
  sizes.forEach((size, i) => {
    const [params, x] = at(size);
    const all = (p: Tensor = params, y: Tensor = x): Tensor[] => f(p, y);
    expectTrial({ f: all, x: [params, x], tolerances: Array<number>(100).fill(4e-6) }, results[i] ?? []);
  });
});

import { test } from "vitest";
import { onnx } from "../../src/export.ts";
import { hasModules, runInPython } from "../support/engines.ts";
import { expectTrial, trials } from "../support/exported.ts";

const isDue = await hasModules(["onnx", "onnxruntime"], process.env.SCORETAPE_REQUIRE_ORT !== undefined);
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

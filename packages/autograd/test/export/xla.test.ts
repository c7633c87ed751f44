import { test } from "vitest";
import { stableHlo } from "../../src/export.ts";
import { hasModules, runInPython } from "../support/engines.ts";
import { expectTrial, trials } from "../support/exported.ts";

const isDue = await hasModules(["jax"], process.env.SCORETAPE_REQUIRE_XLA !== undefined);
if (!isDue)
  console.log("XLA: left out, for python3 cannot import jax; SCORETAPE_REQUIRE_XLA=1 makes that a failure");

test.skipIf(!isDue)(
  "XLA computes every op, loops and a training step as the reference does",
  async () => {
    const all = trials();
    const results = await runInPython(
      new URL("xla.py", import.meta.url),
      all.map(({ f, x }) => ({ program: stableHlo(f, [...x]).text, inputs: x })),
      new URL("../../../xla", import.meta.url),
    );
    all.forEach((trial, i) => {
      expectTrial(trial, results[i] ?? []);
    });
  },
  180_000,
);

import { expect, test } from "vitest";
import { stableHlo } from "../../src/export.ts";
import { matmul, zeros } from "../../src/index.ts";
import { askPython, hasModules, runInPython } from "../support/engines.ts";
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

test.skipIf(!isDue)("a text that is no program of this package is refused in one line", async () => {
  const { text } = stableHlo(matmul, [zeros([2, 3]), zeros([3, 4])]);
  const everywhere = (from: string, to: string): string => text.replaceAll(from, to);
  const wrong: Readonly<Record<string, string>> = {
    nothing: "",
    "another text": "no program",
    "one that is cut": text.slice(0, text.length / 2),
    "an operation that is cut": text.slice(0, text.indexOf("dot_general") + 4),
    "an unknown dialect": everywhere("stablehlo.dot_general", "other.dot_general"),
    "an unknown operation": everywhere("stablehlo.dot_general", "stablehlo.dot_most_general"),
    "another dialect": everywhere("func.return", "cf.br"),
    "another dtype": everywhere("f32", "f16"),
    "indices for numbers": everywhere("f32", "i64"),
    "a dtype of none": everywhere("xf32", "xf31"),
    "absurd sizes": everywhere("2x", "9999999999999x"),
    "sizes that no machine counts": everywhere("2x", "99999999999999999999999999x"),
    "negative sizes": everywhere("2x", "-2x"),
    "open sizes": everywhere("2x", "?x"),
    "sizes that do not fit": everywhere("tensor<3x4xf32>", "tensor<5x4xf32>"),
    "another name": everywhere('"main"', '"other"'),
    "no function": '"builtin.module"() ({}) : () -> ()',
    "values that are no tensors": everywhere("tensor<2x3xf32>", "f32"),
    "what calls out": everywhere("stablehlo.dot_general", "stablehlo.custom_call"),
  };
  const script = new URL("../../../xla/tests/programs.py", import.meta.url);
  const [right, ...refusals] = (await askPython(
    script,
    [text, ...Object.values(wrong)],
    new URL("../../../xla", import.meta.url),
  )) as string[][];
  expect(right).toEqual([]);
  const lines = Object.keys(wrong).map((name, i) => [name, refusals[i]?.length]);
  expect(lines).toEqual(Object.keys(wrong).map((name) => [name, 1]));
  expect(refusals.flat().filter((line) => !line.startsWith("the program "))).toEqual([]);
});

import fc from "fast-check";
import { js } from "../../src/backend.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { type Subject, subjects } from "./cases/index.ts";
import type { OpCase } from "./cases/opCase.ts";
import { materialize } from "./cases/opCase.ts";
import { shown } from "./hardArguments.ts";

// NaN and infinities among the elements that reductions, and other ops on lines, put together.

const { NaN: UNDEFINED, POSITIVE_INFINITY: INFINITY } = Number;
const intruders: readonly (readonly number[])[] = [
  [UNDEFINED],
  [INFINITY],
  [-INFINITY],
  [INFINITY, -INFINITY],
  [UNDEFINED, INFINITY],
];

/** Computes a function of tensors, in float32, on a backend. */
export type LineRun = (f: (...x: Tensor[]) => Tensor, inputs: readonly Tensor[]) => Promise<Tensor>;

/** Where a backend has another number, or none, than the reference in float64 has. */
export async function lineDifferences(run: LineRun, seed: number, count: number): Promise<string[]> {
  const wrong: string[] = [];
  for (const subject of subjects.filter(({ op }) => op.traits.kind === "lines" || op.traits.kind === "sum")) {
    for (const [k, application] of fc.sample(subject.cases, { seed, numRuns: count }).entries()) {
      const hard = intruded(application, intruders[k % intruders.length] ?? [], k);
      wrong.push(...(await compared(subject, hard, run)));
    }
  }
  return wrong;
}

/** An application with some of its elements replaced. */
function intruded({ parameters, inputs }: OpCase, by: readonly number[], k: number): OpCase {
  return {
    parameters,
    inputs: inputs.map((input) => {
      if (input.dtype !== "float" || !input.varies) return input;
      const values = [...input.values];
      by.forEach((value, i) => {
        if (values.length > 0) values[(k * 7 + i * 3) % values.length] = value;
      });
      return { ...input, values };
    }),
  };
}

async function compared(
  { name, op }: Subject,
  { parameters, inputs }: OpCase,
  run: LineRun,
): Promise<string[]> {
  const f = (...x: Tensor[]): Tensor => bind(op, parameters, ...x);
  const on = (dtype: "float32" | "float64"): Tensor[] => inputs.map((input) => materialize(input, dtype));
  const due = f(...on("float64").map((x) => tensor(x.data, { shape: x.shape, backend: js }))).data;
  const found = (await run(f, on("float32"))).data;
  const wrong = [...due].flatMap((expected, i) => {
    const value = found[i] ?? UNDEFINED;
    const isRight =
      Object.is(value, expected) || Math.abs(value - expected) <= 1e-5 * (1 + Math.abs(expected));
    return isRight ? [] : [`${shown(value)}, not ${shown(expected)}`];
  });
  return wrong.length === 0
    ? []
    : [`${name} of ${inputs.map(({ values }) => `[${values.map(shown)}]`)}: ${wrong}`];
}

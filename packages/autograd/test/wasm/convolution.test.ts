import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvolutionParameters, Kernel } from "../../src/backend.ts";
import { placesOf } from "../../src/backends/convolutionSizes.ts";
import { conv, convInput, convKernel } from "../../src/backends/js/convolution.ts";
import { planConv, planConvInput, planConvKernel } from "../../src/backends/wasm/convolution/plan.ts";
import type { PlannedKernel } from "../../src/backends/wasm/planned.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";
import { whole } from "../support/arbitrary.ts";
import { runs } from "../support/runs.ts";
import { Sandbox, targets } from "./sandbox.ts";

/** A convolution, and the shapes of its three arrays. */
interface Problem {
  readonly parameters: ConvolutionParameters;
  readonly x: Shape;
  readonly kernel: Shape;
  readonly y: Shape;
}

type ArrayName = "x" | "kernel" | "y";

interface Contraction {
  readonly name: string;
  readonly plan: (parameters: ConvolutionParameters, a: Shape, b: Shape) => PlannedKernel;
  readonly reference: Kernel<ConvolutionParameters>;
  readonly inputs: readonly [ArrayName, ArrayName];
  readonly output: ArrayName;
}

const contractions: readonly Contraction[] = [
  { name: "conv", plan: planConv, reference: conv, inputs: ["x", "kernel"], output: "y" },
  { name: "convInput", plan: planConvInput, reference: convInput, inputs: ["y", "kernel"], output: "x" },
  { name: "convKernel", plan: planConvKernel, reference: convKernel, inputs: ["x", "y"], output: "kernel" },
];

const channels = fc.oneof(whole(1, 5), fc.constantFrom(7, 8, 9, 12, 16, 17));

/** Convolutions of any geometry over one or two axes that have an output. */
const problems: fc.Arbitrary<Problem> = fc
  .tuple(whole(1, 2), fc.record({ n: whole(1, 3), groups: whole(1, 3), c: channels, o: channels }))
  .chain(([axes, { n, groups, c, o }]) => {
    const each = (least: number, most: number) =>
      fc.array(whole(least, most), { minLength: axes, maxLength: axes });
    return fc
      .record({
        image: each(1, 9),
        window: each(1, 4),
        stride: each(1, 3),
        before: each(0, 3),
        after: each(0, 3),
        dilation: each(1, 3),
        groups: fc.constant(groups),
      })
      .map((parameters) => ({
        parameters,
        x: [n, ...parameters.image, groups * c],
        kernel: [...parameters.window, c, groups * o],
        y: [n, ...placesOf(parameters), groups * o],
      }));
  })
  .filter(({ y }) => sizeOf(y) > 0);

/** Runs a contraction's kernel, in so many parts, between fences; what is in its scratch memory is not a number. */
function run({ name, plan, inputs, output }: Contraction, problem: Problem, relaxed: boolean, parts = 1) {
  const { parameters } = problem;
  const [a, b] = inputs;
  const planned = plan(parameters, problem[a], problem[b]);
  const sandbox = new Sandbox();
  const [first, second, result] = [a, b, output].map((array) => sandbox.array(sizeOf(problem[array])));
  const scratch = sandbox.array(Math.ceil(planned.scratchBytes / 4));
  if (first === undefined || second === undefined || result === undefined) throw new Error("three arrays");
  result.values.fill(Number.NaN);
  const call = sandbox.kernel(
    `${planned.signature} ${relaxed}`,
    () => planned.build({ relaxed }),
    planned.entry,
  );
  const placed = planned.place([first.at, second.at], result.at, scratch.at);
  const { cut } = planned;
  if (cut === undefined) throw new Error(`${name} cannot be cut`);
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((i) => Math.round((i * cut.size) / parts));
    scratch.values.fill(Number.NaN);
    if (parts === 1) call(...placed);
    else if (from !== to) call(...cut.part(placed, from ?? 0, to ?? 0));
  }
  sandbox.checkFences();
  return { a: first.values, b: second.values, result: result.values.slice() };
}

/** Fails unless a kernel's results are those of the reference in double precision, but for rounding. */
function check(contraction: Contraction, problem: Problem, relaxed: boolean): void {
  const { name, inputs, output, reference } = contraction;
  const { a, b, result } = run(contraction, problem, relaxed);
  const exact = (f: (value: number) => number): Float64Array => {
    const data = new Float64Array(result.length);
    const operand = (array: ArrayName, values: ArrayLike<number>) => ({
      shape: problem[array],
      dtype: "float64" as const,
      data: Float64Array.from(values, f),
    });
    const into = { shape: problem[output], dtype: "float64" as const, data };
    reference(into, problem.parameters, operand(inputs[0], a), operand(inputs[1], b));
    return data;
  };
  const [expected, magnitude] = [exact((value) => value), exact(Math.abs)];
  const terms = sizeOf(problem.x) * sizeOf(problem.kernel);
  expected.forEach((value, i) => {
    const bound = 2 ** -23 * (4 + terms ** 0.25) * (magnitude[i] as number);
    if (!(Math.abs((result[i] as number) - value) <= bound)) {
      throw new Error(`${name} ${JSON.stringify(problem)}: element ${i} is ${result[i]}, not ${value}`);
    }
  });
}

/** Two square images, with as many places, and windows of 3×3. */
function unet(size: number, c: number, o: number): Problem {
  const all = (n: number): readonly number[] => [n, n];
  return {
    parameters: {
      image: all(size),
      window: all(3),
      stride: all(1),
      before: all(1),
      after: all(1),
      dilation: all(1),
      groups: 1,
    },
    x: [2, size, size, c],
    kernel: [3, 3, c, o],
    y: [2, size, size, o],
  };
}

describe.each(targets)("relaxed: $relaxed", ({ relaxed }) => {
  describe.each(contractions)("$name", (contraction) => {
    test("agrees with the reference kernel, of any geometry", () => {
      fc.assert(
        fc.property(problems, (problem) => check(contraction, problem, relaxed)),
        runs(400),
      );
    });

    // So large that places come in blocks of lines; lines of 64 channels would crowd a cache.
    test.each([
      [28, 16, 16],
      [14, 64, 32],
      [14, 64, 9],
    ])("agrees with it on images of size %i, %i → %i channels", (size, c, o) => {
      check(contraction, unet(size, c, o), relaxed);
    });

    test("has the same bits in any number of parts", () => {
      fc.assert(
        fc.property(problems, whole(2, 5), (problem, parts) => {
          expect(run(contraction, problem, relaxed, parts).result).toEqual(
            run(contraction, problem, relaxed).result,
          );
        }),
        runs(40),
      );
    });
  });
});

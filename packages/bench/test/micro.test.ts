import * as autograd from "@scoretape/autograd";
import { expect, test } from "vitest";
import { chainOf, equationsOf } from "../src/micro/compileTime.ts";
import { opArgument, opCases } from "../src/micro/opCases.ts";
import { runSuite } from "../src/micro/suite.ts";
import { kernelSizes } from "../src/micro/unet.ts";
import { arraysOf } from "../src/workloads/arrays.ts";
import { workloadOf } from "./support/work.ts";

const effort = { rounds: 3, time: 1, samples: 1, heapTime: 1 };

/** Functions of the engine that are no ops on tensors. */
const others = new Set([
  ...["tensor", "zeros", "zerosLike", "ones", "onesLike", "full", "eye", "arange", "linspace", "isConcrete"],
  ...[
    "capture",
    "checkpoint",
    "compile",
    "grad",
    "valueAndGrad",
    "vjp",
    "jvp",
    "hvp",
    "linearize",
    "jacobian",
  ],
  ...["vmap", "scan", "repeat", "customDerivative"],
  ...[
    "hessian",
    "gradientAndCurvature",
    "taylor",
    "checkGradients",
    "read",
    "isTraced",
    "checkFunction",
    "checkOptions",
    "kindOf",
    "wasm",
    "wasmKernels",
    "Program",
    "ShapeError",
    "Tensor",
  ],
  ...["random.key", "random.split", "random.foldIn"],
]);

test("every op of the engine has a case", () => {
  const functionsOf = (names: object, prefix: string): string[] =>
    Object.entries(names).flatMap(([name, value]) => (typeof value === "function" ? [prefix + name] : []));
  const all = [
    ...functionsOf(autograd, ""),
    ...functionsOf(autograd.linalg, "linalg."),
    ...functionsOf(autograd.random, "random."),
  ];
  const missing = all.filter((name) => !others.has(name) && !Object.hasOwn(opCases, name));
  expect(missing, "give them cases in src/micro/opCases.ts, or name them here among the others").toEqual([]);
});

test.each(Object.entries(opCases))("%s, compiled as eager", (_, op) => {
  const x = opArgument();
  const program = autograd.compile(op, { backend: autograd.js });
  const [actual, expected] = [program(x), op(x)];
  expect(actual.shape).toEqual(expected.shape);
  // Transcendental functions differ in their last bits from backend to backend, sums in their order.
  const apart = actual.data.findIndex((value, i) => {
    const wanted = expected.data[i] as number;
    return !(Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)));
  });
  expect(apart).toBe(-1);
});

test("programs to compile have as many equations as they say", () => {
  for (const equations of [100, 2000]) {
    for (const distinct of [false, true]) {
      const found = equationsOf(chainOf(equations, distinct));
      expect(Math.abs(found - equations) / equations).toBeLessThan(0.05);
    }
  }
});

test("the convolutions beside a step of the U-Net are those of its network", () => {
  const arrays = [...arraysOf(workloadOf("W9"))];
  const kernels = arrays.filter(([name]) => name.endsWith(".kernel")).map(([, { data }]) => data.length);
  const ordered = (sizes: readonly number[]): number[] => sizes.toSorted((a, b) => a - b);
  expect(ordered(kernelSizes)).toEqual(ordered(kernels));
});

test("a suite measures its cases in turn, without the first round", async () => {
  const order: string[] = [];
  const one = (row: string, quantity: number) => ({
    row,
    column: "c",
    unit: "µs",
    measure: async () => {
      order.push(row);
      return order.length <= 2 ? 1e9 : quantity;
    },
    also: { unit: "GB/s", from: (microseconds: number) => 8 / microseconds },
  });
  const suite = { name: "s", title: "t", seconds: 1, cases: () => [one("a", 1), one("b", 2)] };
  const records = await runSuite(suite, effort);
  expect(order.join("")).toBe("abababab");
  expect(records.map(({ row, unit, rounds }) => [row, unit, ...rounds])).toEqual([
    ["a", "µs", 1, 1, 1],
    ["a", "GB/s", 8, 8, 8],
    ["b", "µs", 2, 2, 2],
    ["b", "GB/s", 4, 4, 4],
  ]);
  const broken = { ...suite, cases: () => [{ ...one("a", 1), measure: async () => Number.NaN }] };
  await expect(runSuite(broken, effort)).rejects.toThrow("s: a, c came out as NaN µs");
});

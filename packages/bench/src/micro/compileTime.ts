import {
  add,
  capture,
  compile,
  matmul,
  mul,
  ones,
  type Program,
  random,
  sum,
  type Tensor,
  tanh,
  wasm,
} from "@scoretape/autograd";
import { engineOf } from "../implementations/scoretape/engine.ts";
import { openOn } from "../implementations/scoretape/open.ts";
import { arraysOf } from "../workloads/arrays.ts";
import { chosenWorkloads } from "../workloads/workload.ts";
import type { Case, Suite } from "./suite.ts";

/** Equations of the programs. */
const sizes = [100, 300, 1000, 2000, 4000] as const;
/** The steps of one layer below, in equations of the captured program. */
const LAYER = 4;
const WIDTH = 16;

/** The time from a function to a program that has run once: capture, passes, memory plan, WebAssembly. */
export const compileTime: Suite = {
  name: "compile",
  seconds: 13,
  title: "time to compile a program and to run it once, and to capture it",
  quick: true,
  cases: () => [
    ...sizes.flatMap((equations) =>
      chainCases(`${equations.toLocaleString("en")} equations`, chainOf(equations)),
    ),
    ...chainCases("2,000 equations, each loop with constants of its own", chainOf(2000, true)),
    ...chosenWorkloads(["W1", "W2", "W3-d32"]).map(stepCase),
  ],
};

function chainCases(row: string, f: (x: Tensor) => Tensor): Case[] {
  const x = random.normal(random.key(1), [WIDTH, WIDTH]);
  return [
    {
      row,
      column: "compile",
      unit: "ms",
      measure: async () => {
        const backend = wasm();
        const start = performance.now();
        const program = compile(f, { backend });
        program(x);
        const milliseconds = performance.now() - start;
        program.dispose();
        return milliseconds;
      },
    },
    {
      row,
      column: "capture",
      unit: "ms",
      measure: async () => {
        const start = performance.now();
        capture(f)(x);
        return performance.now() - start;
      },
    },
  ];
}

/** A whole training step, with its gradient and the optimiser. */
function stepCase(workload: ReturnType<typeof chosenWorkloads>[number]): Case {
  const arrays = arraysOf(workload);
  return {
    row: `${workload.id}, the step`,
    column: "compile",
    unit: "ms",
    measure: async () => {
      const start = performance.now();
      await openOn({ workload, arrays }, { ...plain, backend: wasm() }).run(1);
      return performance.now() - start;
    },
  };
}

const plain = engineOf("js");

/**
 * Layers of a product, a bias, an activation and a factor. Each layer works on the values of the one before, so that
 * no pass can leave one out; with `distinct` constants no two of the fused loops are the same either.
 */
export function chainOf(equations: number, distinct = false): (x: Tensor) => Tensor {
  const layers = Math.max(1, Math.round((equations - 1) / LAYER));
  const weight = mul(1 / WIDTH, ones([WIDTH, WIDTH]));
  return (x) => {
    let value = x;
    for (let i = 0; i < layers; i++) {
      const change = distinct ? 1 / (i + 2) : 0.5;
      value = mul(tanh(add(matmul(value, weight), change)), 1 + change);
    }
    return sum(value);
  };
}

/** How many equations the function has when it is captured. */
export function equationsOf(f: (x: Tensor) => Tensor): number {
  const program: Program = capture(f)(random.normal(random.key(1), [WIDTH, WIDTH]));
  return program.equations.length;
}

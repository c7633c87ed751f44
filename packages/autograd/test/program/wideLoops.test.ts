import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  compile,
  grad,
  js,
  mul,
  sin,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  tree,
  wasm,
} from "../../src/index.ts";
import { outputsOf } from "../../src/interpret/program.ts";
import { arraysOf, schedule } from "../../src/program/schedule.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { scaleOf } from "../support/distance.ts";

const COUNT = 1500;
const inputs = Array.from({ length: COUNT }, (_, i) => tensor([Math.sin(i), Math.cos(i)]));
/** tanh(x₀)·x₁ + tanh(x₁)·x₂ + ...: connected, and so one loop if loops could be as wide as that. */
const chain = (...x: Tensor[]): Tensor =>
  x.slice(1).reduce((sum, next, i) => add(sum, mul(tanh(x[i] ?? next), next)), tensor([0, 0]));

describe("elementwise work on more arrays than a WebAssembly function takes", () => {
  test("is cut into loops that it takes, in an order in which every value is there when it is read", () => {
    const program = capture(chain)(...inputs);
    const steps = schedule(program);
    const loops = steps.flatMap((step) => (step.kind === "loop" ? [step] : []));
    expect(loops.length).toBeGreaterThan(5);
    expect(Math.max(...loops.map(arraysOf))).toBeLessThanOrEqual(256);
    const known = new Set([...program.inputs, ...program.constants.map(({ variable }) => variable)]);
    for (const step of steps) {
      const equations = step.kind === "loop" ? [...step.body, ...step.sums] : [step.equation];
      const inside = new Set(equations.flatMap(outputsOf));
      for (const x of equations.flatMap((equation) => equation.inputs)) {
        expect(known.has(x) || inside.has(x)).toBe(true);
      }
      const kept = step.kind === "loop" ? [...step.stores, ...step.sums.map(({ output }) => output)] : inside;
      for (const x of kept) known.add(x);
    }
    for (const output of program.outputs) expect(known.has(output)).toBe(true);
  });

  test.each([1, 2])("runs, on %d threads", (threads) => {
    const backend = wasm({ threads });
    const reference = compile(chain, { backend: js })(...inputs);
    expectTensorsNear(compile(chain, { backend })(...inputs), reference, 1e-3, "chain");
    const gradient = (...x: Tensor[]): Tensor[] => grad((y: Tensor[]) => sum(square(chain(...y))))(x);
    const actual = compile(gradient, { backend })(...inputs);
    const expected = compile(gradient, { backend: js })(...inputs);
    expect(tree.leaves(actual)).toHaveLength(COUNT);
    actual.forEach((value, i) => {
      const near = expected[i] ?? value;
      expectTensorsNear(value, near, 1e-4 * Math.max(1, scaleOf(near)), `gradient ${i}`);
    });
    backend.dispose();
  });
});

test("a chain of more ops than a WebAssembly function has room for runs", () => {
  const long = (x: Tensor): Tensor => {
    let y = x;
    for (let i = 0; i < 2000; i++) y = sin(y);
    return y;
  };
  const x = tensor([1, 2, 3]);
  expectTensorsNear(compile(long, { backend: wasm({ threads: 1 }) })(x), long(x), 1e-4, "sines");
});

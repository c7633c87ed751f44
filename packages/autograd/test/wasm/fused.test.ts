import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Axes,
  type FusedKernel,
  type FusedOutput,
  fusedSignature,
  type Node,
  operandsOf,
  valueAxes,
} from "../../src/backends/wasm/fused/graph.ts";
import { fusedModule, fusedScratchBytes } from "../../src/backends/wasm/fused/loop.ts";
import { node } from "../support/node.ts";
import { at, Sandbox, targets } from "./sandbox.ts";

const RUNS = { seed: 3, numRuns: Number(process.env["SCORETAPE_RUNS"] ?? 400) };

const unaryOps: Record<string, (x: number) => number> = {
  tanh: Math.tanh,
  exp: Math.exp,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  square: (x) => x * x,
  neg: (x) => -x,
};
const binaryOps: Record<string, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  maximum: Math.max,
};
const ops = [...Object.keys(unaryOps), ...Object.keys(binaryOps)];

function evaluate(applied: Node, values: readonly number[]): number {
  const [x = Number.NaN, y = Number.NaN] = operandsOf(applied).map((operand) => at(values, operand));
  const [unary, binary] = [unaryOps[applied.op], binaryOps[applied.op]];
  if (unary !== undefined) return unary(x);
  if (binary !== undefined) return binary(x, y);
  throw new Error(`no reference for ${applied.op}`);
}

/** Random kernels whose values stay moderate. */
const kernels: fc.Arbitrary<FusedKernel> = fc
  .record({
    rank: fc.integer({ min: 1, max: 3 }),
    inputs: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    ops: fc.array(fc.tuple(fc.constantFrom(...ops), fc.nat(), fc.nat()), { maxLength: 6 }),
    outputs: fc.array(
      fc.tuple(fc.nat(), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.boolean()),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  })
  .map(({ rank, inputs, ops, outputs }) => {
    const nodes = ops.flatMap(([op, x, y], i): Node[] => {
      const known = inputs.length + 2 * i;
      const operands = op in binaryOps ? [x % known, y % known] : [x % known];
      return [node(op, operands), node("tanh", [known])];
    });
    const kernel = { rank, inputs: inputs.map((axes) => axes.slice(0, rank)), nodes, outputs: [] };
    const axesOf = valueAxes(kernel);
    return {
      ...kernel,
      outputs: outputs.map(([value, axes, sum]): FusedOutput => {
        const index = value % axesOf.length;
        const own = axes.slice(0, rank);
        return {
          value: index,
          axes: sum ? own : own.map((has, axis) => has || at(at(axesOf, index), axis)),
          sum,
        };
      }),
    };
  });

function countOf(axes: Axes, sizes: readonly number[]): number {
  return sizes.reduce((count, size, axis) => (axes[axis] ? count * size : count), 1);
}

/** Every element by itself, sums in double precision. */
function reference(kernel: FusedKernel, sizes: readonly number[], inputs: readonly Float32Array[]) {
  const outputs = kernel.outputs.map(({ axes }) => new Float64Array(countOf(axes, sizes)));
  const magnitudes = outputs.map((output) => output.slice());
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let flat = 0; flat < total; flat++) {
    const index: number[] = [];
    let rest = flat;
    for (const size of sizes.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    const place = (axes: Axes): number =>
      index.reduce((offset, i, axis) => (axes[axis] ? offset * at(sizes, axis) + i : offset), 0);
    const values = kernel.inputs.map((axes, i) => at(at(inputs, i), place(axes)));
    for (const node of kernel.nodes) values.push(evaluate(node, values));
    kernel.outputs.forEach(({ value, axes, sum }, i) => {
      const k = place(axes);
      const [output, magnitude] = [at(outputs, i), at(magnitudes, i)];
      output[k] = (sum ? at(output, k) : 0) + at(values, value);
      magnitude[k] = (sum ? at(magnitude, k) : 0) + Math.abs(at(values, value)) + 1;
    });
  }
  return { outputs, magnitudes };
}

function check(kernel: FusedKernel, allSizes: readonly number[], relaxed: boolean, inPlace = false): void {
  const sizes = allSizes.slice(0, kernel.rank);
  const sandbox = new Sandbox();
  const inputs = kernel.inputs.map((axes) => sandbox.array(countOf(axes, sizes)));
  const outputs = kernel.outputs.map(({ axes }) => sandbox.array(countOf(axes, sizes)));
  const scratch = sandbox.array(fusedScratchBytes(kernel, sizes) / 4);
  const { outputs: exact, magnitudes } = reference(
    kernel,
    sizes,
    inputs.map(({ values }) => values),
  );
  const places = inPlace ? [at(inputs, 0)] : outputs;
  const run = sandbox.kernel(
    `${fusedSignature(kernel)} ${relaxed}`,
    () => fusedModule({ relaxed }, kernel),
    "run",
  );
  run(...sizes, ...inputs.map((place) => place.at), ...places.map((place) => place.at), scratch.at);
  const total = sizes.reduce((product, size) => product * size, 1);
  exact.forEach((output, i) => {
    const { value, sum } = at(kernel.outputs, i);
    const untouched = total === 0 && !sum;
    output.forEach((truth, k) => {
      if (untouched) return;
      const result = at(at(places, i).values, k);
      const bound = 6e-6 * at(at(magnitudes, i), k) + 1e-30;
      if (!(Math.abs(result - truth) <= bound)) {
        throw new Error(
          `output ${i} (value ${value}) at ${k} is ${result}, not ${truth}, for sizes ${sizes}`,
        );
      }
    });
  });
  sandbox.checkFences();
}

const size = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 40 }));
const sizes = fc.tuple(fc.oneof(size, fc.integer({ min: 60, max: 140 })), size, size);

describe.each(targets)("fused loops, relaxed: $relaxed", ({ relaxed }) => {
  test("random kernels, any sizes", () => {
    fc.assert(
      fc.property(kernels, sizes, (kernel, n) => check(kernel, n, relaxed)),
      RUNS,
    );
  });

  test("one op, any length", () => {
    for (const op of ["add", "tanh"]) {
      const kernel = {
        rank: 1,
        inputs: [[true], [true]],
        nodes: [node(op, op === "add" ? [0, 1] : [0])],
        outputs: [{ value: 2, axes: [true], sum: false }],
      };
      for (let n = 0; n < 70; n++) {
        check(kernel, [n], relaxed);
        check(kernel, [n], relaxed, true);
      }
    }
  });

  test("long sums keep their digits", () => {
    const sandbox = new Sandbox();
    const rows = 100_003;
    const x = sandbox.array(rows * 3);
    x.values.fill(0.1);
    const exact = rows * Math.fround(0.1);
    for (const axes of [
      [false, false],
      [false, true],
    ]) {
      const kernel: FusedKernel = {
        rank: 2,
        inputs: [[true, true]],
        nodes: [],
        outputs: [{ value: 0, axes, sum: true }],
      };
      const y = sandbox.array(3);
      const scratch = sandbox.array(fusedScratchBytes(kernel, [rows, 3]) / 4);
      const run = sandbox.kernel(
        `${fusedSignature(kernel)} ${relaxed}`,
        () => fusedModule({ relaxed }, kernel),
        "run",
      );
      run(rows, 3, x.at, y.at, scratch.at);
      const truth = axes[1] ? exact : 3 * exact;
      expect(Math.abs((y.values[0] as number) / truth - 1)).toBeLessThan(axes[1] ? 1e-5 : 1e-7);
    }
  });

  test("an output that cannot hold its value is refused", () => {
    const kernel: FusedKernel = {
      rank: 2,
      inputs: [[true, true]],
      nodes: [],
      outputs: [{ value: 0, axes: [true, false], sum: false }],
    };
    expect(() => fusedModule({ relaxed }, kernel)).toThrow("output 0");
  });
});

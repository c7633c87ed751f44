import type { AxesParameters, CalledName, MatrixParameters } from "../../backend.ts";
import { DRAWS, SPLITS } from "../../backends/js/philox.ts";
import { linesAlong } from "../../backends/lines.ts";
import { productSizes } from "../../backends/productSizes.ts";
import { planCopy } from "../../backends/wasm/copy/plan.ts";
import type { FusedKernel } from "../../backends/wasm/fused/graph.ts";
import { planMatmul } from "../../backends/wasm/matmul/plan.ts";
import type { PlannedKernel } from "../../backends/wasm/planned.ts";
import { type DrawName, drawModule } from "../../backends/wasm/random/draws.ts";
import { cumulativeSumModule } from "../../backends/wasm/reduce/cumulative.ts";
import { type ReductionName, reductionModule } from "../../backends/wasm/reduce/reductions.ts";
import { planSum } from "../../backends/wasm/reduce/sums.ts";
import type { Equation, Variable } from "../../interpret/program.ts";
import { type Application, applies } from "../../program/passes/rewriter.ts";
import { sizeAt, sizeOf, stridesOf } from "../../shape.ts";
import { cutLines, cutProduct } from "../threads/cut.ts";
import { type Kernel, type KernelCode, loopCode } from "./kernel.ts";

/** Where a variable lies in the program's memory. */
type AddressOf = (variable: Variable) => number;

/** The kernels that compute an equation one after another, from its first argument x; `null`: its reference kernel does. */
type Call<E extends Equation> = (equation: E, x: Variable, address: AddressOf) => readonly Kernel[] | null;

/** The ops that their reference kernels compute in programs too. */
type OnReferenceKernel =
  | "argMax"
  | "argMin"
  | "argSort"
  | "cast"
  | "cummax"
  | "foldIn"
  | keyof MatrixParameters
  | "linearRecurrence"
  | "logCumSumExp"
  | "randomCategorical"
  | "randomPermutation"
  | "scatterAdd"
  | "scatterAddAlong"
  | "sort"
  | "take"
  | "takeAlong";

type KernelCalled = Exclude<CalledName, OnReferenceKernel>;

/** What computes each other op outside of loops. */
const calls: { readonly [K in KernelCalled]: Call<Application<K>> } = {
  broadcastTo: (equation, x, address) => {
    const { shape } = equation.output;
    const missing = shape.length - x.shape.length;
    const strides = stridesOf(x.shape);
    const repeated = shape.map((_, axis) => {
      const own = axis - missing;
      return own < 0 || x.shape[own] === 1 ? 0 : sizeAt(strides, own);
    });
    return [gather(equation, x, { offset: 0, strides: repeated }, address)];
  },
  transpose: (equation, x, address) => {
    const strides = stridesOf(x.shape);
    const permuted = equation.parameters.axes.map((axis) => sizeAt(strides, axis));
    return [gather(equation, x, { offset: 0, strides: permuted }, address)];
  },
  slice: (equation, x, address) => {
    const strides = stridesOf(x.shape);
    return [gather(equation, x, { offset: dot(equation.parameters.start, strides), strides }, address)];
  },
  flip: (equation, x, address) => {
    const strides = stridesOf(x.shape);
    const isFlipped = (axis: number): boolean => equation.parameters.axes.includes(axis);
    const last = x.shape.map((size, axis) => (isFlipped(axis) ? size - 1 : 0));
    const reversed = strides.map((stride, axis) => (isFlipped(axis) ? -stride : stride));
    return [gather(equation, x, { offset: dot(last, strides), strides: reversed }, address)];
  },
  pad: ({ output, parameters: { before } }, x, address) => {
    const to = stridesOf(output.shape);
    const inside = { offset: dot(before, to), strides: to };
    return [
      zeros(sizeOf(output.shape), address(output)),
      copy(x.shape, whole(x.shape), inside, address(x), address(output)),
    ];
  },
  concat: ({ output, inputs, parameters: { axis } }, _x, address) => {
    const to = stridesOf(output.shape);
    let offset = 0;
    return inputs.map((part) => {
      const { shape } = part;
      const kernel = copy(shape, whole(shape), { offset, strides: to }, address(part), address(output));
      offset += sizeAt(shape, axis) * sizeAt(to, axis);
      return kernel;
    });
  },
  // Over axes that no loop has; the others end loops.
  sumTo: (equation, x, address) => [placed(planSum(equation.output.shape, x.shape), equation, address)],
  matmul: product,
  conv: planned,
  convInput: planned,
  convKernel: planned,
  max: lines("max"),
  min: lines("min"),
  prod: lines("prod"),
  logSumExp: lines("logSumExp"),
  softmax: lines("softmax"),
  logSoftmax: lines("logSoftmax"),
  norm: lines("norm"),
  unit: lines("unit"),
  cumsum: ({ output, parameters: { axis, reverse } }, x, address) => {
    const { outer, middle, inner } = linesAlong(x.shape, axis, axis + 1);
    const code = { signature: "cumsum", entry: "run", build: cumulativeSumModule };
    return [fixed(code, [outer, middle, inner, address(x), address(output), reverse ? 1 : 0])];
  },
  splitKey: draws("bits", SPLITS),
  randomBits: draws("bits"),
  randomUniform: draws("uniform"),
  randomNormal: draws("normal"),
  randomRademacher: draws("rademacher"),
};

/** The kernels that compute an equation outside of loops; `null` where no kernel does. */
export function callsOf(equation: Equation, address: AddressOf): readonly Kernel[] | null {
  const { op, traits, output, inputs } = equation;
  if (sizeOf(output.shape) === 0 || inputs.some(({ shape }) => sizeOf(shape) === 0)) return null;
  const isSingle = [output, ...inputs].every(({ dtype }) => dtype === "float32");
  return isCalled(op) && (isSingle || traits.kind === "random") ? call(op, equation, address) : null;
}

function isCalled(op: string): op is KernelCalled {
  return Object.hasOwn(calls, op);
}

function call<K extends KernelCalled>(
  op: K,
  equation: Equation,
  address: AddressOf,
): readonly Kernel[] | null {
  const [x] = equation.inputs;
  return applies(equation, op) && x !== undefined ? calls[op](equation, x, address) : null;
}

// Movement

/** Where to start in an array, and how far a step along each axis goes, in elements. */
interface Walk {
  readonly offset: number;
  readonly strides: readonly number[];
}

function whole(shape: readonly number[]): Walk {
  return { offset: 0, strides: stridesOf(shape) };
}

function copy(sizes: readonly number[], from: Walk, to: Walk, source: number, target: number): Kernel {
  const plan = planCopy({ sizes, from, to });
  return fixed({ ...plan, entry: "run" }, plan.parameters(source, target));
}

/** Fills the result in order from a walk over x. */
function gather({ output }: Equation, x: Variable, from: Walk, address: AddressOf): Kernel {
  return copy(output.shape, from, whole(output.shape), address(x), address(output));
}

/** Fills an array with zeros. */
function zeros(size: number, at: number): Kernel {
  const kernel: FusedKernel = {
    rank: 1,
    inputs: [],
    nodes: [{ op: "constant", value: 0 }],
    outputs: [{ value: 0, axes: [true], sum: false }],
  };
  return fixed(loopCode(kernel), [size, at, 0]);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

// Sums, lines and draws

function product(equation: Application<"matmul">, x: Variable, address: AddressOf): readonly Kernel[] {
  const { output, parameters } = equation;
  const { transposeX: transposeA, transposeY: transposeB } = parameters;
  const sizes = productSizes(parameters, x.shape, output.shape);
  const kernel = placed(planMatmul({ ...sizes, transposeA, transposeB }), equation, address);
  return [{ ...kernel, cut: cutProduct(kernel.parameters(0), sizes.columns) }];
}

/** A kernel on the arrays of an equation. */
function placed(plan: PlannedKernel, { inputs, output }: Equation, address: AddressOf): Kernel {
  return { ...plan, parameters: (scratch) => [...plan.place(inputs.map(address), address(output), scratch)] };
}

/** The kernel that the op brings. */
function planned(equation: Equation, _x: Variable, address: AddressOf): readonly Kernel[] | null {
  const { inputs, parameters, traits } = equation;
  if (traits.kind !== "sum") return null;
  const plan = traits.plan?.(parameters, ...inputs.map(({ shape }) => shape));
  return plan === undefined ? null : [placed(plan, equation, address)];
}

function lines(name: ReductionName): Call<Equation & { readonly parameters: AxesParameters }> {
  return ({ output, parameters: { axes } }, x, address) => {
    const first = axes[0] ?? x.shape.length;
    const { outer, middle, inner } = linesAlong(x.shape, first, first + axes.length);
    const code: KernelCode = {
      signature: `lines ${name}`,
      entry: "run",
      build: (target) => reductionModule(target, name),
    };
    const kernel = fixed(code, [outer, middle, inner, address(x), address(output)]);
    return [{ ...kernel, cut: cutLines(kernel.parameters(0), sizeOf(output.shape) === outer * inner) }];
  };
}

function draws(name: DrawName, stream: number = DRAWS): Call<Equation> {
  return ({ output }, key, address) => {
    if (output.dtype === "float64") return null;
    const code: KernelCode = {
      signature: `draw ${name}`,
      entry: "draw",
      build: (target) => drawModule(target, name),
    };
    return [fixed(code, [address(key), stream, 0, sizeOf(output.shape), address(output)])];
  };
}

/** A kernel that needs no scratch memory and is not cut. */
function fixed(code: KernelCode, parameters: readonly number[]): Kernel {
  return { ...code, scratchBytes: 0, parameters: () => [...parameters] };
}

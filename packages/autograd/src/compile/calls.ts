import { DRAWS, SPLITS } from "../backends/js/philox.ts";
import { linesAlong } from "../backends/lines.ts";
import { planCopy } from "../backends/wasm/copy/plan.ts";
import type { Target } from "../backends/wasm/emitter/module.ts";
import type { FusedKernel } from "../backends/wasm/fused/graph.ts";
import { type DrawName, drawModule } from "../backends/wasm/random/draws.ts";
import { cumulativeSumModule } from "../backends/wasm/reduce/cumulative.ts";
import { reductionModule } from "../backends/wasm/reduce/reductions.ts";
import type { Equation, Variable } from "../interpret/program.ts";
import { applies } from "../program/rewriter.ts";
import { sizeAt, sizeOf, stridesOf } from "../shape.ts";
import { type Kernel, type KernelCode, loopCode } from "./kernel.ts";
import { lineOpOf } from "./lines.ts";

/** Where a variable lies in the program's memory. */
type AddressOf = (variable: Variable) => number;

/** The kernels that compute an equation outside of loops and matrix products; `null` where no kernel does. */
export function callsOf(equation: Equation, address: AddressOf): readonly Kernel[] | null {
  const { output, inputs } = equation;
  if (sizeOf(output.shape) === 0 || inputs.some(({ shape }) => sizeOf(shape) === 0)) return null;
  return drawCalls(equation, address) ?? (isFloat32(equation) ? arrayCalls(equation, address) : null);
}

function isFloat32({ output, inputs }: Equation): boolean {
  return [output, ...inputs].every(({ dtype }) => dtype === "float32");
}

const draws: Readonly<Record<string, DrawName>> = {
  randomBits: "bits",
  splitKey: "bits",
  randomUniform: "uniform",
  randomNormal: "normal",
  randomRademacher: "rademacher",
};

function drawCalls({ op, output, inputs: [key] }: Equation, address: AddressOf): Kernel[] | null {
  const name = draws[op];
  if (name === undefined || key === undefined || output.dtype === "float64") return null;
  const stream = op === "splitKey" ? SPLITS : DRAWS;
  const parameters = [address(key), stream, 0, sizeOf(output.shape), address(output)];
  return [
    fixed(
      { signature: `draw ${name}`, entry: "draw", build: (target) => drawModule(target, name) },
      parameters,
    ),
  ];
}

/** Where to start in an array, and how far a step along each axis goes, in elements. */
interface Walk {
  readonly offset: number;
  readonly strides: readonly number[];
}

function arrayCalls(equation: Equation, address: AddressOf): Kernel[] | null {
  const { output, inputs } = equation;
  const [x] = inputs;
  if (x === undefined) return null;
  const copy = (sizes: readonly number[], from: Walk, to: Walk, source = x): Kernel => {
    const plan = planCopy({ sizes, from, to });
    return fixed({ ...plan, entry: "run" }, plan.parameters(address(source), address(output)));
  };
  const whole = (shape: readonly number[]): Walk => ({ offset: 0, strides: stridesOf(shape) });
  const gather = (from: Walk): Kernel[] => [copy(output.shape, from, whole(output.shape))];
  const strides = stridesOf(x.shape);
  if (applies(equation, "transpose")) {
    return gather({ offset: 0, strides: equation.parameters.axes.map((axis) => sizeAt(strides, axis)) });
  }
  if (applies(equation, "slice")) {
    return gather({ offset: dot(equation.parameters.start, strides), strides });
  }
  if (applies(equation, "flip")) {
    const isFlipped = (axis: number): boolean => equation.parameters.axes.includes(axis);
    const last = x.shape.map((size, axis) => (isFlipped(axis) ? size - 1 : 0));
    const reversed = strides.map((stride, axis) => (isFlipped(axis) ? -stride : stride));
    return gather({ offset: dot(last, strides), strides: reversed });
  }
  if (applies(equation, "broadcastTo")) {
    const missing = output.shape.length - x.shape.length;
    const repeated = output.shape.map((_, axis) => {
      const own = axis - missing;
      return own < 0 || x.shape[own] === 1 ? 0 : sizeAt(strides, own);
    });
    return gather({ offset: 0, strides: repeated });
  }
  if (applies(equation, "pad")) {
    const to = stridesOf(output.shape);
    const inside = { offset: dot(equation.parameters.before, to), strides: to };
    return [zeros(sizeOf(output.shape), address(output)), copy(x.shape, whole(x.shape), inside)];
  }
  if (applies(equation, "concat")) {
    const to = stridesOf(output.shape);
    const { axis } = equation.parameters;
    let offset = 0;
    return inputs.map((part) => {
      const call = copy(part.shape, whole(part.shape), { offset, strides: to }, part);
      offset += sizeAt(part.shape, axis) * sizeAt(to, axis);
      return call;
    });
  }
  return lineCalls(equation, x, address);
}

/** Ops that work on each line along some neighbouring axes. */
function lineCalls(equation: Equation, x: Variable, address: AddressOf): Kernel[] | null {
  const places = [address(x), address(equation.output)];
  if (applies(equation, "cumsum")) {
    const { axis, reverse } = equation.parameters;
    const { outer, middle, inner } = linesAlong(x.shape, axis, axis + 1);
    const code = { signature: equation.op, entry: "run", build: cumulativeSumModule };
    return [fixed(code, [outer, middle, inner, ...places, reverse ? 1 : 0])];
  }
  const found = lineOpOf(equation);
  if (found === null) return null;
  const { op } = found;
  const { outer, middle, inner } = found.lines;
  const code = {
    signature: `lines ${op}`,
    entry: "run",
    build: (target: Target) => reductionModule(target, op),
  };
  return [fixed(code, [outer, middle, inner, ...places])];
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

/** A kernel that needs no scratch memory and is not cut. */
function fixed(code: KernelCode, parameters: readonly number[]): Kernel {
  return { ...code, scratchBytes: 0, parameters: () => [...parameters] };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

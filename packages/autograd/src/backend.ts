import { isPlain, kindOf } from "./arguments.ts";
import type { DType, Values } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/** An array as a kernel sees it: dense, row-major. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Values;
}

/** The parameters of an op that has none. */
export type None = Readonly<Record<string, never>>;

/** Axes in increasing order, counted from the front. */
export interface AxesParameters {
  readonly axes: readonly number[];
}
/** One axis, counted from the front. */
export interface AxisParameters {
  readonly axis: number;
}
/** One axis, and its size in the result. */
export interface SizedAxisParameters extends AxisParameters {
  readonly size: number;
}
/** One axis, from its start or from its end. */
export interface DirectedAxisParameters extends AxisParameters {
  readonly reverse: boolean;
}
/** The shape of the result. */
export interface ShapeParameters {
  readonly shape: Shape;
}
/** Which operands of a matrix product are read transposed. */
export interface MatmulParameters {
  readonly transposeX: boolean;
  readonly transposeY: boolean;
}
/** Which axis of the operand stands at each place of the result. */
export interface TransposeParameters {
  readonly axes: readonly number[];
}
/** Elements `start ≤ i < end` of every axis. */
export interface SliceParameters {
  readonly start: readonly number[];
  readonly end: readonly number[];
}
/** Zeros added before and after every axis. */
export interface PadParameters {
  readonly before: readonly number[];
  readonly after: readonly number[];
}
/**
 * How the window of a convolution moves over an image, one number for each spatial axis: the window's element k at the
 * output's place p lies on the image's element p·stride − before + k·dilation.
 */
export interface ConvolutionParameters {
  /** The spatial sizes of the image. */
  readonly image: readonly number[];
  /** The spatial sizes of the window. */
  readonly window: readonly number[];
  readonly stride: readonly number[];
  /** Zeros before and after the image. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly dilation: readonly number[];
  /** Channels go in so many groups, each of which sees its own alone. */
  readonly groups: number;
}
/** How a triangle of a matrix is read. */
export interface TriangularSolveParameters {
  readonly lower: boolean;
  readonly transpose: boolean;
}
/** How a matrix is read, and under which name errors tell of it. */
export interface SolveParameters {
  readonly transpose: boolean;
  readonly caller: string;
}
/** What a random draw makes. */
export interface DrawParameters extends ShapeParameters {
  readonly dtype: DType;
}

// The parameters of every kernel, by the kernel's name, which is its op's name. The group in which a name stands says how
// the op meets the elements of its arguments: it decides which traits the op has to declare, and which tables of kernels
// have to hold it.

/** Ops of one argument that work element by element. */
export interface UnaryParameters {
  neg: None;
  square: None;
  sqrt: None;
  exp: None;
  expm1: None;
  log: None;
  log1p: None;
  sin: None;
  cos: None;
  atan: None;
  tanh: None;
  sechSquared: None;
  sigmoid: None;
  logisticDensity: None;
  softplus: None;
  relu: None;
  erf: None;
  normalCdf: None;
  abs: None;
  sign: None;
  floor: None;
  round: None;
  isNaN: None;
  power: { readonly exponent: number };
}
/** Ops of two arguments that work element by element. */
export interface BinaryParameters {
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  atan2: None;
  hypot: None;
  directionCosine: None;
  maximum: None;
  minimum: None;
  greater: None;
  greaterEqual: None;
  less: None;
  lessEqual: None;
  equal: None;
}
/** Ops of three arguments that work element by element. */
export interface TernaryParameters {
  where: None;
}
/** Ops that are their argument, under another shape or another meaning: no kernel computes them. */
export interface AliasParameters {
  reshape: ShapeParameters;
  stopGradient: None;
}
/** Ops whose every element is one of an argument's, or 0. */
export interface MovementParameters extends AliasParameters {
  cast: { readonly dtype: DType };
  broadcastTo: ShapeParameters;
  transpose: TransposeParameters;
  slice: SliceParameters;
  pad: PadParameters;
  flip: AxesParameters;
  concat: AxisParameters;
  take: AxisParameters;
  takeAlong: AxisParameters;
}
/** Sums of elements, or of products of elements. */
export interface SumParameters {
  matmul: MatmulParameters;
  sumTo: ShapeParameters;
  scatterAdd: SizedAxisParameters;
  scatterAddAlong: SizedAxisParameters;
  conv: ConvolutionParameters;
  convInput: ConvolutionParameters;
  convKernel: ConvolutionParameters;
}
/** Ops that treat each line of their argument, along neighbouring axes, on its own. */
export interface LineParameters {
  max: AxesParameters;
  min: AxesParameters;
  logSumExp: AxesParameters;
  softmax: AxesParameters;
  logSoftmax: AxesParameters;
  norm: AxesParameters;
  unit: AxesParameters;
  prod: AxesParameters;
  cumsum: DirectedAxisParameters;
  linearRecurrence: DirectedAxisParameters;
  logCumSumExp: AxisParameters;
  cummax: AxisParameters;
  sort: AxisParameters;
  argSort: AxisParameters;
  argMax: AxisParameters;
  argMin: AxisParameters;
}
/** Ops that treat each matrix, over the last two axes of their arguments, on its own. */
export interface MatrixParameters {
  cholesky: None;
  triangularSolve: TriangularSolveParameters;
  solve: SolveParameters;
  logDeterminant: None;
  eigh: None;
}
/** Ops that take a key, and draw random numbers or other keys. */
export interface RandomParameters {
  splitKey: { readonly count: number };
  foldIn: { readonly data: number };
  randomBits: ShapeParameters;
  randomUniform: DrawParameters;
  randomNormal: DrawParameters;
  randomRademacher: DrawParameters;
  randomPermutation: { readonly size: number };
  randomCategorical: ShapeParameters;
}

/** The parameters of all ops that work element by element. */
export interface ElementwiseParameters extends UnaryParameters, BinaryParameters, TernaryParameters {}

/** The parameters of every kernel. */
export interface KernelParameters
  extends ElementwiseParameters,
    MovementParameters,
    SumParameters,
    LineParameters,
    MatrixParameters,
    RandomParameters {}

/** The name of a kernel in the contract. */
export type KernelName = keyof KernelParameters;

/** The ops that compiled programs compute outside of fused loops, each by a call of its own. */
export type CalledName = Exclude<KernelName, keyof ElementwiseParameters | keyof AliasParameters>;

/**
 * Fills `output`, whose shape and dtype the op has already decided, from the inputs. A kernel reads and
 * writes nothing else, and never sees inputs of unequal shapes that its op would have to broadcast.
 */
export type Kernel<Parameters = None> = (
  output: Operand,
  parameters: Parameters,
  ...inputs: Operand[]
) => void;

/** Kernels by name. */
export type Kernels = { readonly [K in KernelName]?: Kernel<KernelParameters[K]> };

/**
 * The kernels that replace the reference ones; what is absent runs on the reference kernel.
 * A backend is an explicit record: `{ ...js, matmul }` swaps one kernel.
 */
export interface Backend extends Kernels {
  readonly name: string;
  /** Whether an op's accelerated kernel, where it has one, runs in place of its reference kernel. */
  readonly accelerated?: boolean;
}

/** Throws unless a backend is one that computes op by op. */
export function checkBackend(name: string, backend: Backend): void {
  if (
    typeof backend === "object" &&
    backend !== null &&
    isPlain(backend) &&
    typeof backend.name === "string"
  ) {
    if (!("lower" in backend)) return;
    throw new TypeError(`${name}: backend ${backend.name} is for whole programs; give it to compile`);
  }
  throw new TypeError(`${name}: backend is ${kindOf(backend)}; give js, eager or wasmKernels()`);
}

/** The reference backend: plain JavaScript, float32 and float64. */
export const js: Backend = { name: "js" };

/**
 * The backend of tensors for which none is named: the reference one, except that matrix products, convolutions, arithmetic,
 * powers and transcendental functions of float32 run in WebAssembly from the size on where copying to it pays. Arithmetic has
 * the bits of the reference; powers and functions are within 5 units in the last place, and their bits are the same on
 * every machine.
 */
export const eager: Backend = { name: "eager", accelerated: true };

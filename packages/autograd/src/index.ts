export { checkFunction, checkOptions, kindOf, type OptionKind } from "./arguments.ts";
export type {
  AxesParameters,
  AxisParameters,
  Backend,
  ConvolutionParameters,
  DrawParameters,
  Kernel,
  KernelName,
  KernelParameters,
  Kernels,
  MatmulParameters,
  None,
  Operand,
  PadParameters,
  ShapeParameters,
  SizedAxisParameters,
  SliceParameters,
  SolveParameters,
  TransposeParameters,
  TriangularSolveParameters,
} from "./backend.ts";
export { eager, js } from "./backend.ts";
export { type WasmKernelOptions, wasmKernels } from "./backends/wasm/eager/wasmKernels.ts";
export { type CheckGradientsOptions, checkGradients, type GradientMode } from "./check.ts";
export { compile } from "./compile/compile.ts";
export type {
  AsyncCompiled,
  AsyncCompileOptions,
  AsyncProgramBackend,
  Compiled,
  CompiledTools,
  CompileOptions,
} from "./compile/compiled.ts";
export type {
  AsyncExecutable,
  Executable,
  ExecutableDescription,
  LoweringOptions,
  ProgramBackend,
  ThreadUse,
} from "./compile/lowering.ts";
export { read } from "./compile/remote.ts";
export { type WasmBackend, type WasmOptions, wasm } from "./compile/wasm/backend.ts";
export type { DType, Values } from "./dtype.ts";
export {
  type Equation,
  type Iteration,
  type IterationLike,
  Program,
  type Variable,
} from "./interpret/program.ts";
export type { NestedArray } from "./nested.ts";
export * as nn from "./nn/index.ts";
export {
  type Confined,
  type Derivative,
  type Direction,
  isConcrete,
  isTraced,
  type Op,
  type Reach,
} from "./op.ts";
export { takeAlong } from "./ops/along.ts";
export { add, mul, neg, sub } from "./ops/arithmetic.ts";
export { attention } from "./ops/attention.ts";
export { broadcastTo } from "./ops/broadcast.ts";
export {
  abs,
  clamp,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  relu,
  sign,
  where,
} from "./ops/choice.ts";
export { type ConvOptions, conv } from "./ops/convolution.ts";
export { type AxisOption, cumprod, logCumSumExp } from "./ops/cumulative.ts";
export { einsum } from "./ops/einsum.ts";
export {
  cos,
  div,
  exp,
  expm1,
  log,
  log1p,
  logisticDensity,
  pow,
  sechSquared,
  sigmoid,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "./ops/elementwise.ts";
export { cast, expandDims, reshape, squeeze, stopGradient, transpose } from "./ops/layout.ts";
export * as linalg from "./ops/linalg.ts";
export { all, and, any, isNumber as isFinite, isUndefined as isNaN, not, or } from "./ops/logic.ts";
export { mean, std, variance } from "./ops/moments.ts";
export { concat, flip, slice, stack, take } from "./ops/movement.ts";
export {
  erf,
  gelu,
  normalCdf,
} from "./ops/normal.ts";
export {
  type GroupNormOptions,
  groupNorm,
  layerNorm,
  type NormalizationOptions,
} from "./ops/normalization.ts";
export { type OneHotOptions, oneHot } from "./ops/oneHot.ts";
export { argMax, argMin, argSort, type PlaceOptions, sort } from "./ops/order.ts";
export { type PadMode, type PadOptions, pad } from "./ops/padding.ts";
export type {
  Binary,
  Unary,
} from "./ops/pointwise.ts";
export { atan, atan2, directionCosine, hypot } from "./ops/polar.ts";
export { dot, matmul, outer } from "./ops/products.ts";
export {
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  min,
  norm,
  prod,
  type ReduceOptions,
  softmax,
  sum,
} from "./ops/reduce.ts";
export {
  averagePool,
  maxPool,
  type PoolOptions,
  pixelShuffle,
  pixelUnshuffle,
  upsampleNearest,
} from "./ops/resolution.ts";
export { ceil, floor, mod, round } from "./ops/rounding.ts";
export { cummax, cummin } from "./ops/runningExtrema.ts";
export { type Bound, stridedSlice } from "./ops/stridedSlice.ts";
export { topK } from "./ops/topK.ts";
export * as optim from "./optim/index.ts";
export * as portable from "./portable/index.ts";
export type { PassOptions } from "./program/passes/passes.ts";
export type { ScheduleOptions } from "./program/schedule.ts";
export type { Key } from "./random.ts";
export * as random from "./random.ts";
export { type Shape, ShapeError } from "./shape.ts";
export {
  arange,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  Tensor,
  type TensorLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./tensor.ts";
export { capture } from "./transforms/capture.ts";
export { checkpoint } from "./transforms/checkpoint.ts";
export { customDerivative } from "./transforms/customDerivative.ts";
export type { DerivativeRule } from "./transforms/derivativeRule.ts";
export { hvp, jvp, linearize, type Pushforward } from "./transforms/forward.ts";
export { hessian, type JacobianOptions, jacobian } from "./transforms/jacobian.ts";
export { grad, type Pullback, valueAndGrad, vjp } from "./transforms/reverse.ts";
export { repeat, type ScanOptions, scan } from "./transforms/scan.ts";
export {
  type GradientAndCurvature,
  gradientAndCurvature,
  type TaylorDerivatives,
  taylor,
} from "./transforms/taylor.ts";
export { type BatchAxis, type VmapOptions, vmap } from "./transforms/vmap.ts";
export type { Tree, TreeOf, TreesOf } from "./tree.ts";
export * as tree from "./tree.ts";

import type {
  AxesParameters,
  AxisParameters,
  ConvolutionParameters,
  MatmulParameters,
  None,
  PadParameters,
  SliceParameters,
  TransposeParameters,
  TriangularSolveParameters,
} from "../backend.ts";
import type { DType, Values } from "../dtype.ts";
import type { Shape } from "../shape.ts";

/** What the elements of a value are: the tensors' own dtypes, and those that indices, words and truths take. */
export type ElementType = DType | "uint64" | "int64" | "bool";

/** A value of a program of primitives. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** Functions of one value, element by element; `round` takes halves to even. */
export type UnaryFunction =
  | "neg"
  | "abs"
  | "sign"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "floor"
  | "round";

/** Functions of two values of one shape and type; `and` and `xor` are bitwise, and `shiftRight` is logical. */
export type BinaryFunction =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "rem"
  | "maximum"
  | "minimum"
  | "and"
  | "or"
  | "xor"
  | "shiftRight";

export type Comparison = "less" | "lessEqual" | "greater" | "greaterEqual" | "equal" | "notEqual";

/** What a reduction makes of the elements along some axes. */
export type Reduction = "sum" | "max" | "min" | "product";

/** What a reduction makes of nothing; of whole numbers the largest and the smallest that are exact as numbers here. */
export function unitOf(reduction: Reduction, type: ElementType): number {
  if (reduction === "sum") return 0;
  if (reduction === "product") return 1;
  const isFloat = type === "float32" || type === "float64";
  const largest = isFloat ? Number.POSITIVE_INFINITY : Number.MAX_SAFE_INTEGER;
  return reduction === "min" ? largest : -largest;
}

/** A list of equations over inputs of its own, and over any values that stood before it. */
export interface Region {
  readonly inputs: readonly Value[];
  readonly equations: readonly PrimitiveEquation[];
  readonly outputs: readonly Value[];
}

/** The window of a convolution, one number for each spatial axis; sizes are the values' own. */
export type WindowParameters = Omit<ConvolutionParameters, "image" | "window">;

/** The parameters of every primitive, by its name. */
export interface PrimitiveParameters {
  /** All elements equal, or each of them. */
  constant: { readonly values: number | Values };
  /** The place of each element along an axis. */
  iota: AxisParameters;
  unary: { readonly name: UnaryFunction };
  binary: { readonly name: BinaryFunction };
  compare: { readonly name: Comparison };
  /** The second value where the first one, of bool, is true; the third one elsewhere. */
  select: None;
  convert: None;
  /**
   * x, which is finite, as its type holds it: an engine may keep more digits of a product on its way into a sum, by a fused
   * multiply-add, but not across this.
   */
  rounded: None;
  reshape: None;
  /** Aligned at the last axis, sizes equal or 1. */
  broadcast: None;
  transpose: TransposeParameters;
  slice: SliceParameters;
  /** Zeros around. */
  pad: PadParameters;
  reverse: AxesParameters;
  concatenate: AxisParameters;
  /** The rows along an axis that int64 indices name; the indices' axes stand in the axis' place. */
  gather: AxisParameters;
  /** Rows along an axis added up where an int64 index, one for each, says. */
  scatterAdd: AxisParameters;
  /** Products of matrices over the last two axes. */
  dot: MatmulParameters;
  /** [n, ...spatial, c] with [...window, c / groups, o] to [n, ...places, o]. */
  convolution: WindowParameters;
  /** Axes stay, with size 1. */
  reduce: AxesParameters & { readonly name: Reduction };
  /** Places in increasing order, as int64: equal elements keep theirs, and NaN comes last. */
  argSort: AxisParameters;
  /**
   * The lower L with LLᵀ = x, from the lower triangle of each matrix over the last two axes. What is above L's diagonal is
   * the engine's; where a matrix is not positive definite, the whole of L may be NaN.
   */
  cholesky: None;
  /** The X with TX = Y, or TᵀX = Y, for the lower or the upper triangle T of each matrix. */
  triangularSolve: TriangularSolveParameters;
  /**
   * From carries and sequences to the last carries and the rows of each run; the region does so from the carries and
   * one row of each sequence.
   */
  scan: {
    readonly body: Region;
    readonly length: number;
    readonly isReversed: boolean;
    readonly carries: number;
  };
  /** As long as the condition, a bool of shape [] from the values, holds, the values become what the body makes of them. */
  while: { readonly condition: Region; readonly body: Region };
}

export type PrimitiveName = keyof PrimitiveParameters;

/** One application of a primitive. */
export type PrimitiveEquation<K extends PrimitiveName = PrimitiveName> = {
  readonly [P in K]: {
    readonly primitive: P;
    readonly parameters: PrimitiveParameters[P];
    readonly inputs: readonly Value[];
    readonly outputs: readonly Value[];
  };
}[K];

/** Something for each primitive: a table that lacks one is a type error. */
export type ForEachPrimitive<Arguments extends unknown[], Result> = {
  readonly [K in PrimitiveName]: (equation: PrimitiveEquation<K>, ...rest: Arguments) => Result;
};

/** What a table says of an equation. */
export function dispatch<K extends PrimitiveName, Arguments extends unknown[], Result>(
  table: ForEachPrimitive<Arguments, Result>,
  equation: PrimitiveEquation<K>,
  ...rest: Arguments
): Result {
  const entry: (equation: PrimitiveEquation<K>, ...rest: Arguments) => Result = table[equation.primitive];
  return entry(equation, ...rest);
}

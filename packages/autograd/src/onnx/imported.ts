import type { Tensor } from "../tensor.ts";

/** The parameters of a model by the names of its initialisers, which are cut at their dots: `params.net["0"].weight`. */
export interface OnnxParams {
  readonly [name: string]: Tensor | OnnxParams;
}

/** An input or a result of a model. */
export interface OnnxPort {
  readonly name: string;
  /** The type of its elements in the model, such as `float32` or `int64`; `null` where it is not said. */
  readonly type: string | null;
  /** The sizes of its axes, texts for those that may have any; `null` where nothing is said of them. */
  readonly shape: readonly (number | string)[] | null;
}

/** A function that a model became. */
export interface OnnxFunction {
  /** The initialisers that may be trained, float32. */
  readonly params: OnnxParams;
  /** What the function takes after the parameters, in this order. */
  readonly inputs: readonly OnnxPort[];
  /** What it gives. */
  readonly outputs: readonly OnnxPort[];
  /** The names of the initialisers of numbers that are no parameters. */
  readonly constants: readonly string[];
  /** The result of a model that has one. */
  apply(params: OnnxParams, ...inputs: Tensor[]): Tensor;
  /** All results. */
  applyAll(params: OnnxParams, ...inputs: Tensor[]): Tensor[];
}

/** Options of `fromOnnx`. */
export interface FromOnnxOptions {
  /**
   * The names of the initialisers that are parameters. Unless said those of numbers, not whole ones, that have an axis and
   * are data: neither bounds nor exponents nor the moments of a BatchNormalization.
   */
  readonly parameters?: readonly string[];
  /**
   * No value in the model may have more elements, so that a small file does not ask for all the memory. Unless said 2²⁴, or
   * 2¹⁴ times as many as the largest argument has; all that are kept at a time 16 times as many.
   */
  readonly mostElements?: number;
}

import { add, grad, jvp, linearize, mul, sum, type Tensor, tensor } from "../../src/index.ts";

/** A function of several tensors. */
export type VectorFunction = (x: readonly Tensor[]) => readonly Tensor[];
/** A function of several tensors whose value is a scalar. */
export type ScalarFunction = (x: readonly Tensor[]) => Tensor;
/** One tensor per argument. */
export type Direction = readonly Tensor[];

/** ⟨c, y⟩, summed over all tensors. */
export function inner(c: readonly Tensor[], y: readonly Tensor[]): Tensor {
  return c.reduce(
    (total, leaf, i) => {
      const other = y[i];
      if (other === undefined) throw new Error(`inner: ${c.length} tensors and ${y.length}`);
      return add(total, sum(mul(leaf, other)));
    },
    tensor(0, { dtype: c[0]?.dtype ?? "float64" }),
  );
}

/** x ↦ ⟨c, f(x)⟩. */
export const contract =
  (f: VectorFunction, c: readonly Tensor[]): ScalarFunction =>
  (x) =>
    inner(c, f(x));

/** The ways to differentiate φ along a direction: x ↦ φ'(x)·v. */
export const modes = {
  /** Forward: a jvp. */
  f: (phi: ScalarFunction, v: Direction): ScalarFunction => {
    return (x) => jvp<[readonly Tensor[]], Tensor>(phi, [x], [v])[1];
  },
  /** Reverse: ⟨∇φ, v⟩. */
  r: (phi: ScalarFunction, v: Direction): ScalarFunction => {
    return (x) => inner(v, grad(phi)(x));
  },
  /** Linearized: one push through the recorded derivative. */
  l: (phi: ScalarFunction, v: Direction): ScalarFunction => {
    return (x) => linearize<[readonly Tensor[]], Tensor>(phi, [x])[1](v);
  },
};

/** How to take the derivatives of a nest, outermost first. */
export type Word = readonly (keyof typeof modes)[];

/** All ways to take `order` derivatives, each in forward or in reverse mode. */
export function words(order: number): Word[] {
  if (order === 0) return [[]];
  return words(order - 1).flatMap((word): Word[] => [
    ["f", ...word],
    ["r", ...word],
  ]);
}

/** φ's derivative along one direction after another, each in its own mode: D…Dφ(x)[v₁, v₂, …]. */
export function directional(
  phi: ScalarFunction,
  word: Word,
  directions: readonly Direction[],
): ScalarFunction {
  return word.reduceRight((derivative: ScalarFunction, mode, i) => {
    const v = directions[i];
    if (v === undefined)
      throw new Error(`directional: ${word.length} modes, ${directions.length} directions`);
    return modes[mode](derivative, v);
  }, phi);
}

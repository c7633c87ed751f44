import { bind, type Op, oneFloat } from "../op.ts";
import { Dense, type Tensor, type TensorLike } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { equal, where } from "./choice.ts";
import { firstShape, lift, perArgument } from "./construct.ts";
import { scaling } from "./pointwise.ts";

/** A composition under parameters, as one op. */
export interface Composed<P extends object> {
  (parameters: P, x: TensorLike): Tensor;
  readonly op: Op<P>;
}

/** An op for a composition whose derivative is better written down: there it keeps limits that the product rule loses. */
export function composed<P extends object>(
  name: string,
  value: (parameters: P, x: Tensor) => Tensor,
  slope: (parameters: P, x: Tensor, y: Tensor) => Tensor,
): Composed<P> {
  const op: Op<P> = {
    name,
    traits: { kind: "composite" },
    shape: firstShape,
    dtype: (_parameters, ...inputs) => oneFloat(name, inputs),
    kernel: (backend) => (output, parameters, x) =>
      output.data.set(value(parameters, new Dense(x.shape, x.data, x.dtype, backend)).data),
    expand: (parameters, ...inputs) => value(parameters, only(inputs)),
    derivative: (parameters, y, ...inputs) =>
      perArgument([scaling(() => slope(parameters, only(inputs), y))], add),
  };
  return Object.assign((parameters: P, x: TensorLike) => bind(op, parameters, lift(name, x)), { op });
}

function only(inputs: readonly Tensor[]): Tensor {
  const [x] = inputs;
  if (x === undefined) throw new TypeError("an op of one argument got none");
  return x;
}

/** x·factor, for a factor that vanishes faster than x grows: 0 where it is 0, however large x. */
export function vanishing(x: Tensor, factor: Tensor): Tensor {
  return mul(where(equal(factor, 0), 0, x), factor);
}

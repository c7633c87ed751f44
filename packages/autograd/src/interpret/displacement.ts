import { bind, type Op, oneFloat } from "../op.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { where } from "../ops/choice.ts";
import { sum } from "../ops/reduce.ts";
import type { Tensor } from "../tensor.ts";

/**
 * y + t·s at t = 0: the value is y, the derivative in t is s. One reverse sweep gives the derivative of a scalar
 * result in t: the sum of ⟨ȳ, s⟩ over all y that were displaced with this t, ȳ the cotangent of y.
 */
export const displaceOp: Op<object> = {
  name: "displace",
  traits: { kind: "composite" },
  shape: (_parameters, y = []) => y,
  dtype: (_parameters, ...inputs) => oneFloat("displace", inputs),
  kernel: () => null,
  expand: (_parameters, ...inputs) => operands(inputs)[0],
  derivative: (_parameters, _output, ...inputs) => {
    const [, , s] = operands(inputs);
    return {
      jvp([dy = null, dt = null]) {
        const part = dt === null ? null : mul(dt, s);
        return part === null ? dy : dy === null ? part : add(dy, part);
      },
      vjp(cotangent, [, wantsTime], reach) {
        const part = (): Tensor => {
          const product = mul(cotangent, s);
          return sum(reach === null ? product : where(reach(), product, 0));
        };
        return [{ cotangent, reach, exact: true }, wantsTime ? part() : null, null];
      },
    };
  },
};

function operands(inputs: readonly Tensor[]): readonly [Tensor, Tensor, Tensor] {
  const [y, t, s] = inputs;
  if (y === undefined || t === undefined || s === undefined)
    throw new TypeError("displace: takes y, t and s");
  return [y, t, s];
}

/** y, which from here on moves by s for a unit of t; t is a scalar of value 0. */
export function displace(y: Tensor, t: Tensor, s: Tensor): Tensor {
  return bind(displaceOp, {}, y, t, s);
}

import { add, mul, sub } from "../../ops/arithmetic.ts";
import { abs, greater, less, maximum, minimum, relu, where } from "../../ops/choice.ts";
import { div, expm1, sigmoid, softplus, tanh } from "../../ops/elementwise.ts";
import { gelu } from "../../ops/normal.ts";
import { logSoftmax, softmax } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor.ts";
import type { Rules } from "../call.ts";
import { unary } from "./pointwise.ts";

/** What grows like e^x below 0: a·(e^(x/b) − 1). */
function saturating(x: Tensor, scale: number, width = 1): Tensor {
  return where(greater(x, 0), x, mul(scale, expm1(width === 1 ? x : div(x, width))));
}

/** max(0, min(1, a·x + b)). */
function hardSigmoid(x: Tensor, slope: number, offset: number): Tensor {
  return maximum(0, minimum(1, add(mul(slope, x), offset)));
}

/** x·½(1 + tanh(√(2/π)·(x + 0.044715·x³))), Hendrycks & Gimpel's approximation. */
function geluByTanh(x: Tensor): Tensor {
  const inner = mul(Math.sqrt(2 / Math.PI), mul(x, add(1, mul(0.044715, mul(x, x)))));
  return mul(mul(0.5, x), add(1, tanh(inner)));
}

const alpha = { attributes: { alpha: "float" } } as const;
const axis = { attributes: { axis: "int" } } as const;

/** Functions of networks, most of them of one number, by the formulas of ONNX's documentation. */
export const activations: Rules = {
  Relu: unary(relu),
  LeakyRelu: unary((x, call) => where(less(x, 0), mul(call.attribute("alpha", 0.01), x), x), alpha),
  PRelu: {
    inputs: [2, 2],
    apply: (call) => {
      call.joint(call.x(0), call.x(1));
      return where(less(call.x(0), 0), mul(call.x(1), call.x(0)), call.x(0));
    },
  },
  ThresholdedRelu: unary((x, call) => where(greater(x, call.attribute("alpha", 1)), x, 0), alpha),
  Elu: unary((x, call) => saturating(x, call.attribute("alpha", 1)), alpha),
  Selu: unary(
    (x, call) =>
      mul(
        call.attribute("gamma", 1.0507010221481323),
        saturating(x, call.attribute("alpha", 1.6732631921768188)),
      ),
    { attributes: { alpha: "float", gamma: "float" } },
  ),
  Celu: unary((x, call) => saturating(x, call.attribute("alpha", 1), call.attribute("alpha", 1)), alpha),
  Gelu: unary(
    (x, call) => (call.text("approximate", "none", ["none", "tanh"]) === "none" ? gelu(x) : geluByTanh(x)),
    { attributes: { approximate: "text" } },
  ),
  Sigmoid: unary(sigmoid),
  HardSigmoid: unary((x, call) => hardSigmoid(x, call.attribute("alpha", 0.2), call.attribute("beta", 0.5)), {
    attributes: { alpha: "float", beta: "float" },
  }),
  HardSwish: unary((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Softplus: unary(softplus),
  Softsign: unary((x) => div(x, add(1, abs(x)))),
  Tanh: unary(tanh),
  Mish: unary((x) => mul(x, tanh(softplus(x)))),
  Swish: unary((x, call) => mul(x, sigmoid(mul(call.attribute("alpha", 1), x))), alpha),
  Shrink: unary(
    (x, call) => {
      const [bias, lambda] = [call.attribute("bias", 0), call.attribute("lambd", 0.5)];
      return where(less(x, -lambda), add(x, bias), where(greater(x, lambda), sub(x, bias), 0));
    },
    { attributes: { bias: "float", lambd: "float" } },
  ),
  Softmax: unary((x, call) => softmax(x, { axis: call.axis(call.attribute("axis", -1), x.rank) }), axis),
  LogSoftmax: unary(
    (x, call) => logSoftmax(x, { axis: call.axis(call.attribute("axis", -1), x.rank) }),
    axis,
  ),
  Clip: {
    inputs: [1, 3],
    settings: [1, 2],
    apply: (call) => {
      const [low, high] = [call.number(1), call.number(2)];
      const raised = low === undefined ? call.x(0) : maximum(call.x(0), low);
      return high === undefined ? raised : minimum(raised, high);
    },
  },
};

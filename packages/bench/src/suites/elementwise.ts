import * as autograd from "@scoretape/autograd";
import type { Suite } from "../suite.ts";
import { timeOf } from "../time.ts";

const ELEMENTS = 32_768;

/** Elementwise ops on long tensors, where the time is that of the arithmetic. */
export const elementwise: Suite = {
  name: "elementwise",
  title: `Elementwise ops on ${ELEMENTS.toLocaleString("en")} elements, float32, result allocated`,
  cases: () =>
    runs().map(([row, run]) => ({
      row,
      column: "eager",
      unit: "ns an element",
      measure: async (effort) => (await timeOf(run, effort)) / ELEMENTS,
    })),
};

/** Every elementwise op at arguments of its domain. */
function runs(): readonly (readonly [string, () => autograd.Tensor])[] {
  const { random } = autograd;
  const x = random.normal(random.key(1), [ELEMENTS]);
  const y = random.normal(random.key(2), [ELEMENTS]);
  const positive = autograd.exp(x);
  const condition = autograd.greater(x, y);
  return [
    ["add", () => autograd.add(x, y)],
    ["add, a number", () => autograd.add(x, 0.5)],
    ["sub", () => autograd.sub(x, y)],
    ["mul", () => autograd.mul(x, y)],
    ["div", () => autograd.div(x, y)],
    ["neg", () => autograd.neg(x)],
    ["pow, to 3", () => autograd.pow(x, 3)],
    ["pow, to a tensor", () => autograd.pow(positive, y)],
    ["square", () => autograd.square(x)],
    ["sqrt", () => autograd.sqrt(positive)],
    ["exp", () => autograd.exp(x)],
    ["expm1", () => autograd.expm1(x)],
    ["log", () => autograd.log(positive)],
    ["log1p", () => autograd.log1p(positive)],
    ["sin", () => autograd.sin(x)],
    ["cos", () => autograd.cos(x)],
    ["tanh", () => autograd.tanh(x)],
    ["sechSquared", () => autograd.sechSquared(x)],
    ["sigmoid", () => autograd.sigmoid(x)],
    ["softplus", () => autograd.softplus(x)],
    ["relu", () => autograd.relu(x)],
    ["silu", () => autograd.silu(x)],
    ["gelu", () => autograd.gelu(x)],
    ["erf", () => autograd.erf(x)],
    ["normalCdf", () => autograd.normalCdf(x)],
    ["abs", () => autograd.abs(x)],
    ["sign", () => autograd.sign(x)],
    ["maximum", () => autograd.maximum(x, y)],
    ["minimum", () => autograd.minimum(x, y)],
    ["clamp", () => autograd.clamp(x, -1, 1)],
    ["where", () => autograd.where(condition, x, y)],
    ["greater", () => autograd.greater(x, y)],
    ["greaterEqual", () => autograd.greaterEqual(x, y)],
    ["less", () => autograd.less(x, y)],
    ["lessEqual", () => autograd.lessEqual(x, y)],
    ["equal", () => autograd.equal(x, y)],
  ];
}

import type { Node } from "../../wasm/fused/graph.ts";
import { number } from "./maths.ts";

const unary = {
  neg: (x) => `(0 - ${x})`,
  square: (x) => `(${x} * ${x})`,
  sqrt: (x) => `Math.sqrt(${x})`,
  abs: (x) => `Math.abs(${x})`,
  relu: (x) => `(${x} < 0 ? 0 : ${x})`,
  sign: (x) => `signOf(${x})`,
  exp: (x) => `Math.exp(${x})`,
  expm1: (x) => `stableExpm1(${x})`,
  log: (x) => `Math.log(${x})`,
  log1p: (x) => `stableLog1p(${x})`,
  sin: (x) => `stableSin(${x})`,
  cos: (x) => `stableCos(${x})`,
  tanh: (x) => `stableTanh(${x})`,
  sechSquared: (x) => `sechSquaredOf(${x})`,
  sigmoid: (x) => `stableSigmoid(${x})`,
  logisticDensity: (x) => `logisticDensityOf(${x})`,
  softplus: (x) => `stableSoftplus(${x})`,
  erf: (x) => `stableErf(${x})`,
  normalCdf: (x) => `normalCdfOf(${x})`,
} satisfies Record<string, (x: string) => string>;

const binary = {
  add: (x, y) => `(${x} + ${y})`,
  sub: (x, y) => `(${x} - ${y})`,
  mul: (x, y) => `(${x} * ${y})`,
  div: (x, y) => `(${x} / ${y})`,
  pow: (x, y) => `powerOf(${x}, ${y})`,
  maximum: (x, y) => `Math.max(${x}, ${y})`,
  minimum: (x, y) => `Math.min(${x}, ${y})`,
  greater: (x, y) => `(${x} > ${y} ? 1 : 0)`,
  greaterEqual: (x, y) => `(${x} >= ${y} ? 1 : 0)`,
  less: (x, y) => `(${x} < ${y} ? 1 : 0)`,
  lessEqual: (x, y) => `(${x} <= ${y} ? 1 : 0)`,
  equal: (x, y) => `(${x} == ${y} ? 1 : 0)`,
} satisfies Record<string, (x: string, y: string) => string>;

/** The power of a small whole exponent, by products. */
function power(x: string, exponent: number): string {
  switch (exponent) {
    case 1:
      return x;
    case 2:
      return `(${x} * ${x})`;
    case 3:
      return `(${x} * ${x} * ${x})`;
    case 4:
      return `(${x} * ${x} * ${x} * ${x})`;
    case -1:
      return `(1 / ${x})`;
    case -2:
      return `(1 / ${x} / ${x})`;
    case 0.5:
      return `Math.sqrt(${x})`;
    default:
      return `powerOf(${x}, ${number(exponent)})`;
  }
}

/** The value of a node, as an expression of the names of what it reads. A constant has no expression: it is a literal. */
export function expressionOf(node: Node, name: (value: number) => string): string {
  if (node.op === "constant") return number(node.value);
  if (node.op === "power") return node.exponent === 0 ? "1" : power(name(node.x), node.exponent);
  if ("condition" in node) return `(${name(node.condition)} != 0 ? ${name(node.x)} : ${name(node.y)})`;
  if ("y" in node) return binary[node.op](name(node.x), name(node.y));
  return unary[node.op](name(node.x));
}

import type { BinaryParameters, TernaryParameters, UnaryParameters } from "../../../backend.ts";
import type { Node } from "../../wasm/fused/graph.ts";
import { number } from "./deviceFunction.ts";

const unary = {
  neg: (x) => `((-1) * ${x})`,
  square: (x) => `(${x} * ${x})`,
  sqrt: (x) => `Math.sqrt(${x})`,
  abs: (x) => `Math.abs(${x})`,
  relu: (x) => `(${x} < 0 ? 0 : ${x})`,
  sign: (x) => `signOf(${x})`,
  floor: (x) => `floorOf(${x})`,
  round: (x) => `roundOf(${x})`,
  isNaN: (x) => `isUndefined(${x})`,
  exp: (x) => `expOf(${x})`,
  expm1: (x) => `stableExpm1(${x})`,
  log: (x) => `logOf(${x})`,
  log1p: (x) => `stableLog1p(${x})`,
  sin: (x) => `stableSin(${x})`,
  cos: (x) => `stableCos(${x})`,
  atan: (x) => `stableAtan(${x})`,
  tanh: (x) => `stableTanh(${x})`,
  sechSquared: (x) => `sechSquaredOf(${x})`,
  sigmoid: (x) => `stableSigmoid(${x})`,
  logisticDensity: (x) => `logisticDensityOf(${x})`,
  softplus: (x) => `stableSoftplus(${x})`,
  erf: (x) => `stableErf(${x})`,
  normalCdf: (x) => `normalCdfOf(${x})`,
} satisfies Record<Exclude<keyof UnaryParameters, "power">, (x: string) => string>;

const binary = {
  add: (x, y) => `(${x} + ${y})`,
  sub: (x, y) => `(${x} - ${y})`,
  mul: (x, y) => `(${x} * ${y})`,
  div: (x, y) => `(${x} / ${y})`,
  pow: (x, y) => `powerOf(${x}, ${y})`,
  atan2: (y, x) => `stableAtan2(${y}, ${x})`,
  hypot: (x, y) => `hypotOf(${x}, ${y})`,
  directionCosine: (x, y) => `directionCosineOf(${x}, ${y})`,
  maximum: (x, y) => `maximumOf(${x}, ${y})`,
  minimum: (x, y) => `minimumOf(${x}, ${y})`,
  greater: (x, y) => `(${x} > ${y} ? 1 : 0)`,
  greaterEqual: (x, y) => `(${x} >= ${y} ? 1 : 0)`,
  less: (x, y) => `(${x} < ${y} ? 1 : 0)`,
  lessEqual: (x, y) => `(${x} <= ${y} ? 1 : 0)`,
  equal: (x, y) => `(${x} == ${y} ? 1 : 0)`,
} satisfies Record<keyof BinaryParameters, (x: string, y: string) => string>;

const ternary = {
  where: (condition, x, y) => `(${condition} == 0 ? ${y} : ${x})`,
} satisfies Record<keyof TernaryParameters, (x: string, y: string, z: string) => string>;

/** x to a fixed power: a small whole one by products. */
function power([x = ""]: readonly string[], exponent: unknown): string {
  switch (exponent) {
    case 0:
      return "1";
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
      return `rootOf(${x})`;
    default:
      return `powerOf(${x}, ${number(Number(exponent))})`;
  }
}

const expressions: Readonly<Record<string, (...operands: string[]) => string>> = {
  ...unary,
  ...binary,
  ...ternary,
};

/** The value of a node, as an expression of the names of what it reads. A constant has no expression: it is a literal. */
export function expressionOf(node: Node, name: (value: number) => string): string {
  if ("value" in node) return number(node.value);
  const { op, parameters } = node;
  const operands = node.operands.map(name);
  if ("exponent" in parameters) return power(operands, parameters.exponent);
  const expression = expressions[op];
  if (expression === undefined) throw new Error(`gpu: the op ${op} has no expression`);
  return expression(...operands);
}

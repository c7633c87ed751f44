import type { Graph, Wire } from "./graph.ts";

// ONNX has neither function. By their inverses, right to a few units in the last place (Kahan, in the handbook of the HP-15C).

/** log(1 + x) = log(u)·x/(u − 1) with u = 1 + x as it is rounded; x where u is 1. */
export function log1p(g: Graph, x: Wire): Wire {
  const one = g.number(1, x.type);
  const u = g.elementwise("Add", [x, one], x.type);
  const isSmall = g.elementwise("Equal", [u, one], "bool");
  const difference = g.elementwise("Sub", [u, one], x.type);
  const divisor = g.elementwise("Where", [isSmall, one, difference], x.type);
  const log = g.elementwise("Log", [u], x.type);
  const corrected = g.elementwise("Mul", [log, g.elementwise("Div", [x, divisor], x.type)], x.type);
  const isLarge = g.elementwise("Greater", [x, one], "bool");
  const rest = g.elementwise("Where", [isLarge, log, corrected], x.type);
  return g.elementwise("Where", [isSmall, x, rest], x.type);
}

/** eˣ − 1 = (u − 1)·x/log u with u = eˣ as it is rounded; x where u is 1, and u − 1 where |x| > 1. */
export function expm1(g: Graph, x: Wire): Wire {
  const one = g.number(1, x.type);
  const u = g.elementwise("Exp", [x], x.type);
  const isSmall = g.elementwise("Equal", [u, one], "bool");
  const isLarge = g.elementwise("Greater", [g.elementwise("Abs", [x], x.type), one], "bool");
  const difference = g.elementwise("Sub", [u, one], x.type);
  const log = g.elementwise("Log", [u], x.type);
  const divisor = g.elementwise("Where", [isSmall, one, log], x.type);
  const ratio = g.elementwise("Div", [x, divisor], x.type);
  const corrected = g.elementwise("Mul", [difference, ratio], x.type);
  const rest = g.elementwise("Where", [isLarge, difference, corrected], x.type);
  return g.elementwise("Where", [isSmall, x, rest], x.type);
}

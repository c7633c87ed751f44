import type { Node, ValueIndex } from "../../src/backends/wasm/fused/graph.ts";
import { registry } from "./registry.ts";

/** A node of a fused loop that applies an elementwise op of the registry. */
export function node(op: string, operands: readonly ValueIndex[], parameters: object = {}): Node {
  const traits = registry.get(op)?.traits;
  if (traits?.kind !== "elementwise") throw new Error(`${op} is no elementwise op`);
  return { op, parameters, operands, cost: traits.cost, lanes: traits.lanes(parameters) };
}

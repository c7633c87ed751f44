import type { Difference } from "./hardArguments.ts";

/** Where a backend may differ from float64, at which of its ops, and why. */
export interface Exception {
  readonly backends: readonly string[];
  readonly difference: Difference;
  readonly ops: readonly string[];
  readonly reason: string;
}

const comparisons = ["equal", "greater", "greaterEqual", "less", "lessEqual"];

/**
 * All that the backends do not keep of float64 at hard arguments. The page `docs/sharp-edges.md` shows this table, and
 * the law of hard arguments fails where it says too little or too much.
 */
export const exceptions: readonly Exception[] = [
  {
    backends: ["eager", "compiled", "relaxed"],
    difference: "sign of zero",
    ops: ["directionCosine", "expm1", "log1p", "sin"],
    reason: "f(−0) is 0: a sum of two terms, of which one is 0",
  },
  {
    backends: ["webasm", "webgl2", "webgpu"],
    difference: "sign of zero",
    ops: ["atan", "atan2", "directionCosine", "expm1", "pow", "power", "sin"],
    reason: "the same, and of a power's base −0 the sign is not seen",
  },
  {
    backends: ["webasm"],
    difference: "subnormal number",
    ops: ["pow", "power"],
    reason: "a base below 2⁻¹²⁶ is taken for 0",
  },
  {
    backends: ["webgl2", "webgpu"],
    difference: "sign of zero",
    ops: ["maximum", "minimum"],
    reason: "either of 0 and −0 may be the larger",
  },
  {
    backends: ["webgl2"],
    difference: "sign of zero",
    ops: ["div"],
    reason: "a quotient by −0 may be one by 0",
  },
  {
    backends: ["webgl2", "webgpu"],
    difference: "subnormal number",
    ops: [
      ...comparisons,
      "atan2",
      "directionCosine",
      "div",
      "floor",
      "log",
      "mul",
      "pow",
      "power",
      "sign",
      "sqrt",
      "where",
    ],
    reason: "a GPU may take numbers below 2⁻¹²⁶ for 0",
  },
];

/** The ops that differ on a backend, by the kind of difference. */
export function exceptionsOf(backend: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { backends, difference, ops } of exceptions) {
    if (backends.includes(backend)) found[difference] = [...(found[difference] ?? []), ...ops].sort();
  }
  return found;
}

/** The table as the page shows it. */
export function exceptionsTable(): string {
  const rows = exceptions.map(({ backends, difference, ops, reason }) => [
    backends.join(", "),
    difference,
    ops.map((op) => `\`${op}\``).join(", "),
    reason,
  ]);
  return [["where", "difference", "ops", "why"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

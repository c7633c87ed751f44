import type { Axes, FusedKernel, Node } from "../backends/wasm/fused/graph.ts";
import type { Equation, Variable } from "../interpret/program.ts";
import { type Access, accessOf, extentOf } from "../program/access.ts";
import { applies } from "../program/passes/rewriter.ts";
import type { Loop } from "../program/schedule.ts";

/** A loop as a kernel, and the arrays and sizes that it runs on. */
export interface LoweredLoop {
  readonly kernel: FusedKernel;
  /** The size of each axis. */
  readonly sizes: readonly number[];
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
}

/** A value that a loop reads: an array, or a number that is known in advance. */
type Source = { readonly variable: Variable; readonly access: Access } | { readonly constant: number };

/** Writes a loop as a kernel; `scalarOf` tells the numbers that are known in advance. */
export function lowerLoop(loop: Loop, scalarOf: (variable: Variable) => number | null): LoweredLoop {
  const { rows, columns } = extentOf(loop.shape);
  const rank = rows === 1 ? 1 : 2;
  const sources = sourcesOf(loop, scalarOf);
  const arrays = [...sources].flatMap(([value, source]) =>
    "variable" in source ? [{ value, ...source }] : [],
  );
  const numbers = new Map(arrays.map(({ value }, i) => [value, i]));
  const nodes: Node[] = [];
  const add = (value: Variable, node: Node): void => {
    numbers.set(value, arrays.length + nodes.length);
    nodes.push(node);
  };
  const number = (value: Variable | undefined): number => {
    const found = value && numbers.get(value);
    if (found === undefined)
      throw new Error("compile: a loop reads a value that it neither loads nor computes");
    return found;
  };
  for (const [value, source] of sources) {
    if ("constant" in source) add(value, { op: "constant", value: source.constant });
  }
  for (const equation of loop.body) {
    if (!numbers.has(equation.output)) add(equation.output, nodeOf(equation, equation.inputs.map(number)));
  }
  const stores = loop.stores.map((x) => ({ value: number(x), axes: axesOf("full", rank), sum: false }));
  const sums = loop.sums.map(({ output, inputs: [x] }) => ({
    value: number(x),
    axes: axesOf(accessOf(output.shape, loop.shape) ?? "scalar", rank),
    sum: true,
  }));
  return {
    kernel: {
      rank,
      inputs: arrays.map(({ access }) => axesOf(access, rank)),
      nodes,
      outputs: [...stores, ...sums],
    },
    sizes: rank === 1 ? [columns] : [rows, columns],
    inputs: arrays.map(({ variable }) => variable),
    outputs: [...loop.stores, ...loop.sums.map(({ output }) => output)],
  };
}

/** Everything that the loop does not compute, by the value that it is in the loop. */
function sourcesOf(loop: Loop, scalarOf: (variable: Variable) => number | null): Map<Variable, Source> {
  const sources = new Map<Variable, Source>();
  const read = (value: Variable, variable: Variable, access: Access): void => {
    const constant = scalarOf(variable);
    sources.set(value, constant === null ? { variable, access } : { constant });
  };
  const computed = new Set<Variable>();
  for (const equation of loop.body) {
    const [source] = equation.inputs;
    if (applies(equation, "broadcastTo") && source !== undefined) {
      read(equation.output, source, accessOf(source.shape, loop.shape) ?? "scalar");
    } else {
      for (const x of equation.inputs) if (!computed.has(x) && !sources.has(x)) read(x, x, "full");
    }
    computed.add(equation.output);
  }
  for (const { inputs } of loop.sums) {
    for (const x of inputs) if (!computed.has(x) && !sources.has(x)) read(x, x, "full");
  }
  return sources;
}

/** Which of the loop's axes an array has. With one row only the columns are left. */
function axesOf(access: Access, rank: 1 | 2): Axes {
  if (rank === 1) return [access === "full" || access === "row"];
  return [access === "full" || access === "column", access === "full" || access === "row"];
}

function nodeOf({ op, parameters, traits }: Equation, operands: readonly number[]): Node {
  if (traits.kind !== "elementwise") throw new Error(`compile: ${op} cannot be part of a loop`);
  return { op, parameters, operands, cost: traits.cost, lanes: traits.lanes(parameters) };
}

import type { PrimitiveEquation, Region, Value } from "../primitives.ts";
import { BEFORE_START, type Graph, type Wire } from "./graph.ts";

/** Writes the equations of a region from the wires of its inputs, and says which are those of its outputs. */
type WriteRegion = (g: Graph, region: Region, wires: readonly Wire[]) => Wire[];

const COUNTER = { shape: [], type: "int64" } as const;
const TRUTH = { shape: [], type: "bool" } as const;

/** A result of a graph is a value of its own. */
export function named(g: Graph, x: Wire, name?: string): Wire {
  const output = g.wire({ shape: x.full, type: x.type }, name);
  g.add("Identity", [g.forced(x)], [output]);
  return output;
}

/** A loop as long as its condition holds. */
export function writeWhile(
  g: Graph,
  { parameters: { condition, body }, inputs, outputs }: PrimitiveEquation<"while">,
  write: WriteRegion,
): void {
  const start = inputs.map((x) => g.forced(g.get(x)));
  const inside = g.inside();
  const carried = inputs.map((x) => inside.wire(x));
  inside.inputs = [inside.wire(COUNTER), inside.wire(TRUTH), ...carried];
  const next = write(inside, body, carried);
  const isNext = write(inside, condition, next);
  inside.outputs = [...isNext, ...next].map((x) => named(inside, x));
  finish(g, [null, ...write(g, condition, start), ...start], outputs, inside);
}

/** A loop of so many runs: each takes a row of every sequence, and the rows of the results are joined in the runs' order. */
export function writeScan(
  g: Graph,
  { parameters: { body, length, isReversed, carries }, inputs, outputs }: PrimitiveEquation<"scan">,
  write: WriteRegion,
): void {
  const wires = inputs.map((x) => g.forced(g.get(x)));
  const inside = g.inside();
  const [counter, truth] = [inside.wire(COUNTER), inside.wire(TRUTH)];
  const carried = inputs.slice(0, carries).map((x) => inside.wire(x));
  inside.inputs = [counter, truth, ...carried];
  const place = isReversed
    ? inside.elementwise("Sub", [inside.integer(length - 1), counter], "int64")
    : counter;
  const rows = wires
    .slice(carries)
    .map((x) => inside.node("Gather", [x, place], { shape: x.shape.slice(1), type: x.type }, { axis: 0 }));
  const results = write(inside, body, [...carried, ...rows]);
  inside.outputs = [truth, ...results].map((x) => named(inside, x));
  finish(g, [g.integer(length), null, ...wires.slice(0, carries)], outputs, inside);
  if (!isReversed) return;
  for (const output of outputs.slice(carries)) {
    const ends = [-1, BEFORE_START, 0, -1].map((value) => g.integers([value]));
    g.set(output, g.node("Slice", [g.get(output), ...ends], output));
  }
}

function finish(g: Graph, inputs: readonly (Wire | null)[], outputs: readonly Value[], body: Graph): void {
  const results = outputs.map((x) => g.wire(x));
  g.add("Loop", inputs, results, { body });
  outputs.forEach((x, i) => {
    const wire = results[i];
    if (wire !== undefined) g.set(x, wire);
  });
}

import { type Axes, type FusedKernel, operandsOf, type ValueIndex } from "../../wasm/fused/graph.ts";
import { expressionOf } from "./expressions.ts";
import { argument, type KernelSource, kernel, MOST_INPUTS } from "./source.ts";

/** Elementwise ops on arrays, of which one value is wanted. */
export interface Chain {
  readonly rank: number;
  readonly nodes: FusedKernel["nodes"];
  /** The number of arrays that the ops begin with: the values before those of the nodes. */
  readonly inputs: number;
  readonly value: ValueIndex;
  /** The values that are read from arrays, and the axes that those have. */
  readonly stored: ReadonlyMap<ValueIndex, Axes>;
}

/** The chain of one value of a loop, from its inputs and what is computed already. */
export function chainOf(
  { rank, inputs, nodes }: FusedKernel,
  value: ValueIndex,
  computed: ReadonlyMap<ValueIndex, Axes> = new Map(),
): Chain {
  return { rank, nodes, inputs: inputs.length, value, stored: new Map([...inputs.entries(), ...computed]) };
}

/** The values that a chain reads from arrays, in the order of their numbers. */
export function readsOf(chain: Chain, value: ValueIndex = chain.value): ValueIndex[] {
  const reads = new Set<ValueIndex>();
  const seen = new Set<ValueIndex>();
  const visit = (index: ValueIndex): void => {
    if (seen.has(index)) return;
    seen.add(index);
    if (chain.stored.has(index)) reads.add(index);
    else for (const operand of operandsAt(chain, index)) visit(operand);
  };
  visit(value);
  return [...reads].sort((a, b) => a - b);
}

function operandsAt(chain: Chain, index: ValueIndex): readonly ValueIndex[] {
  const node = chain.nodes[index - chain.inputs];
  return node === undefined ? [] : operandsOf(node);
}

/**
 * The chain in parts that read few enough arrays each: all but the last compute a value that is then read from an
 * array of the whole extent.
 */
export function partsOf(chain: Chain, most: number = MOST_INPUTS): Chain[] {
  const parts: Chain[] = [];
  let rest = chain;
  while (readsOf(rest).length > most) {
    const value = largestWithin(rest, most);
    parts.push({ ...rest, value });
    const whole = new Array<boolean>(chain.rank).fill(true);
    rest = { ...rest, stored: new Map([...rest.stored, [value, whole]]) };
  }
  return [...parts, rest];
}

/** The value under the wanted one that reads the most arrays within the limit. */
function largestWithin(chain: Chain, most: number): ValueIndex {
  let best = -1;
  let bestCount = 1;
  chain.nodes.forEach((_, i) => {
    const value = chain.inputs + i;
    if (value === chain.value || chain.stored.has(value)) return;
    const count = readsOf(chain, value).length;
    if (count > bestCount && count <= most && isBelow(chain, value)) [best, bestCount] = [value, count];
  });
  if (best < 0) throw new Error(`gpu: a chain of ops cannot be cut into parts that read ${most} arrays`);
  return best;
}

function isBelow(chain: Chain, value: ValueIndex): boolean {
  const seen = new Set<ValueIndex>();
  const find = (index: ValueIndex): boolean => {
    if (index === value) return true;
    if (seen.has(index) || chain.stored.has(index)) return false;
    seen.add(index);
    return operandsAt(chain, index).some(find);
  };
  return find(chain.value);
}

/** Where an element of the extent is: one index, or a row and a column. */
export type Place = readonly [index: string] | readonly [row: string, column: string];

/** The statements that compute the chain's value at a place, and its name. */
export function statements(chain: Chain, place: Place): { lines: string[]; result: string } {
  const reads = readsOf(chain);
  const lines: string[] = [];
  const names = new Map<ValueIndex, string>();
  reads.forEach((value, i) => {
    const axes = chain.stored.get(value) ?? [];
    const index = place.map((at, axis) => `[${axes[axis] ? at : "0"}]`).join("");
    names.set(value, `v${value}`);
    lines.push(`const v${value} = ${argument(i)}${index};`);
  });
  const nameOf = (value: ValueIndex): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const node = chain.nodes[value - chain.inputs];
    if (node === undefined) throw new Error(`gpu: value ${value} is not in the chain`);
    if (node.op === "constant") return expressionOf(node, nameOf);
    const expression = expressionOf(node, nameOf);
    names.set(value, `v${value}`);
    lines.push(`const v${value} = ${expression};`);
    return `v${value}`;
  };
  return { lines, result: nameOf(chain.value) };
}

/** The sizes of the arrays that a chain over an extent (one size, or rows and columns) reads. */
export function viewsOf(chain: Chain, sizes: readonly number[]): number[][] {
  return readsOf(chain).map((value) => {
    const axes = chain.stored.get(value) ?? [];
    return sizes.map((size, axis) => (axes[axis] ? size : 1)).reverse();
  });
}

/** A kernel that computes the chain's value at every place where it varies. */
export function elementwiseKernel(chain: Chain, sizes: readonly number[]): KernelSource {
  const place: Place = chain.rank === 1 ? ["this.thread.x"] : ["this.thread.y", "this.thread.x"];
  const { lines, result } = statements(chain, place);
  return kernel([...sizes].reverse(), viewsOf(chain, sizes), [...lines, `return ${result};`]);
}

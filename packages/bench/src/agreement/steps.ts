import { compile, js, type Tensor, type TreeOf, tensor, tree, wasm } from "@scoretape/autograd";
import type { StoredArray } from "../workloads/arrays.ts";

/** Stored numbers in float32. */
export const single = ({ shape, data }: StoredArray): Tensor => tensor(data.slice(), { shape });

/** Where each tensor of a tree stands in it, in the order of its leaves. */
export function pathsOf<T extends TreeOf<T>>(of: T): string[] {
  const paths: string[] = [];
  tree.map((leaf, path) => {
    paths.push(path);
    return leaf;
  }, of);
  return paths;
}

/** What is compared of a function that is done again and again. */
export interface Names {
  /** Results of every step, all of them together. */
  readonly every: readonly string[];
  /** Results of the first step. */
  readonly first: readonly string[];
  /** The state after the last step. */
  readonly state: readonly string[];
}

/** A function of a state and of what each step reads, with both. */
export interface Steps {
  readonly names: Names;
  /** The results in the order of their names; the last of them are the next state. */
  readonly step: (state: readonly Tensor[], given: readonly Tensor[]) => Tensor[];
  readonly state: readonly Tensor[];
  /** What each step reads. */
  readonly given: readonly (readonly Tensor[])[];
}

/** Numbers as an engine gives them. */
type Numbers = ArrayLike<number>;

/** What steps came to. */
export interface Results {
  /** By step, in the order of the names. */
  readonly every: readonly (readonly Numbers[])[];
  readonly first: readonly Numbers[];
  readonly state: readonly Numbers[];
}

/** What every quantity came to, by its name. */
export function quantitiesOf(
  { every, first, state }: Names,
  results: Results,
): ReadonlyMap<string, number[]> {
  const at = (lists: readonly Numbers[], i: number): number[] => Array.from(lists[i] ?? []);
  return new Map([
    ...every.map((name, i) => [name, results.every.flatMap((step) => at(step, i))] as const),
    ...first.map((name, i) => [name, at(results.first, i)] as const),
    ...state.map((name, i) => [name, at(results.state, i)] as const),
  ]);
}

/** Does the steps here, compiled for WebAssembly or in the reference's ops. */
export function doneHere({ names, step, state, given }: Steps, how: "wasm" | "reference"): Results {
  const run = compile(step, { backend: how === "wasm" ? wasm() : js });
  const every: Numbers[][] = [];
  let first: readonly Numbers[] = [];
  let current = state;
  for (const own of given) {
    const results = run(current, own);
    every.push(results.slice(0, names.every.length).map(({ data }) => data));
    const rest = results.slice(names.every.length);
    if (every.length === 1) first = rest.slice(0, names.first.length).map(({ data }) => data);
    current = rest.slice(names.first.length);
  }
  return { every, first, state: current.map(({ data }) => data) };
}

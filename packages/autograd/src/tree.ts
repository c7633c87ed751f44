import { ShapeError } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, or arrays and objects of trees: parameters, optimiser state, batches. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** The tensors of a tree, in order: arrays by index, objects by sorted key. */
export function leaves(tree: Tree): Tensor[] {
  const found: Tensor[] = [];
  collect(tree, found);
  return found;
}

function collect(tree: Tree, found: Tensor[]): void {
  if (tree instanceof Tensor) found.push(tree);
  else for (const [, child] of childrenOf(tree)) collect(child, found);
}

/** Applies a function to every tensor; the result has the same structure. */
export function map<T extends Tree>(f: (leaf: Tensor, path: string) => Tensor, tree: T): T {
  return rebuild(tree, f, "") as T; // rebuild replaces tensors by tensors and keeps everything else
}

/** Applies a function to the corresponding tensors of trees of one structure. */
export function zip<T extends Tree>(f: (...leaves: Tensor[]) => Tensor, tree: T, ...others: Tree[]): T {
  const { leaves: first, unflatten } = flatten(tree);
  const rest = others.map((other) => {
    checkSameStructure("tree.zip", tree, other);
    return leaves(other);
  });
  return unflatten(first.map((leaf, i) => f(leaf, ...rest.flatMap((list) => list[i] ?? []))));
}

/** A tree taken apart: its tensors, and the way back. */
export interface Flat<T> {
  readonly leaves: Tensor[];
  /** The tree with other tensors in the place of its own. @throws when their number differs */
  unflatten(leaves: readonly Tensor[]): T;
}

/** Takes a tree apart into its tensors and the way back. */
export function flatten<T extends Tree>(tree: T): Flat<T> {
  const found = leaves(tree);
  return {
    leaves: found,
    unflatten(replacements) {
      if (replacements.length !== found.length) {
        throw new ShapeError(`tree: ${found.length} tensors needed, got ${replacements.length}`);
      }
      let next = 0;
      return map((leaf) => replacements[next++] ?? leaf, tree);
    },
  };
}

/** The number of elements of all tensors together. */
export function size(tree: Tree): number {
  return leaves(tree).reduce((total, leaf) => total + leaf.size, 0);
}

/** The structure as text: equal texts mean trees with tensors in the same places. */
export function structureOf(tree: Tree): string {
  if (tree instanceof Tensor) return "*";
  const inner = childrenOf(tree).map(([key, child]) =>
    Array.isArray(tree) ? structureOf(child) : `${JSON.stringify(key)}:${structureOf(child)}`,
  );
  return Array.isArray(tree) ? `[${inner.join()}]` : `{${inner.join()}}`;
}

/** Whether two trees have tensors in the same places. */
export function sameStructure(a: Tree, b: Tree): boolean {
  if (a instanceof Tensor || b instanceof Tensor) return a instanceof Tensor && b instanceof Tensor;
  const [children, others] = [childrenOf(a), childrenOf(b)];
  if (children.length !== others.length || Array.isArray(a) !== Array.isArray(b)) return false;
  return children.every(([key, child], i) => {
    const [otherKey, other] = others[i] ?? ["", []];
    return key === otherKey && sameStructure(child, other);
  });
}

/** Throws unless two trees have tensors in the same places. */
export function checkSameStructure(name: string, expected: Tree, actual: Tree): void {
  const [wanted, found] = [structureOf(expected), structureOf(actual)];
  if (wanted !== found) throw new ShapeError(`${name}: tree structures differ: ${wanted} and ${found}`);
}

function rebuild(tree: Tree, f: (leaf: Tensor, path: string) => Tensor, path: string): Tree {
  if (tree instanceof Tensor) return f(tree, path);
  const children = childrenOf(tree).map(
    ([key, child]) => [key, rebuild(child, f, path === "" ? key : `${path}.${key}`)] as const,
  );
  if (Array.isArray(tree)) return children.map(([, child]) => child);
  return Object.fromEntries(children);
}

function childrenOf(tree: Exclude<Tree, Tensor>): (readonly [string, Tree])[] {
  if (typeof tree !== "object" || tree === null) {
    throw new TypeError(`tree: expected tensors in arrays and objects, got ${String(tree)}`);
  }
  const entries = Object.entries(tree as { readonly [key: string]: Tree });
  return Array.isArray(tree) ? entries : entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

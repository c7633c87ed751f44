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
  else if (isList(tree)) for (const child of tree) collect(child, found);
  else for (const key of keysOf(tree)) collect(childAt(tree, key), found);
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
      return refill(tree, replacements.values()) as T; // refill replaces tensors by tensors
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
  if (isList(tree)) return `[${tree.map(structureOf).join()}]`;
  return `{${keysOf(tree)
    .map((key) => `${JSON.stringify(key)}:${structureOf(childAt(tree, key))}`)
    .join()}}`;
}

/** Whether two trees have tensors in the same places. */
export function sameStructure(a: Tree, b: Tree): boolean {
  if (a instanceof Tensor || b instanceof Tensor) return a instanceof Tensor && b instanceof Tensor;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    return a.every((child, i) => sameStructure(child, b[i] ?? []));
  }
  const [keys, others] = [keysOf(a), keysOf(b)];
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && sameStructure(childAt(a, key), childAt(b, key)))
  );
}

/** Throws unless two trees have tensors in the same places. */
export function checkSameStructure(name: string, expected: Tree, actual: Tree): void {
  if (sameStructure(expected, actual)) return;
  const [wanted, found] = [structureOf(expected), structureOf(actual)];
  throw new ShapeError(`${name}: tree structures differ: ${wanted} and ${found}`);
}

function rebuild(tree: Tree, f: (leaf: Tensor, path: string) => Tensor, path: string): Tree {
  if (tree instanceof Tensor) return f(tree, path);
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  if (isList(tree)) return tree.map((child, i) => rebuild(child, f, at(String(i))));
  return Object.fromEntries(keysOf(tree).map((key) => [key, rebuild(childAt(tree, key), f, at(key))]));
}

/** The tree with the next tensors in the place of its own. */
function refill(tree: Tree, tensors: Iterator<Tensor, undefined>): Tree {
  if (tree instanceof Tensor) return tensors.next().value ?? tree;
  if (isList(tree)) return tree.map((child) => refill(child, tensors));
  const filled: Record<string, Tree> = {};
  for (const key of keysOf(tree)) filled[key] = refill(childAt(tree, key), tensors);
  return filled;
}

type Branch = { readonly [key: string]: Tree };

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** The keys of an object in their order. */
function keysOf(tree: Branch): string[] {
  if (typeof tree !== "object" || tree === null) throw notATree(tree);
  return Object.keys(tree).sort();
}

function childAt(tree: Branch, key: string): Tree {
  const child = tree[key];
  if (child === undefined) throw notATree(child);
  return child;
}

function notATree(x: unknown): TypeError {
  return new TypeError(`tree: expected tensors in arrays and objects, got ${String(x)}`);
}

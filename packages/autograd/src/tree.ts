import { checkFunction, isPlain, kindOf } from "./arguments.ts";
import { ShapeError } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, or arrays and objects of trees: parameters, optimiser state, batches. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/**
 * What T has to be to be a tree: `T extends TreeOf<T>`. An interface is none by the letter of {@link Tree}, for others may
 * add members to it; so its members are looked at one by one.
 */
export type TreeOf<T> =
  | Tree
  // A function has no members that one could look at.
  | (object & { readonly [Symbol.hasInstance]?: never } & {
      readonly [K in keyof T]: T[K] extends Tree ? T[K] : TreeOf<T[K]>;
    });

/** What A has to be to be a list of trees, such as the arguments of a function: `A extends TreesOf<A>`. */
export type TreesOf<A> =
  | readonly []
  | readonly Tree[]
  | (readonly unknown[] & { readonly [K in keyof A]: A[K] extends Tree ? A[K] : TreeOf<A[K]> });

/**
 * The tensors of a tree, in order: arrays by index, objects by sorted key.
 *
 * @param name who asks, for messages
 * @throws TypeError where there is anything else: a Map, a Promise, an instance of a class, nothing
 */
export function leaves<T extends TreeOf<T>>(tree: T, name = "tree.leaves"): Tensor[] {
  const found: Tensor[] = [];
  collect(tree, found, name, "");
  return found;
}

function collect(tree: Tree, found: Tensor[], name: string, path: string): void {
  if (tree instanceof Tensor) found.push(tree);
  else if (isList(tree)) for (const [i, child] of tree.entries()) collect(child, found, name, below(path, i));
  else
    for (const key of keysOf(tree, name, path))
      collect(childAt(tree, key, name, path), found, name, below(path, key));
}

function below(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

/** Applies a function to every tensor; the result has the same structure. */
export function map<T extends TreeOf<T>>(f: (leaf: Tensor, path: string) => Tensor, tree: T): T {
  checkFunction("tree.map", f);
  return rebuild(tree, f, "") as T; // rebuild replaces tensors by tensors and keeps everything else
}

/** Applies a function to the corresponding tensors of trees of one structure. */
export function zip<T extends TreeOf<T>, O extends TreesOf<O>>(
  f: (...leaves: Tensor[]) => Tensor,
  tree: T,
  ...others: O
): T;
export function zip<T extends TreeOf<T>>(f: (...leaves: Tensor[]) => Tensor, tree: T, ...others: Tree[]): T {
  checkFunction("tree.zip", f);
  const { leaves: first, unflatten } = flatten(tree, "tree.zip");
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

/**
 * Takes a tree apart into its tensors and the way back.
 *
 * @param name who asks, for messages
 */
export function flatten<T extends TreeOf<T>>(tree: T, name = "tree.flatten"): Flat<T> {
  const found = leaves(tree, name);
  return {
    leaves: found,
    unflatten(replacements) {
      if (!Array.isArray(replacements) || replacements.length !== found.length) {
        const got = Array.isArray(replacements) ? replacements.length : kindOf(replacements);
        throw new ShapeError(`${name}: ${found.length} tensors needed, got ${got}`);
      }
      return refill(tree, replacements.values()) as T; // refill replaces tensors by tensors
    },
  };
}

/** The number of elements of all tensors together. */
export function size<T extends TreeOf<T>>(tree: T): number {
  return leaves(tree, "tree.size").reduce((total, leaf) => total + leaf.size, 0);
}

/** The structure as text: equal texts mean trees with tensors in the same places. */
export function structureOf<T extends TreeOf<T>>(tree: T): string {
  if (tree instanceof Tensor) return "*";
  if (isList(tree)) return `[${Array.from(tree, structureOf).join()}]`;
  return `{${keysOf(tree, "tree.structureOf")
    .map((key) => `${JSON.stringify(key)}:${structureOf(childAt(tree, key, "tree.structureOf"))}`)
    .join()}}`;
}

/** Whether two trees have tensors in the same places. */
export function sameStructure<A extends TreeOf<A>, B extends TreeOf<B>>(a: A, b: B): boolean {
  return isSame("tree.sameStructure", a, b);
}

function isSame(name: string, a: Tree, b: Tree): boolean {
  if (a instanceof Tensor || b instanceof Tensor) return a instanceof Tensor && b instanceof Tensor;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    return a.every((child, i) => isSame(name, child, b[i] ?? []));
  }
  const [keys, others] = [keysOf(a, name), keysOf(b, name)];
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && isSame(name, childAt(a, key, name), childAt(b, key, name)))
  );
}

/** Throws unless two trees have tensors in the same places. */
export function checkSameStructure<A extends TreeOf<A>, B extends TreeOf<B>>(
  name: string,
  expected: A,
  actual: B,
): void {
  if (isSame(name, expected, actual)) return;
  for (const values of [expected, actual]) leaves(values, name);
  const [wanted, found] = [structureOf(expected), structureOf(actual)];
  throw new ShapeError(`${name}: tree structures differ: ${wanted} and ${found}`);
}

function rebuild(tree: Tree, f: (leaf: Tensor, path: string) => Tensor, path: string): Tree {
  if (tree instanceof Tensor) return f(tree, path);
  if (isList(tree)) return Array.from(tree, (child, i) => rebuild(child, f, below(path, i)));
  const name = "tree.map";
  const child = (key: string): Tree => rebuild(childAt(tree, key, name, path), f, below(path, key));
  return Object.fromEntries(keysOf(tree, name, path).map((key) => [key, child(key)]));
}

/** The tree with the next tensors in the place of its own. */
function refill(tree: Tree, tensors: Iterator<Tensor, undefined>): Tree {
  if (tree instanceof Tensor) return tensors.next().value ?? tree;
  if (isList(tree)) return tree.map((child) => refill(child, tensors));
  const filled: Record<string, Tree> = {};
  for (const key of keysOf(tree, "tree")) filled[key] = refill(childAt(tree, key, "tree"), tensors);
  return filled;
}

type Branch = { readonly [key: string]: Tree };

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** The keys of an object in their order. */
function keysOf(tree: Branch, name: string, path = ""): string[] {
  if (typeof tree === "object" && tree !== null && isPlain(tree)) return Object.keys(tree).sort();
  throw notATree(tree, name, path);
}

function childAt(tree: Branch, key: string, name: string, path = ""): Tree {
  const child = tree[key];
  if (child === undefined) throw notATree(child, name, below(path, key));
  return child;
}

function notATree(found: unknown, name: string, path: string): TypeError {
  const where = path === "" ? "" : ` at ${path}`;
  const remedy =
    found instanceof Promise ? "; await it first, outside of functions that are transformed" : "";
  return new TypeError(
    `${name}: expected tensors in arrays and plain objects, got ${kindOf(found)}${where}${remedy}`,
  );
}

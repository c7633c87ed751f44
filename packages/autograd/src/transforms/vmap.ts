import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import { Batch } from "../interpret/batch.ts";
import { within } from "../interpret/escape.ts";
import { moveAxis } from "../ops/layout.ts";
import { normalizeAxis, ShapeError, showShape, sizeAt } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import * as tree from "../tree.ts";

/** The axis along which examples lie in every tensor of a tree; `null`: all examples share it. */
export type BatchAxis = number | null;

/** Where the examples of a batch lie. Negative axes count from the end. */
export interface VmapOptions {
  /** In the arguments: one axis for all, or a list of one for each; 0 unless said. */
  readonly in?: BatchAxis | readonly BatchAxis[];
  /** In the result: one axis for all of it, or a list of one for each entry of a result that is a list; 0 unless said. */
  readonly out?: BatchAxis | readonly BatchAxis[];
}

/**
 * f of every example of a batch at once: f is written for one example, runs once, and every op in it is applied to all
 * examples together. The result is that of calling f on one example after another and stacking what it returns.
 *
 * It works inside every other transform and around it: `vmap(grad(loss), { in: [null, 0] })` is the gradient of each
 * example's loss with respect to shared parameters. Draws from a batch of keys are those of each key, one after another.
 *
 * @returns a function of the arguments of f, whose tensors have one more axis where `in` says so
 * @throws ShapeError when an axis is out of range, no argument has a batch, or two have batches of different sizes, and
 *   when a result differs from example to example where `out` is `null`
 * @throws Error when f reads elements: control flow cannot depend on values that differ from example to example
 *
 * @example
 * ```ts
 * import { dot, grad, square, sub, type Tensor, tensor, vmap } from "@scoretape/autograd";
 *
 * const rows = tensor([[1, 2], [3, 4], [5, 6]]);
 * console.log(vmap((x: Tensor, y: Tensor) => dot(x, y))(rows, rows).toArray()); // [ 5, 25, 61 ]
 * // The gradient of each example's loss.
 * const loss = (w: Tensor, x: Tensor, y: Tensor) => square(sub(dot(w, x), y));
 * const gradients = vmap(grad(loss), { in: [null, 0, 0] })(tensor([1, 1]), rows, tensor([3, 6, 12]));
 * console.log(gradients.toArray()); // [ [ 0, 0 ], [ 6, 8 ], [ -10, -12 ] ]
 * ```
 */
export function vmap<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  options: VmapOptions = {},
): (...primals: A) => R {
  checkFunction("vmap", f);
  checkOptions("vmap", options, { in: "any", out: "any" });
  const { in: from = 0, out: to = 0 } = options;
  checkAxes("in", from);
  checkAxes("out", to);
  return (...primals) => {
    const { leaves, unflatten } = tree.flatten(primals, "vmap");
    const axes = placesOf("in", from, primals);
    const batch = new Batch(sizeOfBatch(leaves, axes));
    const examples = leaves.map((leaf, i) => {
      const place = axes[i] ?? null;
      return place === null ? leaf : batch.input(moveAxis(leaf, axisOf(place, leaf), 0));
    });
    const result = within(batch, () => f(...unflatten(examples)));
    const flat = tree.flatten(result, "vmap: the function's result");
    const places = placesOf("out", to, result);
    return flat.unflatten(flat.leaves.map((leaf, i) => gathered(batch, leaf, places[i] ?? null)));
  };
}

type BatchAxes = BatchAxis | readonly BatchAxis[];

function isList(axes: BatchAxes): axes is readonly BatchAxis[] {
  return Array.isArray(axes);
}

/** Throws unless all axes could be some. */
function checkAxes(option: "in" | "out", axes: BatchAxes): void {
  for (const axis of isList(axes) ? Array.from(axes) : [axes]) {
    if (axis === null || Number.isInteger(axis)) continue;
    throw new TypeError(`vmap: an axis in ${option} is ${kindOf(axis)}; it is a whole number, or null`);
  }
}

/** An axis, and whose it is, for messages. */
interface Place {
  readonly axis: number;
  readonly what: string;
}

/** The axis of each tensor of a tree, from one for all or a list of one for each entry. */
function placesOf(option: "in" | "out", axes: BatchAxes, values: tree.Tree): (Place | null)[] {
  const whose = option === "in" ? "argument" : "result";
  if (isList(axes) && (!Array.isArray(values) || values.length !== axes.length)) {
    const found = Array.isArray(values) ? `a list of ${values.length}` : "no list";
    throw new ShapeError(
      `vmap: ${option} lists ${axes.length} axes, the ${whose}${option === "in" ? "s are" : " is"} ${found}; give one ` +
        "axis for each entry, or a number for all",
    );
  }
  const places: (Place | null)[] = [];
  tree.map((leaf, path) => {
    const axis = isList(axes) ? (axes[Number.parseInt(path, 10)] ?? null) : axes; // a path begins with the entry's number
    places.push(axis === null ? null : { axis, what: path === "" ? whose : `${whose} ${path}` });
    return leaf;
  }, values);
  return places;
}

function axisOf({ axis, what }: Place, { shape }: Tensor): number {
  return normalizeAxis(`vmap: ${what}`, axis, shape);
}

/** The size that all batches have. */
function sizeOfBatch(leaves: readonly Tensor[], places: readonly (Place | null)[]): number {
  let first: { readonly size: number; readonly text: string } | null = null;
  for (const [i, leaf] of leaves.entries()) {
    const place = places[i] ?? null;
    if (place === null) continue;
    const axis = axisOf(place, leaf);
    const size = sizeAt(leaf.shape, axis);
    const text = `${place.what} ${showShape(leaf.shape)} has ${size} along axis ${axis}`;
    first ??= { size, text };
    if (size !== first.size) {
      throw new ShapeError(`vmap: the batches differ in size: ${first.text}, ${text}; give equal ones`);
    }
  }
  if (first !== null) return first.size;
  throw new ShapeError("vmap: no argument has a batch: in is null for all; give the axis of one at least");
}

/** The results of all examples, along the axis that is wanted. */
function gathered(batch: Batch, leaf: Tensor, place: Place | null): Tensor {
  if (place !== null) {
    const whole = batch.wholeOf(leaf);
    return moveAxis(whole, 0, axisOf(place, whole));
  }
  if (!batch.owns(leaf)) return leaf;
  throw new ShapeError(
    `vmap: a result of shape ${showShape(leaf.shape)} differs from example to example, and out is null for it; ` +
      "give the axis along which the examples are to lie",
  );
}

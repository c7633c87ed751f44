import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import { scanOver } from "../interpret/scan.ts";
import { checkShape, ShapeError, sameShape, showShape } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import * as tree from "../tree.ts";

/** Options of {@link scan}. */
export interface ScanOptions {
  /** How often f runs; needed where there are no sequences, else their length. */
  readonly length?: number;
  /** Takes the rows from the last to the first; false unless said. The rows of the results stay where their inputs are. */
  readonly reverse?: boolean;
}

/**
 * A loop as one op: carry ← f(carry, xs[i]) for every row i of the sequences. In a captured program it is one equation,
 * whose body is compiled once and whose carry stays in place. f is captured, so its control flow must not read values;
 * tensors that it closes over are the same in every run. Reverse mode keeps the carry of every run and computes the rest
 * of a run again; inside {@link checkpoint} it keeps nothing until the sweep comes. On a GPU the runs are laid out one
 * after another and submitted together.
 *
 * @param f (carry, x) → [next carry, y], all of them trees
 * @param init the first carry
 * @param xs a tree of tensors whose axis 0 is looped over; `[]` for none
 * @returns the last carry, and the y of all runs stacked along axis 0
 * @throws ShapeError when the next carry has not the carry's structure, shapes and dtypes, or lengths differ
 * @throws RangeError when there are no sequences and no length
 *
 * @example
 * ```ts
 * import { add, mul, scan, type Tensor, tensor } from "@scoretape/autograd";
 *
 * // Compound interest: the balance after each year's payment.
 * const pay = (balance: Tensor, payment: Tensor) => {
 *   const next = add(mul(1.5, balance), payment);
 *   return [next, next] as const;
 * };
 * const [last, balances] = scan(pay, tensor(0), tensor([1, 2, 4]));
 * console.log(last.item(), balances.toArray()); // 9.25 [ 1, 3.5, 9.25 ]
 * ```
 */
export function scan<C extends tree.TreeOf<C>, X extends tree.TreeOf<X>, Y extends tree.TreeOf<Y>>(
  f: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [C, Y] {
  return scanAs("scan", f, init, xs, options);
}

/**
 * The n-th iterate of f: carry ← f(carry, i) for i from 0 to n − 1. A {@link scan} over the numbers.
 *
 * @param n how often f runs, a whole number from 0
 * @param f (carry, i) → next carry, i a uint32 scalar
 * @param init the first carry
 * @throws RangeError when n is not a whole number from 0
 * @throws ShapeError when the next carry has not the carry's structure, shapes and dtypes
 *
 * @example
 * ```ts
 * import { add, cast, repeat, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const sum = repeat(5, (total: Tensor, i: Tensor) => add(total, cast(i, "float32")), tensor(0));
 * console.log(sum.item()); // 10
 * ```
 */
export function repeat<C extends tree.TreeOf<C>>(n: number, f: (carry: C, i: Tensor) => C, init: C): C {
  checkFunction("repeat", f);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`repeat: n is ${kindOf(n)}; it is a whole number from 0`);
  checkShape("repeat", [n]);
  const numbers = tensor(
    Uint32Array.from({ length: n }, (_, i) => i),
    { shape: [n] },
  );
  return scanAs<C, Tensor, readonly []>(
    "repeat",
    (carry, i) => [f(carry, i), []] as const,
    init,
    numbers,
    {},
  )[0];
}

/** A scan whose errors carry a name. */
function scanAs<C extends tree.TreeOf<C>, X extends tree.TreeOf<X>, Y extends tree.TreeOf<Y>>(
  name: string,
  f: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions,
): [C, Y] {
  checkFunction(name, f);
  checkOptions(name, options, { length: "number", reverse: "boolean" });
  const [carry, sequences] = [tree.flatten(init, `${name}: init`), tree.flatten(xs, `${name}: xs`)];
  const length = lengthOf(name, sequences.leaves, options.length);
  const order = { length, isReversed: options.reverse ?? false };
  const found: { results?: tree.Flat<Y> } = {};
  const { carries, rows } = scanOver(
    (run) => {
      const result = f(carry.unflatten(run.carries), sequences.unflatten(run.sequences));
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TypeError(`${name}: f returned ${kindOf(result)}; it returns [carry, y], with [] for no y`);
      }
      const [next, y] = result;
      tree.checkSameStructure(`${name}: the next carry`, init, next);
      const nextLeaves = tree.leaves(next, `${name}: the next carry`);
      for (const [i, before] of carry.leaves.entries()) checkCarry(name, before, nextLeaves[i], i);
      found.results = tree.flatten(y, `${name}: y`);
      return { carries: nextLeaves, rows: found.results.leaves };
    },
    { invariants: [], carries: carry.leaves, sequences: sequences.leaves },
    order,
  );
  if (found.results === undefined) throw new Error(`${name}: f was not called`);
  return [carry.unflatten(carries), found.results.unflatten(rows)];
}

function lengthOf(name: string, sequences: readonly Tensor[], length: number | undefined): number {
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 0)) {
    throw new RangeError(`${name}: length is ${kindOf(length)}; it is a whole number from 0`);
  }
  const lengths = sequences.map(({ shape }) => {
    const [rows] = shape;
    if (rows === undefined)
      throw new ShapeError(`${name}: a tensor of xs is a scalar; axis 0 is what is looped over`);
    return rows;
  });
  const [first] = length === undefined ? lengths : [length];
  if (first === undefined)
    throw new RangeError(`${name}: xs holds no tensor; say { length }, how often f is to run`);
  for (const [i, other] of lengths.entries()) {
    if (other === first) continue;
    throw new ShapeError(
      `${name}: tensor ${i} of xs is ${showShape(sequences[i]?.shape ?? [])}, whose axis 0 has not the length ${first}` +
        `${length === undefined ? " of the first one" : ", which was asked for"}; all have one length`,
    );
  }
  return first;
}

function checkCarry(name: string, before: Tensor, after: Tensor | undefined, i: number): void {
  if (after === undefined) return;
  if (sameShape(before.shape, after.shape) && before.dtype === after.dtype) return;
  throw new ShapeError(
    `${name}: tensor ${i} of the carry is ${showShape(before.shape)} ${before.dtype}, and f returned ` +
      `${showShape(after.shape)} ${after.dtype} for it; a carry keeps its shape and dtype: broadcast or cast the first one`,
  );
}

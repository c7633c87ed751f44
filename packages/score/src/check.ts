import {
  isConcrete,
  isNaN as isGap,
  kindOf,
  ShapeError,
  Tensor,
  type TensorLike,
  where,
} from "@scoretape/autograd";
import { firstNonFinite } from "./nonFinite.ts";

// What every function checks about its arguments. Shapes and dtypes are always checked; values only where
// they exist, which they do not while a program is captured.

/** Throws unless x is data: floating-point [n, d] with n ≥ 1 and d ≥ 1, all finite. */
export function checkData(name: string, x: Tensor, what = "x"): void {
  checkPoints(name, x, what);
  checkFinite(name, x, what);
}

/** Throws unless x is as {@link checkData} wants it, but for gaps, which are NaN. */
export function checkGappy(name: string, x: Tensor, what = "x"): void {
  checkPoints(name, x, what);
  checkFinite(name, where(isGap(x), 0, x), what);
}

function checkPoints(name: string, x: Tensor, what: string): void {
  checkTensor(name, x, what);
  const { shape } = x;
  if (shape.length !== 2) {
    const remedy = shape.length === 1 ? `; for one-dimensional data use reshape(${what}, [-1, 1])` : "";
    throw new ShapeError(
      `${name}: ${what} has shape ${show(x)}, not [n, d] with one point in each row${remedy}`,
    );
  }
  const [n, d] = shape;
  if (n === 0)
    throw new ShapeError(`${name}: ${what} has shape ${show(x)}: an empty batch; give at least one row`);
  if (d === 0) throw new ShapeError(`${name}: ${what} has shape ${show(x)}: points without coordinates`);
}

/** Throws unless y, such as noise, has the shape and dtype of the data x and is finite. */
export function checkLikeData(name: string, y: Tensor, x: Tensor, what: string): void {
  checkTensor(name, y, what);
  if (!sameShape(y.shape, x.shape)) {
    throw new ShapeError(`${name}: ${what} has shape ${show(y)}, x has ${show(x)}; they must be equal`);
  }
  checkSameDType(name, y, x, what);
  checkFinite(name, y, what);
}

/** Throws unless probes are [n, d] or [m, n, d] for data x [n, d], with m ≥ 1, and finite. */
export function checkProbes(name: string, probes: Tensor, x: Tensor): void {
  checkTensor(name, probes, "probes");
  if (
    probes.shape[0] === 0 ||
    !sameShape(probes.rank === 3 ? probes.shape.slice(1) : probes.shape, x.shape)
  ) {
    throw new ShapeError(
      `${name}: probes have shape ${show(probes)}, x has ${show(x)}; draw them with that shape, ` +
        `or [m, ${x.shape.join(", ")}] for m probes of each row`,
    );
  }
  checkSameDType(name, probes, x, "a probe");
  checkFinite(name, probes, "a probe");
}

/** Throws unless sigma is a noise level, or [n] of them for data x [n, d]: finite and above 0. */
export function checkSigma(name: string, sigma: TensorLike, x: Tensor): void {
  checkPerRow(name, sigma, x, "sigma", (value) => value > 0, "a noise level is above 0");
}

/** Throws unless a weight is a number, or [n] of them for x [n, d] or [n]: finite and at least 0. */
export function checkWeight(name: string, weight: TensorLike, x: Tensor): void {
  checkPerRow(name, weight, x, "weight", (value) => value >= 0, "a weight is at least 0");
}

/** Throws unless y is a number or scalar, or [n] for x [n, d] or values of its rows [n], finite and in range. */
export function checkPerRow(
  name: string,
  y: TensorLike,
  x: Tensor,
  what: string,
  inRange: (value: number) => boolean = () => true,
  rule = "",
): void {
  const check = (value: number, where: string): void => {
    if (Number.isFinite(value) && inRange(value)) return;
    const remedy = Number.isFinite(value) ? rule : "it must be finite";
    throw new RangeError(`${name}: ${what}${where} is ${value}; ${remedy}`);
  };
  if (typeof y === "number") {
    check(y, "");
    return;
  }
  checkTensor(name, y, what);
  if (y.rank !== 0 && !sameShape(y.shape, x.shape.slice(0, 1))) {
    throw new ShapeError(
      `${name}: ${what} has shape ${show(y)}, ${x.rank === 1 ? "the rows' values have" : "x has"} ${show(x)}; ` +
        `give a number or [${x.shape[0]}], one per row`,
    );
  }
  checkSameDType(name, y, x, what);
  if (!isConcrete(y)) return;
  y.data.forEach((value, row) => {
    check(value, y.rank === 0 ? "" : ` of row ${row}`);
  });
}

/** Throws unless a score returned a tensor of x's shape and dtype. */
export function checkScores(name: string, scores: Tensor, x: Tensor, what = "the score"): void {
  if (!(scores instanceof Tensor)) {
    throw new TypeError(`${name}: ${what} returned ${kindOf(scores)}, not a tensor`);
  }
  if (!sameShape(scores.shape, x.shape)) {
    throw new ShapeError(
      `${name}: ${what} maps ${show(x)} to ${show(scores)}; it must return the shape that it is given`,
    );
  }
  if (scores.dtype !== x.dtype) {
    throw new TypeError(
      `${name}: ${what} maps ${x.dtype} to ${scores.dtype}; it must return the dtype that it is given`,
    );
  }
}

/** Throws unless an energy, or the like, returned one number for each row of x, of x's dtype. */
export function checkRows(name: string, values: Tensor, x: Tensor, what: string): void {
  if (!(values instanceof Tensor)) {
    throw new TypeError(`${name}: ${what} returned ${kindOf(values)}, not a tensor`);
  }
  if (!sameShape(values.shape, x.shape.slice(0, 1))) {
    throw new ShapeError(
      `${name}: ${what} maps ${show(x)} to ${show(values)}, not to [${x.shape[0]}], one number per row; ` +
        "reduce over the last axis alone",
    );
  }
  if (values.dtype !== x.dtype) {
    throw new TypeError(
      `${name}: ${what} maps ${x.dtype} to ${values.dtype}; it must return the dtype that it is given`,
    );
  }
}

/** Throws unless `value` is a whole number from 1. */
export function checkCount(name: string, value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name}: ${what} is ${kindOf(value)}; it is a whole number from 1`);
  }
}

/** Throws unless x is a tensor of floating-point numbers. */
export function checkTensor(name: string, x: Tensor, what: string): void {
  if (!(x instanceof Tensor)) {
    throw new TypeError(`${name}: ${what} is ${kindOf(x)}, not a tensor; make one with tensor(...)`);
  }
  if (x.dtype === "uint32") {
    throw new TypeError(`${name}: ${what} is uint32; it must be floating-point: use cast`);
  }
}

/** Throws unless y has the dtype of x. */
export function checkSameDType(name: string, y: Tensor, x: Tensor, what: string, than = "x"): void {
  if (y.dtype !== x.dtype) {
    throw new TypeError(
      `${name}: ${what} is ${y.dtype}, ${than} is ${x.dtype}; convert one of them with cast`,
    );
  }
}

/** Throws with the index of the first element that is NaN or infinite. */
export function checkFinite(name: string, x: Tensor, what: string): void {
  if (!isConcrete(x)) return;
  const at = firstNonFinite(x);
  if (at < 0) return;
  let rest = at;
  const index = x.shape.toReversed().map((size) => {
    const i = rest % size;
    rest = (rest - i) / size;
    return i;
  });
  const position = index.length === 0 ? "" : ` at [${index.reverse().join(", ")}]`;
  throw new RangeError(`${name}: ${what} is ${x.data[at]}${position}; remove or repair such values first`);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function show(x: Tensor): string {
  return `[${x.shape.join(", ")}]`;
}

/** Throws unless the value is a finite number above 0. */
export function checkPositive(name: string, value: number, what: string): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${name}: ${what} is ${kindOf(value)}; it is a finite number above 0`);
  }
}

/** Throws unless a list is an array. */
export function checkList(name: string, list: readonly unknown[], what: string): void {
  if (!Array.isArray(list)) throw new TypeError(`${name}: ${what} is ${kindOf(list)}; give an array`);
}

/** Throws unless an object has functions of these names. */
export function checkMethods(name: string, object: object, what: string, methods: readonly string[]): void {
  const has = (method: string): boolean => typeof Reflect.get(object, method) === "function";
  if (typeof object === "object" && object !== null && methods.every(has)) return;
  throw new TypeError(`${name}: ${what} is ${kindOf(object)}; it needs ${methods.join(" and ")}`);
}

/** Throws unless a key is one. */
export function checkKey(name: string, key: Tensor): void {
  checkedKey(name, key);
}

/** The key, where there is one; else throws. */
export function checkedKey(name: string, key: Tensor | undefined): Tensor {
  if (key instanceof Tensor && key.dtype === "uint32" && sameShape(key.shape, [2])) return key;
  throw new TypeError(`${name}: key is ${kindOf(key)}; make one with random.key(seed)`);
}

/** Throws unless a list is an array of texts. */
export function checkTexts(name: string, list: readonly string[], what: string): void {
  checkList(name, list, what);
  for (const [i, text] of list.entries()) {
    if (typeof text !== "string") throw new TypeError(`${name}: ${what} ${i} is ${kindOf(text)}, not a text`);
  }
}

/** Throws unless a list is an array of numbers. */
export function checkNumbers(name: string, list: readonly number[], what: string): void {
  checkList(name, list, what);
  for (const [i, value] of list.entries()) {
    if (typeof value !== "number")
      throw new TypeError(`${name}: ${what} ${i} is ${kindOf(value)}, not a number`);
  }
}

/** Throws unless labels are the numbers of the classes of so many rows, uint32 [n], from 0 to `last`. */
export function checkLabels(name: string, labels: Tensor, rows: number, last: number, what: string): void {
  const found = labels instanceof Tensor ? `${labels.dtype} ${show(labels)}` : kindOf(labels);
  if (!(labels instanceof Tensor) || labels.dtype !== "uint32" || labels.shape.join() !== `${rows}`) {
    throw new TypeError(
      `${name}: ${what} is ${found}; give the number of each row's class, uint32 [${rows}]`,
    );
  }
  const bad = labels.data.findIndex((label) => label > last);
  if (bad >= 0) {
    throw new RangeError(`${name}: ${what}[${bad}] is ${labels.data[bad]}; classes run from 0 to ${last}`);
  }
}

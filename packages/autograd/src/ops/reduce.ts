import { checkOptions } from "../arguments.ts";
import type { AxesParameters, Kernel, KernelParameters } from "../backend.ts";
import * as kernels from "../backends/js/reduce.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import {
  checkBroadcastTo,
  dropAxes,
  keepReduced,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  ShapeError,
  showShape,
} from "../shape.ts";
import { checkTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { mul, sub } from "./arithmetic.ts";
import { broadcastTo, sumTo } from "./broadcast.ts";
import { equal, greater, jumping, where } from "./choice.ts";
import { alongLines, firstShape, type LinearMap, lift, linear, ofOneArgument } from "./construct.ts";
import { productsOfOthers } from "./cumulative.ts";
import { div } from "./elementwise.ts";
import { reshape, transpose } from "./layout.ts";
import { chosen, confined, once } from "./reach.ts";

/** Which axes a reduction runs over, and what becomes of them. */
export interface ReduceOptions {
  /** The axes to reduce; all of them unless said. Negative axes count from the end. */
  readonly axis?: number | readonly number[];
  /** Keep the reduced axes with size 1. */
  readonly keepDims?: boolean;
  /**
   * A tensor of x's dtype that broadcasts to x: where it is 0, elements are left out, whatever they are. Where none is left,
   * there is the result of no elements: 0, 1 for `prod` and `all`, ∓∞ for `max`, `logSumExp` and `min`, NaN for `mean` and
   * its kin.
   */
  readonly where?: Tensor;
}

// Every reduction op keeps its axes with size 1, and reduces axes that are neighbours.

type WeightedName = "prod" | "logSumExp" | "norm";

/** A reduction y(x) whose derivative is a weighted sum: dy = Σ wᵢ dxᵢ, with the weights of x's shape. */
function weightedReduction(
  name: WeightedName,
  kernel: Kernel<AxesParameters>,
  weights: (x: Tensor, y: Tensor, axes: readonly number[]) => Tensor,
): Op<AxesParameters> {
  return defineOp<WeightedName>({
    name,
    traits: alongLines,
    kernel,
    shape: ({ axes }, x) => keepReduced(x, axes),
    derivative: ofOneArgument(({ axes }, y, x) => {
      const weight = once(() => weights(x, y, axes));
      return {
        jvp: (tangent) => sumTo(mul(weight(), tangent), y.shape),
        vjp: (cotangent, reach) =>
          confined(
            mul(weight(), broadcastTo(cotangent, x.shape)),
            reach && (() => broadcastTo(reach(), x.shape)),
          ),
      };
    }),
  });
}

/** An extremum of many: equal ones share its derivative, and there it has no second one. */
function extremum(name: "max" | "min", kernel: Kernel<AxesParameters>): Op<AxesParameters> {
  return defineOp<typeof name>({
    name,
    traits: alongLines,
    kernel,
    shape: ({ axes }, x) => keepReduced(x, axes),
    derivative: ofOneArgument((_parameters, y, x) => {
      const top = once(() => broadcastTo(y, x.shape));
      const hits = once(() => equal(x, top()));
      const winners = (t: Tensor): Tensor => where(hits(), t, 0);
      const sharing = (of: Tensor): Tensor => broadcastTo(sumTo(of, y.shape), x.shape);
      const share = once(() =>
        jumping(div(1, sharing(hits())), [x, top()], (at, best) => {
          const equals = equal(at, best);
          return mul(equals, greater(sharing(equals), 1));
        }),
      );
      return {
        jvp: (tangent) => sumTo(winners(mul(share(), tangent)), y.shape),
        vjp: (cotangent, reach) =>
          chosen(
            winners,
            mul(share(), broadcastTo(cotangent, x.shape)),
            reach && (() => broadcastTo(reach(), x.shape)),
          ),
      };
    }),
  });
}

export const maxOp = /* @__PURE__ */ extremum("max", kernels.max);
export const minOp = /* @__PURE__ */ extremum("min", kernels.min);
export const logSumExpOp = /* @__PURE__ */ weightedReduction("logSumExp", kernels.logSumExp, (x, _y, axes) =>
  bind(softmaxOp, { axes }, x),
);
export const normOp = /* @__PURE__ */ weightedReduction("norm", kernels.norm, (x, _y, axes) =>
  bind(unitOp, { axes }, x),
);

export const prodOp = /* @__PURE__ */ weightedReduction("prod", kernels.prod, (x, _y, axes) =>
  productsOfOthers(x, axes),
);

/** A linear map of lines, whose cotangent reaches all of a line if any of it. */
function spread(
  push: (tangent: Tensor) => Tensor,
  pull: (cotangent: Tensor) => Tensor,
  shape: Shape,
  kept: Shape,
): LinearMap {
  return {
    jvp: push,
    vjp: (cotangent, reach) =>
      confined(pull(cotangent), reach && (() => broadcastTo(sumTo(reach(), kept), shape))),
  };
}

// The derivatives of unit, softmax and logSoftmax are projections. What rounding leaves of the part that they remove would
// hide a result that is much smaller than t: to remove it too, they are applied twice.

/** x/‖x‖, 0 at 0; its derivative (t − u·Σ u·t)/‖x‖ does not exist there. */
export const unitOp = /* @__PURE__ */ defineOp({
  name: "unit",
  traits: alongLines,
  kernel: kernels.unit,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axes }, u, x) => {
    const kept = keepReduced(x.shape, axes);
    const project = (t: Tensor): Tensor => sub(t, mul(u, sumTo(mul(u, t), kept)));
    const length = once(() => bind(normOp, { axes }, x));
    const apply = (t: Tensor): Tensor => div(project(project(t)), length());
    return spread(apply, apply, x.shape, kept);
  }),
});

/** p·(t − Σ p·t): the derivative of softmax, symmetric in its two sides. */
export const softmaxOp = /* @__PURE__ */ defineOp({
  name: "softmax",
  traits: alongLines,
  kernel: kernels.softmax,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axes }, p) => {
    const kept = keepReduced(p.shape, axes);
    const centre = (t: Tensor): Tensor => sub(t, sumTo(mul(p, t), kept));
    const apply = (t: Tensor): Tensor => mul(p, centre(centre(t)));
    return spread(apply, apply, p.shape, kept);
  }),
});

/** t − Σ p·t and its transpose c − p·Σ c, with p the softmax. */
export const logSoftmaxOp = /* @__PURE__ */ defineOp({
  name: "logSoftmax",
  traits: alongLines,
  kernel: kernels.logSoftmax,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axes }, _output, x) => {
    const kept = keepReduced(x.shape, axes);
    const p = once(() => bind(softmaxOp, { axes }, x));
    const centre = (t: Tensor): Tensor => sub(t, sumTo(mul(p(), t), kept));
    const transposed = (c: Tensor): Tensor => sub(c, mul(p(), sumTo(c, kept)));
    return spread(
      (t) => centre(centre(t)),
      (c) => transposed(transposed(c)),
      x.shape,
      kept,
    );
  }),
});

export const cumsumOp: Op<KernelParameters["cumsum"]> = /* @__PURE__ */ linear(
  { name: "cumsum", traits: alongLines, kernel: kernels.cumsum, shape: firstShape },
  (cotangent, { axis, reverse }) => bind(cumsumOp, { axis, reverse: !reverse }, cotangent),
);

/** Moves the axes to the end when they are not neighbours, so that each line is one run. */
function alignAxes(x: Tensor, axes: readonly number[]): { aligned: Tensor; order: number[]; last: number[] } {
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const areNeighbours = axes.every((axis, i) => axis === (axes[0] ?? 0) + i);
  const order = areNeighbours ? x.shape.map((_, axis) => axis) : [...others, ...axes];
  return { aligned: transpose(x, order), order, last: axes.map((axis) => order.indexOf(axis)) };
}

function finish(kept: Tensor, shape: Shape, axes: readonly number[], keepDims = false): Tensor {
  return reshape(kept, keepDims ? keepReduced(shape, axes) : dropAxes(shape, axes));
}

export const reduceOptions = { axis: "any", keepDims: "boolean", where: "any" } as const;
const axisOption = { axis: "any" } as const;

/** x with a number in the place of what is left out. */
export function masked(name: string, x: Tensor, mask: Tensor | undefined, otherwise: number): Tensor {
  if (mask === undefined) return x;
  checkTensor(name, mask, "where");
  oneFloat(name, [x.dtype, mask.dtype]);
  checkBroadcastTo(name, mask.shape, x.shape);
  return where(mask, x, otherwise);
}

/** A reduction to the value of an op, with the number that it makes of no elements. */
function reduceWith(op: Op<AxesParameters>, ofNone: number, x: TensorLike, options: ReduceOptions): Tensor {
  checkOptions(op.name, options, reduceOptions);
  const input = masked(op.name, lift(op.name, x), options.where, ofNone);
  const axes = normalizeAxes(op.name, options.axis, input.shape);
  if ((op === maxOp || op === minOp) && axes.some((axis) => input.shape[axis] === 0)) {
    throw new ShapeError(`${op.name}: ${showShape(input.shape)} has no elements to choose from`);
  }
  const { aligned, last } = alignAxes(input, axes);
  return finish(bind(op, { axes: last }, aligned), input.shape, axes, options.keepDims);
}

function normalizeWith(op: Op<AxesParameters>, x: TensorLike, options: Pick<ReduceOptions, "axis">): Tensor {
  checkOptions(op.name, options, axisOption);
  const { axis = -1 } = options;
  const input = lift(op.name, x);
  const { aligned, order, last } = alignAxes(input, normalizeAxes(op.name, axis, input.shape));
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return transpose(bind(op, { axes: last }, aligned), inverse);
}

/** Σx. */
export function sum(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return sumAs("sum", x, options);
}

/** The sum, in errors under another name. */
export function sumAs(name: string, x: TensorLike, options: ReduceOptions): Tensor {
  checkOptions(name, options, reduceOptions);
  const input = masked(name, lift(name, x), options.where, 0);
  oneFloat(name, [input.dtype]);
  const axes = normalizeAxes(name, options.axis, input.shape);
  return finish(sumTo(input, keepReduced(input.shape, axes)), input.shape, axes, options.keepDims);
}

/** The largest element; equal ones share the derivative. @throws ShapeError when an axis is empty */
export function max(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return reduceWith(maxOp, Number.NEGATIVE_INFINITY, x, options);
}

/** The smallest element; equal ones share the derivative. @throws ShapeError when an axis is empty */
export function min(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return reduceWith(minOp, Number.POSITIVE_INFINITY, x, options);
}

/** Πx, and 1 of no elements. Its derivatives are right at zeros, too. */
export function prod(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return reduceWith(prodOp, 1, x, options);
}

/** log Σ eˣ, without overflow. */
export function logSumExp(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return reduceWith(logSumExpOp, Number.NEGATIVE_INFINITY, x, options);
}

/** The Euclidean norm √Σx². Its derivative x/‖x‖ is taken to be 0 at 0, where it does not exist. */
export function norm(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return reduceWith(normOp, 0, x, options);
}

/** eˣ/Σeˣ along the axes, the last one unless said. */
export function softmax(x: TensorLike, options: Pick<ReduceOptions, "axis"> = {}): Tensor {
  return normalizeWith(softmaxOp, x, options);
}

/** x − log Σ eˣ along the axes, the last one unless said. */
export function logSoftmax(x: TensorLike, options: Pick<ReduceOptions, "axis"> = {}): Tensor {
  return normalizeWith(logSoftmaxOp, x, options);
}

/** Running sums along an axis, the first one unless said. */
export function cumsum(x: TensorLike, options: { readonly axis?: number } = {}): Tensor {
  checkOptions("cumsum", options, axisOption);
  const { axis = 0 } = options;
  const input = lift("cumsum", x);
  return bind(cumsumOp, { axis: normalizeAxis("cumsum", axis, input.shape), reverse: false }, input);
}

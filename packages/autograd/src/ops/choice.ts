import type { Kernel } from "../backend.ts";
import * as binaryKernels from "../backends/js/binary.ts";
import * as unaryKernels from "../backends/js/unary.ts";
import type { F32x4 } from "../backends/wasm/emitter/vector.ts";
import * as arithmetic from "../backends/wasm/maths/arithmetic.ts";
import * as comparisons from "../backends/wasm/maths/comparison.ts";
import type { Elementwise } from "../backends/wasm/maths/elementwise.ts";
import { bind, defineOp, type Op, type OpDeclaration, oneFloat } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastTogether } from "./broadcast.ts";
import {
  constant,
  elementByElement,
  firstShape,
  lift,
  type PlainName,
  pair,
  perArgument,
} from "./construct.ts";
import { asBinary, asUnary, type Binary, choosing, scaling, type Unary, unary } from "./pointwise.ts";
import { once, within } from "./reach.ts";

/** 1 or 0, with a derivative of zero. */
function comparison(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<[F32x4, F32x4]>,
  commutative = false,
): Binary {
  return asBinary(
    constant<PlainName>(elementByElement(name, kernel, lanes, "light", { commutative, finite: true })),
  );
}

// Comparisons and choice

/** 1 where x > y, else 0; no gradient. */
export const greater: Binary = /* @__PURE__ */ comparison(
  "greater",
  binaryKernels.greater,
  comparisons.greater,
);
/** 1 where x ≥ y, else 0; no gradient. */
export const greaterEqual: Binary = /* @__PURE__ */ comparison(
  "greaterEqual",
  binaryKernels.greaterEqual,
  comparisons.greaterEqual,
);
/** 1 where x < y, else 0; no gradient. */
export const less: Binary = /* @__PURE__ */ comparison("less", binaryKernels.less, comparisons.less);
/** 1 where x ≤ y, else 0; no gradient. */
export const lessEqual: Binary = /* @__PURE__ */ comparison(
  "lessEqual",
  binaryKernels.lessEqual,
  comparisons.lessEqual,
);
/** 1 where x = y, else 0; no gradient. */
export const equal: Binary = /* @__PURE__ */ comparison(
  "equal",
  binaryKernels.equal,
  comparisons.equal,
  true,
);

export const whereOp = /* @__PURE__ */ defineOp<PlainName>({
  .../* @__PURE__ */ elementByElement("where", binaryKernels.where, comparisons.where, "light"),
  derivative: (_parameters, _output, condition) =>
    perArgument(
      condition
        ? [null, choosing((t) => where(condition, t, 0)), choosing((t) => where(condition, 0, t))]
        : [],
      add,
    ),
});

/** a where the condition is not 0, b elsewhere; all three broadcast together. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return bind(whereOp, {}, ...broadcastTogether("where", [condition, a, b]));
}
// Kinks

/** Where a function jumps, given what it is a function of. */
export interface JumpParameters {
  jumps(...x: Tensor[]): Tensor;
}

/** The first input, which as a function of the others has no derivative where it jumps: NaN there. Computes nothing. */
export const jumpOp: Op<JumpParameters> = {
  name: "jump",
  traits: { kind: "composite" },
  shape: firstShape,
  dtype: (_parameters, ...inputs) => oneFloat("jump", inputs),
  kernel: () => null,
  expand: (_parameters, ...inputs) => pair(inputs)[0],
  derivative: ({ jumps }, _output, _value, ...x) => {
    const nowhere = scaling(() => where(jumps(...x), Number.NaN, 0));
    return perArgument([{ jvp: (t) => t, vjp: within }, ...x.map(() => nowhere)], add);
  },
};

/**
 * A first derivative that jumps at a kink, where its value is a convention: without this, its own derivative there would
 * be 0, and the second derivatives of |x|² and the like wrong.
 */
export function jumping(value: Tensor, x: readonly Tensor[], jumps: JumpParameters["jumps"]): Tensor {
  return bind(jumpOp, { jumps }, value, ...x);
}

/** max(x, 0); at 0 it has all derivatives of its left side, 0. */
export const relu: Unary = /* @__PURE__ */ asUnary(
  /* @__PURE__ */ defineOp<PlainName>({
    .../* @__PURE__ */ elementByElement("relu", unaryKernels.relu, arithmetic.relu, "instruction"),
    derivative: (_parameters, _output, ...inputs) =>
      perArgument(
        inputs.map((x) => choosing((t) => where(greater(x, 0), t, 0))),
        add,
      ),
  }),
);

/** |x|, with derivative 0 at 0, and no second one there. */
export const abs: Unary = /* @__PURE__ */ unary("abs", unaryKernels.abs, arithmetic.abs, "instruction", (x) =>
  jumping(sign(x), [x], (at) => equal(at, 0)),
);

export const signOp = /* @__PURE__ */ constant<PlainName>(
  /* @__PURE__ */ elementByElement("sign", unaryKernels.sign, comparisons.sign, "light"),
);

/** −1, 0 or 1; no gradient. */
export function sign(x: TensorLike): Tensor {
  return bind(signOp, {}, lift("sign", x));
}

/** An extremum of two: each has the derivative where the other does not win, and half of it at equality. */
function extremum(
  declaration: Omit<OpDeclaration<PlainName>, "derivative">,
  wins: (x: Tensor, y: Tensor) => Tensor,
): Binary {
  return asBinary(
    defineOp<PlainName>({
      ...declaration,
      derivative: (_parameters, _output, ...inputs) => {
        const [x, y] = pair(inputs);
        const share = once(() => jumping(where(equal(x, y), 0.5, 1), [x, y], equal));
        const scale = (t: Tensor): Tensor => mul(share(), t);
        return perArgument(
          [choosing((t) => where(wins(y, x), 0, t), scale), choosing((t) => where(wins(x, y), 0, t), scale)],
          add,
        );
      },
    }),
  );
}

/** The larger of x and y; at equality each has half of the derivative, and there is no second one. */
export const maximum: Binary = /* @__PURE__ */ extremum(
  /* @__PURE__ */ elementByElement("maximum", binaryKernels.maximum, arithmetic.maximum, "light", {
    commutative: true,
  }),
  (x, y) => greater(x, y),
);

/** The smaller of x and y; at equality each has half of the derivative, and there is no second one. */
export const minimum: Binary = /* @__PURE__ */ extremum(
  /* @__PURE__ */ elementByElement("minimum", binaryKernels.minimum, arithmetic.minimum, "light", {
    commutative: true,
  }),
  (x, y) => less(x, y),
);

/** x held between two bounds. */
export function clamp(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  const [input = 0, least = 0, most = 0] = broadcastTogether("clamp", [x, low, high]);
  return minimum(maximum(input, least), most);
}

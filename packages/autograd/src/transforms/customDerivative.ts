import { checkFunction, checkOptions } from "../arguments.ts";
import { within } from "../interpret/escape.ts";
import { Tape } from "../interpret/tape.ts";
import { isConcrete } from "../op.ts";
import { showShape } from "../shape.ts";
import { Dense, type Tensor, zerosLike } from "../tensor.ts";
import * as tree from "../tree.ts";
import { checkRule, type DerivativeRule } from "./derivativeRule.ts";
import { asOneOp, joined, type ProgramParameters, parted, programOp } from "./programOp.ts";
import { matching } from "./record.ts";

export interface CustomParameters extends ProgramParameters {
  /** How many of the inputs are the function's arguments; the others are what it closes over. */
  readonly count: number;
  /** The tangent of the joined result. */
  readonly push: ((primals: readonly Tensor[], tangents: readonly Tensor[], output: Tensor) => Tensor) | null;
  /** The cotangents of the arguments. */
  readonly pull: ((primals: readonly Tensor[], cotangent: Tensor, output: Tensor) => Tensor[]) | null;
}

/** A rule that is linear in directions, at 0: its derivative there is the rule, and read backwards its transpose. */
export const customDerivativeOp = /* @__PURE__ */ programOp<CustomParameters>(
  "customDerivative",
  ({ count, push, pull }, output, ...inputs) => {
    const primals = inputs.slice(0, count);
    return {
      jvp(tangents) {
        checkConstants(inputs, count, (i) => tangents[i] !== null);
        if (push !== null)
          return push(
            primals,
            primals.map((x, i) => tangents[i] ?? zerosLike(x)),
            output,
          );
        if (pull === null) return null;
        const tape = new Tape();
        const cotangent = tape.input(zerosLike(output));
        const pulled = within(tape, () => pull(primals, cotangent, output)).map((x) => tape.indexOf(x));
        const [sum] = tape.pull(pulled, tangents.slice(0, count), 1, true);
        return sum?.cotangent ?? null;
      },
      vjp(cotangent, wanted, reach) {
        checkConstants(inputs, count, (i) => wanted[i] === true);
        if (pull !== null) return pull(primals, cotangent, output).map((x, i) => (wanted[i] ? x : null));
        if (push === null) return [];
        const tape = new Tape();
        const tangents = primals.map((x) => tape.input(zerosLike(x)));
        const pushed = tape.indexOf(within(tape, () => push(primals, tangents, output)));
        const pulled = tape.pull([pushed], [{ cotangent, reach, exact: true }], count, true);
        return pulled.map((sum, i) => (wanted[i] && sum !== null ? { ...sum, exact: true } : null));
      },
    };
  },
);

/** Throws where something is differentiated that the function closes over: its rule does not speak of it. */
function checkConstants(inputs: readonly Tensor[], count: number, moves: (i: number) => boolean): void {
  const at = inputs.findIndex((x, i) => i >= count && x.dtype !== "uint32" && moves(i));
  if (at < 0) return;
  throw new Error(
    `customDerivative: the function closes over a tensor ${showShape(inputs[at]?.shape ?? [])} that is being ` +
      "differentiated, of which its rule knows nothing; make it an argument, or wrap it in stopGradient",
  );
}

/**
 * f with a derivative of one's own: for a formula that is more stable than what the rules of its ops make, or for one that is
 * no derivative, such as a clipped gradient. Give `jvp` or `vjp`; either serves both modes, the other one by transposition,
 * and being written in ops has derivatives of any order. A `vjp` that is not linear in the cotangent counts in forward mode
 * with its derivative at 0.
 *
 * f runs once per call for its ops, as under `checkpoint`, so that its control flow cannot depend on values. The rule may
 * close over constants, and over nothing from inside of a transform: make that an argument.
 *
 * @returns a function of f's arguments whose results are of one floating dtype
 * @throws TypeError unless one of the two rules is given
 * @throws ShapeError when a rule returns another structure, another shape or another dtype than it should
 * @throws Error when something is differentiated that f closes over, and with `checkGradients` when the rule is off
 *
 * @example
 * ```ts
 * import { add, customDerivative, exp, grad, log, mul, sigmoid, type Tensor, tensor } from "@scoretape/autograd";
 *
 * // log(1 + eˣ), whose own derivative eˣ/(1 + eˣ) is ∞/∞ for large x.
 * const plain = (x: Tensor) => log(add(1, exp(x)));
 * const log1pexp = customDerivative(plain, { jvp: ([x], [t]) => mul(sigmoid(x), t) });
 * console.log(grad(plain)(tensor(100)).item(), grad(log1pexp)(tensor(100)).item()); // NaN 1
 * ```
 */
export function customDerivative<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  f: (...primals: A) => R,
  rule: DerivativeRule<A, R>,
): (...primals: A) => R {
  const name = "customDerivative";
  checkFunction(name, f);
  checkOptions(name, rule, { jvp: "function", vjp: "function", checkGradients: "boolean" });
  const { jvp, vjp } = rule;
  if ((jvp === undefined) === (vjp === undefined)) {
    throw new TypeError(
      `${name}: give one rule, jvp or vjp; there are ${jvp === undefined ? "none" : "both"}`,
    );
  }
  let isDue = rule.checkGradients === true;
  return (...primals) => {
    const arguments_ = tree.flatten(primals, name);
    if (isDue && arguments_.leaves.every(isConcrete)) {
      isDue = false;
      checkRule(f, rule, arguments_.unflatten(arguments_.leaves.map(plain)));
    }
    const count = arguments_.leaves.length;
    return asOneOp(customDerivativeOp, f, primals, (program, result) => {
      const whole = (flat: Tensor): R => result.unflatten(parted(flat, program.outputs));
      return {
        program,
        count,
        push:
          jvp === undefined
            ? null
            : (x, t, output) => {
                const tangent = jvp(arguments_.unflatten(x), arguments_.unflatten(t), whole(output));
                return joined(matching(`${name}: jvp`, "tangent", tangent, whole(output)));
              },
        pull:
          vjp === undefined
            ? null
            : (x, cotangent, output) => {
                const pulled = vjp(arguments_.unflatten(x), whole(cotangent), whole(output));
                return matching(`${name}: vjp`, "cotangent", pulled, arguments_.unflatten(x));
              },
      };
    });
  };
}

/** The tensor with nothing around it. */
function plain({ shape, data, dtype, backend }: Tensor): Tensor {
  return new Dense(shape, data, dtype, backend);
}

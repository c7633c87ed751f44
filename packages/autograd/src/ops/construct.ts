import { kindOf } from "../arguments.ts";
import type { ElementwiseParameters, Kernel, KernelName, KernelParameters, None } from "../backend.ts";
import { acceleratedElementwise } from "../backends/wasm/eager/accelerated.ts";
import type { F32x4 } from "../backends/wasm/emitter/vector.ts";
import type { Cost, Elementwise } from "../backends/wasm/maths/elementwise.ts";
import {
  bind,
  type Confined,
  type Derivative,
  type Direction,
  defineOp,
  type Op,
  type OpDeclaration,
  type Reach,
} from "../op.ts";
import type { Shape } from "../shape.ts";
import { full, onesLike, Tensor, type TensorLike, zerosLike } from "../tensor.ts";
import { confined, once, within } from "./reach.ts";

// The traits of ops that have no more to say of themselves.

export const moves = { kind: "movement" } as const;
export const sums = { kind: "sum" } as const;
export const alongLines = { kind: "lines" } as const;
export const matrices = { kind: "matrices" } as const;
export const draws = { kind: "random" } as const;

/** The ops that work element by element and have no parameters. */
export type PlainName = {
  [K in keyof ElementwiseParameters]: ElementwiseParameters[K] extends None ? K : never;
}[keyof ElementwiseParameters];

/**
 * The declaration of an op that works element by element, without its derivative: its reference kernel, its form for
 * vectors, and what that costs.
 */
export function elementByElement(
  name: PlainName,
  kernel: Kernel,
  lanes: Elementwise<F32x4[]>,
  cost: Cost,
  rules: { readonly commutative?: boolean; readonly finite?: boolean } = {},
): Omit<OpDeclaration<PlainName>, "derivative"> {
  return {
    name,
    traits: { kind: "elementwise", cost, lanes: () => lanes, ...rules },
    kernel,
    accelerated: acceleratedElementwise(name, kernel, lanes, cost),
    shape: firstShape,
  };
}

/** The derivative with respect to one argument: a linear map and its transpose. */
export interface LinearMap {
  jvp(tangent: Tensor): Tensor;
  vjp(cotangent: Tensor, reach: Reach): Tensor | Confined;
}

/** A derivative from one linear map per argument; `null` for an argument without one. */
export function perArgument(
  maps: readonly (LinearMap | null)[],
  sum: (x: Tensor, y: Tensor) => Tensor,
): Derivative {
  return {
    jvp(tangents) {
      let total: Direction = null;
      maps.forEach((map, i) => {
        const tangent = tangents[i] ?? null;
        if (map === null || tangent === null) return;
        const part = map.jvp(tangent);
        total = total === null ? part : sum(total, part);
      });
      return total;
    },
    vjp: (cotangent, wanted, reach) =>
      maps.map((map, i) => (wanted[i] && map !== null ? map.vjp(cotangent, reach) : null)),
  };
}

/** The derivative of an op of one argument, from its linear map where the op has the value `output`. */
export function ofOneArgument<Parameters>(
  mapAt: (parameters: Parameters, output: Tensor, x: Tensor) => LinearMap,
): (parameters: Parameters, output: Tensor, ...inputs: Tensor[]) => Derivative {
  return (parameters, output, ...inputs) =>
    perArgument(
      inputs.map((x) => mapAt(parameters, output, x)),
      // There is one part, and so no sum.
      (part) => part,
    );
}

/** The transpose of a linear op: from the cotangent to the cotangent of input `index`. */
export type Transpose<Parameters> = (
  cotangent: Tensor,
  parameters: Parameters,
  inputs: readonly Shape[],
  index: number,
) => Tensor;

/**
 * An op that is linear in all its inputs together: its own JVP, and its transpose as VJP. No coefficient is negative, so
 * that the transpose of a reach is the reach of the transpose; `partial` says that the op leaves elements out.
 */
export function linear<K extends KernelName>(
  declaration: Omit<OpDeclaration<K>, "derivative">,
  transpose: Transpose<KernelParameters[K]>,
  { partial = false }: { readonly partial?: boolean } = {},
): Op<KernelParameters[K]> {
  const op: Op<KernelParameters[K]> = defineOp<K>({
    ...declaration,
    derivative: (parameters, _output, ...inputs) => ({
      jvp: (tangents) => bind(op, parameters, ...inputs.map((x, i) => tangents[i] ?? zerosLike(x))),
      vjp(cotangent, wanted, reach) {
        const shapes = inputs.map((x) => x.shape);
        const before = reach ?? (partial ? () => onesLike(cotangent) : null);
        return shapes.map((_, i) => {
          if (!wanted[i]) return null;
          const pull = (c: Tensor): Tensor => transpose(c, parameters, shapes, i);
          return within(pull(cotangent), before && once(() => pull(before())));
        });
      },
    }),
  });
  return op;
}

/** The transpose of a bilinear op in one argument: from the cotangent and the other argument. */
export type PartialTranspose<Parameters> = (
  cotangent: Tensor,
  other: Tensor,
  parameters: Parameters,
) => Tensor;

/**
 * An op that is linear in each of two inputs: x·y ↦ ẋ·y + x·ẏ, with one transpose for each. An `elementwise` one passes
 * its reach on.
 */
export function bilinear<K extends KernelName>(
  declaration: Omit<OpDeclaration<K>, "derivative">,
  sum: (x: Tensor, y: Tensor) => Tensor,
  transposeX: PartialTranspose<KernelParameters[K]>,
  transposeY: PartialTranspose<KernelParameters[K]>,
  { elementwise = false }: { readonly elementwise?: boolean } = {},
): Op<KernelParameters[K]> {
  const op: Op<KernelParameters[K]> = defineOp<K>({
    ...declaration,
    derivative: (parameters, _output, ...inputs) => {
      const [x, y] = pair(inputs);
      const passed = (reach: Reach): Reach => (elementwise ? reach : null);
      return perArgument(
        [
          {
            jvp: (t) => bind(op, parameters, t, y),
            vjp: (c, reach) => confined(transposeX(c, y, parameters), passed(reach)),
          },
          {
            jvp: (t) => bind(op, parameters, x, t),
            vjp: (c, reach) => confined(transposeY(c, x, parameters), passed(reach)),
          },
        ],
        sum,
      );
    },
  });
  return op;
}

/** An op whose derivative is zero wherever it exists. */
export function constant<K extends KernelName>(
  declaration: Omit<OpDeclaration<K>, "derivative">,
): Op<KernelParameters[K]> {
  return defineOp<K>({ ...declaration, derivative: null });
}

/** Makes a number a scalar tensor of the dtype of the tensor that it meets. @throws TypeError for anything else */
export function lift(name: string, x: TensorLike, like: TensorLike = x): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x !== "number") throw new TypeError(`${name}: expected a tensor or a number, got ${kindOf(x)}`);
  return full([], x, like instanceof Tensor ? { dtype: like.dtype } : {});
}

/** The two inputs of an op of two arguments. */
export function pair(inputs: readonly Tensor[]): readonly [Tensor, Tensor] {
  const [x, y] = inputs;
  if (x === undefined || y === undefined) throw new TypeError("an op of two arguments got fewer");
  return [x, y];
}

/** The shape rule of ops whose inputs have the result's shape. */
export function firstShape(_parameters: unknown, ...inputs: Shape[]): Shape {
  return inputs[0] ?? [];
}

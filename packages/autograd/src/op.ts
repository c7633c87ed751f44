import {
  type Backend,
  type ElementwiseParameters,
  eager,
  type Kernel,
  type KernelName,
  type KernelParameters,
  type Kernels,
  type LineParameters,
  type MatrixParameters,
  type MovementParameters,
  type Operand,
  type RandomParameters,
  type SumParameters,
} from "./backend.ts";
import type { F32x4 } from "./backends/wasm/emitter/vector.ts";
import type { Cost, Elementwise } from "./backends/wasm/maths/elementwise.ts";
import type { PlannedKernel } from "./backends/wasm/planned.ts";
import { allocate, type DType, type Values } from "./dtype.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { checkTensor, Dense, Tensor } from "./tensor.ts";

/** A tangent or a cotangent; `null` is an exact zero, which costs nothing. */
export type Direction = Tensor | null;

/**
 * Where a cotangent can be other than 0: a tensor of its shape that is 0 where it cannot, computed when first asked
 * for; `null` is everywhere. Where a branch was not chosen, or an element left out, no derivative behind it counts.
 */
export type Reach = (() => Tensor) | null;

/** A cotangent with its reach. Unless it is `exact`, what a partial derivative made of a 0 outside may be NaN. */
export interface Confined {
  readonly cotangent: Tensor;
  readonly reach: Reach;
  readonly exact: boolean;
}

/**
 * The derivative of an op at a point: a linear map and its transpose, written in ops. What the map needs
 * from the point is computed once and shared by every push and pull.
 */
export interface Derivative {
  /** J·t: the tangent of the output from one tangent per input. */
  jvp(tangents: readonly Direction[]): Direction;
  /** Jᵀ·c: one cotangent per input; only those that are wanted need be computed. */
  vjp(cotangent: Tensor, wanted: readonly boolean[], reach: Reach): readonly (Direction | Confined)[];
}

/** What passes, fused loops and threads ask of an op that works element by element, whatever the shape. */
export interface ElementwiseTraits<Parameters> {
  readonly kind: "elementwise";
  readonly cost: Cost;
  /** Whether the order of its arguments does not matter. */
  readonly commutative?: boolean;
  /** Whether its result is a finite number whatever its arguments are, infinite or NaN. */
  readonly finite?: boolean;
  /** Its form for vectors, of which a fused loop is made. */
  lanes(parameters: Parameters): Elementwise<F32x4[]>;
}

/** A sum of elements, or of products of elements; it may bring the kernel that compiled programs run. */
export interface SumTraits<Parameters> {
  readonly kind: "sum";
  /** That kernel for float32 arrays of these shapes; what is empty needs none. */
  plan?(parameters: Parameters, ...inputs: Shape[]): PlannedKernel;
}

/** How an op meets the elements of its arguments; `composite`: it stands for several ops. */
export type Traits<Parameters> =
  | ElementwiseTraits<Parameters>
  | SumTraits<Parameters>
  | { readonly kind: "movement" | "lines" | "matrices" | "random" | "composite" };

/** The traits that an op must declare, by its name. */
type RequiredTraits = {
  readonly [K in keyof ElementwiseParameters]: ElementwiseTraits<ElementwiseParameters[K]>;
} & { readonly [K in keyof MovementParameters]: { readonly kind: "movement" } } & {
  readonly [K in keyof SumParameters]: SumTraits<SumParameters[K]>;
} & { readonly [K in keyof LineParameters]: { readonly kind: "lines" } } & {
  readonly [K in keyof MatrixParameters]: { readonly kind: "matrices" };
} & {
  readonly [K in keyof RandomParameters]: { readonly kind: "random" };
};

/**
 * One primitive function of tensors, declared once: its shape rule, its traits, its reference kernel and its derivative.
 * Inputs arrive broadcast, so no rule ever sees shapes that do not fit.
 */
export interface Op<Parameters extends object> {
  readonly name: string;
  readonly traits: Traits<Parameters>;
  /** Which inputs fit together, and the shape of the result. */
  shape(parameters: Parameters, ...inputs: Shape[]): Shape;
  /** The dtype of the result; throws for inputs that the op does not take. */
  dtype(parameters: Parameters, ...inputs: DType[]): DType;
  /** The values, on the given backend. `null`: the result is the first input's data under another shape. */
  kernel(backend: Backend): Kernel<Parameters> | null;
  /** The derivative at `inputs`, where the op has the value `output`; `null` when it is zero everywhere. */
  derivative: ((parameters: Parameters, output: Tensor, ...inputs: Tensor[]) => Derivative) | null;
  /** For an op that stands for several: applies those, where a program is captured. */
  expand?(parameters: Parameters, ...inputs: Tensor[]): Tensor;
}

/** What an op is made from; `dtype` is "all inputs are of one floating dtype" unless given. */
export interface OpDeclaration<K extends KernelName> {
  readonly name: K;
  readonly traits: RequiredTraits[K] & Traits<KernelParameters[K]>;
  /** The reference kernel; `null` for an op that is its argument. */
  readonly kernel: Kernel<KernelParameters[K]> | null;
  /** The kernel that runs instead on the default backend. */
  readonly accelerated?: Kernel<KernelParameters[K]>;
  shape(parameters: KernelParameters[K], ...inputs: Shape[]): Shape;
  dtype?(parameters: KernelParameters[K], ...inputs: DType[]): DType;
  readonly derivative:
    | ((parameters: KernelParameters[K], output: Tensor, ...inputs: Tensor[]) => Derivative)
    | null;
}

/** Declares an op. */
export function defineOp<K extends KernelName>(declaration: OpDeclaration<K>): Op<KernelParameters[K]> {
  const { name, kernel, accelerated = kernel } = declaration;
  return {
    name,
    traits: declaration.traits,
    shape: declaration.shape,
    dtype: declaration.dtype ?? ((_parameters, ...inputs) => oneFloat(name, inputs)),
    kernel(backend) {
      if (kernel === null) return null;
      const replacement: Kernels = backend;
      return replacement[name] ?? (backend.accelerated === true ? accelerated : kernel);
    },
    derivative: declaration.derivative,
  };
}

/** The one floating dtype of all inputs. */
export function oneFloat(name: string, inputs: readonly DType[]): DType {
  const dtype = oneDType(name, inputs);
  if (dtype === "uint32") {
    throw new TypeError(`${name}: takes floating-point tensors, not uint32 keys or indices; use cast first`);
  }
  return dtype;
}

/** The one dtype of all inputs, whatever it is. */
export function oneDType(name: string, inputs: readonly DType[]): DType {
  const [first] = inputs;
  if (first === undefined) throw new TypeError(`${name}: needs at least one tensor`);
  for (const dtype of inputs) {
    if (dtype !== first) {
      throw new TypeError(`${name}: dtypes differ: ${first} and ${dtype}; convert one of them with cast`);
    }
  }
  return first;
}

/**
 * A stand-in for a tensor inside a transform. An op that meets one is handed to its interpreter.
 */
export abstract class Tracer extends Tensor {
  abstract readonly interpreter: Interpreter;
  /** The tensor that it stands for; `null` while there is none, in a program that is being captured. */
  abstract readonly primal: Tensor | null;
}

/**
 * Whether the elements of x can be read. They cannot inside a function that is being captured, where x only
 * has a shape and a dtype: a check of values asks first.
 */
export function isConcrete(x: Tensor): boolean {
  checkTensor("isConcrete", x);
  let value: Tensor | null = x;
  while (value instanceof Tracer) value = value.primal;
  return value !== null;
}

/**
 * Whether x stands in for a tensor inside a transform. A function that computes with x's elements as plain numbers
 * asks first: the transform would not see what it does, and take its result for a constant.
 *
 * @example
 * ```ts
 * import { grad, isTraced, mul, type Tensor, tensor } from "@scoretape/autograd";
 *
 * const x = tensor(3);
 * const seen = [isTraced(x)];
 * grad((y: Tensor) => {
 *   seen.push(isTraced(y));
 *   return mul(y, y);
 * })(x);
 * console.log(seen.join(" ")); // false true
 * ```
 */
export function isTraced(x: Tensor): boolean {
  checkTensor("isTraced", x);
  return x instanceof Tracer;
}

/** Gives ops a meaning other than their values: records them, or carries tangents along. */
export interface Interpreter {
  /** Later transforms are inner ones: an op goes to the highest level among its arguments. */
  readonly level: number;
  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor;
}

/** An op with several results, such as a loop, which brings a rule for every interpreter. */
export interface ManyOp {
  readonly name: string;
  /** The values of the results. */
  evaluate(inputs: readonly Tensor[]): Tensor[];
  /** What an interpreter makes of it. */
  interpret(interpreter: Interpreter, inputs: readonly Tensor[]): Tensor[];
}

let levels = 0;

/** A level above all that exist: nesting needs an order, and no stack. */
export function nextLevel(): number {
  levels += 1;
  return levels;
}

/** Applies an op: by the innermost interpreter among the arguments, or else by its kernel. */
export function bind<P extends object>(op: Op<P>, parameters: P, ...inputs: Tensor[]): Tensor {
  const interpreter = innermost(inputs);
  return interpreter === null ? evaluate(op, parameters, inputs) : interpreter.bind(op, parameters, inputs);
}

/** Applies an op with several results: by its rule for the innermost interpreter, or else by its values. */
export function bindAll(op: ManyOp, ...inputs: Tensor[]): Tensor[] {
  const interpreter = innermost(inputs);
  return interpreter === null ? op.evaluate(inputs) : op.interpret(interpreter, inputs);
}

function innermost(inputs: readonly Tensor[]): Interpreter | null {
  let found: Interpreter | null = null;
  for (const input of inputs) {
    if (input instanceof Tracer && (found === null || input.interpreter.level > found.level)) {
      found = input.interpreter;
    }
  }
  return found;
}

/** The values of an op, by the kernel of its inputs' backend. */
function evaluate<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
  const shape = op.shape(parameters, ...inputs.map(shapeOf));
  const dtype = op.dtype(parameters, ...inputs.map(typeOf));
  const backend = commonBackend(op.name, inputs);
  const kernel = op.kernel(backend);
  if (kernel === null) return new Dense(shape, firstData(inputs), dtype, backend);
  const data = allocate(op.name, dtype, sizeOf(shape));
  const output: Operand = { shape, dtype, data };
  kernel(output, parameters, ...inputs);
  return new Dense(shape, data, dtype, backend);
}

/** A backend that was named wins over the default one; two such backends do not mix. */
export function commonBackend(name: string, inputs: readonly Tensor[]): Backend {
  let backend = eager;
  for (const input of inputs) {
    if (input.backend === backend || input.backend === eager) continue;
    if (backend !== eager) {
      throw new TypeError(
        `${name}: tensors live on two backends, ${backend.name} and ${input.backend.name}; ` +
          "make both with the same { backend }",
      );
    }
    backend = input.backend;
  }
  return backend;
}

function shapeOf(x: Tensor): Shape {
  return x.shape;
}

function typeOf(x: Tensor): DType {
  return x.dtype;
}

function firstData(inputs: readonly Tensor[]): Values {
  const [first] = inputs;
  if (first === undefined) throw new TypeError("an op that renames data needs an input");
  return first.data;
}

import type { Values } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type {
  ElementType,
  PrimitiveEquation,
  PrimitiveName,
  PrimitiveParameters,
  Region,
  Value,
} from "./primitives.ts";

/** A constant of more elements is not looked for among those before it. */
const LONGEST_NAMED = 64;

/** Equal primitive, equal parameters, equal inputs: equal text. */
function signature(parameters: object, ...rest: readonly unknown[]): string | null {
  const values: unknown = "values" in parameters ? parameters.values : 0;
  if (typeof values === "object" && sizeOfList(values) > LONGEST_NAMED) return null;
  const show = (value: unknown): unknown =>
    typeof value === "number" && !(Number.isFinite(value) && !Object.is(value, -0))
      ? `${1 / value}/${value}`
      : value;
  return JSON.stringify([parameters, ...rest], (_key, value: unknown) => show(value));
}

function sizeOfList(values: object | null): number {
  return values !== null && "length" in values && typeof values.length === "number" ? values.length : 0;
}

/**
 * Writes equations of primitives one after another. What was written before, here or around a region, is not written
 * again; a step that changes nothing is not written at all; nor is one that has no elements.
 */
export class Equations {
  private readonly equations: PrimitiveEquation[] = [];
  private readonly known = new Map<string, Value>();
  private readonly around: Equations | null;
  private readonly outermost: Equations;
  private count = 0;

  constructor(around: Equations | null = null) {
    this.around = around;
    this.outermost = around === null ? this : around.outermost;
  }

  /** A value that no equation defines. */
  fresh(shape: Shape, type: ElementType): Value {
    return { id: this.outermost.count++, shape: [...shape], type };
  }

  /** What was written, between inputs and outputs. */
  finish(inputs: readonly Value[], outputs: readonly Value[]): Region {
    return { inputs, equations: this.equations, outputs };
  }

  /** All elements equal, or each of them; constants stand outside of all regions. */
  constant(values: number | Values, shape: Shape, type: ElementType): Value {
    const isEmpty = sizeOf(shape) === 0;
    return this.outermost.emit("constant", { values: isEmpty ? 0 : values }, [], shape, type);
  }

  protected emit<K extends PrimitiveName>(
    primitive: K,
    parameters: PrimitiveParameters[K],
    inputs: readonly Value[],
    shape: Shape,
    type: ElementType,
  ): Value {
    if (sizeOf(shape) === 0 && primitive !== "constant") return this.constant(0, shape, type);
    const key = signature(
      parameters,
      primitive,
      inputs.map(({ id }) => id),
      shape,
      type,
    );
    const earlier = key === null ? undefined : this.find(key);
    if (earlier !== undefined) return earlier;
    const output = this.fresh(shape, type);
    this.push(primitive, parameters, inputs, [output]);
    if (key !== null) this.known.set(key, output);
    return output;
  }

  protected emitAll<K extends PrimitiveName>(
    primitive: K,
    parameters: PrimitiveParameters[K],
    inputs: readonly Value[],
    like: readonly Pick<Value, "shape" | "type">[],
  ): Value[] {
    const outputs = like.map(({ shape, type }) => this.fresh(shape, type));
    this.push(primitive, parameters, inputs, outputs);
    return outputs;
  }

  private push<K extends PrimitiveName>(
    primitive: K,
    parameters: PrimitiveParameters[K],
    inputs: readonly Value[],
    outputs: readonly Value[],
  ): void {
    // One name and its own parameters, whichever K is.
    this.equations.push({ primitive, parameters, inputs, outputs } as PrimitiveEquation);
  }

  private find(key: string): Value | undefined {
    return this.known.get(key) ?? this.around?.find(key);
  }
}

import { broadcastShapes, type Shape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { AttributeKind } from "./attributes.ts";
import type { Kind } from "./elements.ts";
import { OnnxError, quoted } from "./error.ts";
import type { NodeOf } from "./model.ts";
import { MOST_AXES, type StoredTensor } from "./stored.ts";

/**
 * A value in the graph. Truths are 0 and 1. What follows from the model and from shapes alone is *known*: it is computed
 * in double precision whenever the function is applied, and a constant to every transform. All else is of the one dtype
 * of the arguments.
 */
export interface GraphValue {
  readonly tensor: Tensor;
  readonly kind: Kind;
  readonly known: boolean;
}

/** What the evaluation of a graph has for all nodes. */
export interface Surroundings {
  readonly opset: number;
  /** No value has more elements. */
  readonly mostElements: number;
}

/** What a rule reads: one node's arguments and attributes. */
export class Call {
  constructor(
    readonly node: NodeOf,
    private readonly values: readonly (GraphValue | undefined)[],
    private readonly surroundings: Surroundings,
  ) {}

  get opset(): number {
    return this.surroundings.opset;
  }

  /** How many arguments there are. */
  get count(): number {
    return this.values.length;
  }

  /** Argument i, which the node must have. */
  x(i: number): Tensor {
    return this.value(i).tensor;
  }

  /** Argument i, if the node has it. */
  optional(i: number): Tensor | undefined {
    return this.values[i]?.tensor;
  }

  /** All arguments; none may be left out. */
  all(): Tensor[] {
    return this.values.map((_, i) => this.x(i));
  }

  /** Whether argument i follows from the model and from shapes alone. */
  isKnown(i: number): boolean {
    return this.value(i).known;
  }

  kind(i: number): Kind {
    return this.value(i).kind;
  }

  /** The elements of an argument that has to be known, if the node has it. */
  numbers(i: number): readonly number[] | undefined {
    const value = this.values[i];
    if (value === undefined) return undefined;
    if (!value.known) {
      throw this.failure(
        `its input ${quoted(this.node.inputs[i] ?? "")} follows from elements of the arguments, but decides shapes; ` +
          "export the model with a constant there, or leave the initialisers that it is made of out of parameters",
      );
    }
    return Array.from(value.tensor.data);
  }

  /** The one element of an argument that has to be known, if the node has it. */
  number(i: number): number | undefined {
    const numbers = this.numbers(i);
    if (numbers !== undefined && numbers.length !== 1) {
      throw this.failure(
        `its input ${quoted(this.node.inputs[i] ?? "")} has ${numbers.length} elements, not one`,
      );
    }
    return numbers?.[0];
  }

  /** The number of an attribute, whole or not. */
  attribute(name: string, otherwise: number): number {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "int" || attribute?.kind === "float" ? attribute.value : otherwise;
  }

  /** The whole numbers of an attribute, if the node has it. */
  list(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "ints" || attribute?.kind === "floats" ? attribute.value : undefined;
  }

  /** The text of an attribute, one of those that there is something for. */
  text<T extends string>(name: string, otherwise: T, known: readonly T[]): T {
    const attribute = this.node.attributes.get(name);
    if (attribute?.kind !== "text") return otherwise;
    const found = known.find((text) => text === attribute.value);
    if (found !== undefined) return found;
    throw this.failure(`${name} is ${quoted(attribute.value)}; there are ${known.join(", ")}`);
  }

  /** The text of an attribute, whatever it is. */
  anyText(name: string): string {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "text" ? attribute.value : "";
  }

  /** The tensor of an attribute, if the node has it. */
  tensor(name: string): StoredTensor | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "tensor" ? attribute.value : undefined;
  }

  /** An axis counted from the front, of so many. */
  axis(axis: number, rank: number): number {
    if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
    throw this.failure(`axis ${axis} is outside of the ${rank} axes`);
  }

  /** The shape itself. Throws where a tensor of that shape is none, or larger than a value may be. */
  room(shape: Shape): Shape {
    const { mostElements } = this.surroundings;
    if (shape.length > MOST_AXES)
      throw this.failure(`its result has ${shape.length} axes; ${MOST_AXES} is the most`);
    const bad = shape.find((size) => !(Number.isSafeInteger(size) && size >= 0));
    if (bad !== undefined) throw this.failure(`its result would have an axis of size ${bad}`);
    if (sizeOf(shape) > mostElements) {
      throw this.failure(
        `its result ${showShape(shape)} is ${sizeOf(shape)} elements, more than the ${mostElements} that a value may have; ` +
          "give mostElements if that is meant",
      );
    }
    return shape;
  }

  /** The shape that some tensors broadcast to. */
  joint(...x: readonly Tensor[]): Shape {
    return this.room(
      x.reduce<Shape>((shape, { shape: own }) => broadcastShapes(this.node.operator, shape, own), []),
    );
  }

  /** What is wrong with the node, and what to do, which is the same for most. */
  failure(message: string, cause?: unknown): OnnxError {
    return nodeFailure(this.node, message.includes("; ") ? message : `${message}; ${REMEDY}`, cause);
  }

  private value(i: number): GraphValue {
    const value = this.values[i];
    if (value !== undefined) return value;
    throw this.failure(`its input ${i} is missing; export the model anew`);
  }
}

/** What to do about a node that does not fit its arguments. */
export const REMEDY = "give inputs that the model is for, or export it anew";

/** An error that names the node and its operator. */
export function nodeFailure({ name, operator }: NodeOf, message: string, cause?: unknown): OnnxError {
  return new OnnxError(`fromOnnx: node ${quoted(name)} (${operator.slice(0, 40)}): ${message}`, { cause });
}

/** The most arguments that an operator of any number of them may have here. */
export const MANY = 4096;

/** The kinds of the attributes that an operator reads. */
export type AttributeKinds = Readonly<Record<string, AttributeKind>>;

/** How one operator of ONNX is applied: declared once, in a table. */
export interface Rule {
  /** How many arguments it takes, those that may be left out too. */
  readonly inputs: readonly [least: number, most: number];
  /** The most results that it gives; 1 unless said. */
  readonly outputs?: number;
  readonly attributes?: AttributeKinds;
  /** The arguments that decide shapes, or are numbers to every derivative: they have to be known. */
  readonly settings?: readonly number[];
  /** The arguments that no training touches. */
  readonly statistics?: readonly number[];
  /** What the elements of the results are; those of its first argument unless said. */
  readonly kind?: Kind | ((call: Call) => Kind);
  /** Whether its result follows from shapes alone. */
  readonly ofShapes?: true;
  apply(call: Call): Tensor | readonly Tensor[];
}

export type Rules = Readonly<Record<string, Rule>>;

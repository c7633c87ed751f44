import type { Values } from "../../dtype.ts";
import { type Shape, sameShape } from "../../shape.ts";
import { littleEndian } from "../littleEndian.ts";
import type { ElementType, Value } from "../primitives.ts";
import { isOpen, partsOf } from "./batch.ts";

/**
 * A value in the graph. Its name has the elements of `shape`, which broadcasts to the shape that the value has: every
 * elementwise operation of ONNX repeats its operands itself.
 */
export interface Wire {
  readonly name: string;
  readonly shape: Shape;
  readonly full: Shape;
  readonly type: ElementType;
}

/** An attribute: a whole number, several, a text, or a graph. */
export type Attribute = number | readonly number[] | string | Graph;

/** A place before the start of any axis. */
export const BEFORE_START = -(2 ** 31);

/** One operation. */
export interface Node {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant, with its bytes. */
export interface Initializer extends Pick<Wire, "name" | "shape" | "type"> {
  readonly bytes: Uint8Array;
}

/** What all graphs of a model share: names, and constants, which stand in the outermost one. */
class Names {
  readonly initializers = new Map<string, Initializer>();
  readonly reserved: ReadonlySet<string>;
  private count = 0;

  constructor(reserved: ReadonlySet<string>) {
    this.reserved = reserved;
  }

  next(): string {
    let name = "";
    do name = `v${this.count++}`;
    while (this.reserved.has(name));
    return name;
  }
}

/** A graph that is being written: its nodes, and the wire of each value. */
export class Graph {
  readonly nodes: Node[];
  inputs: readonly Wire[] = [];
  outputs: readonly Wire[] = [];
  /** The size of the batch, as a list of one. */
  batch: Wire | null = null;
  private readonly wires: Map<number, Wire>;
  private readonly names: Names;

  private constructor(names: Names, wires: Map<number, Wire>, nodes: Node[] = []) {
    this.names = names;
    this.wires = wires;
    this.nodes = nodes;
  }

  /** An outermost graph, in which some names are taken. */
  static open(reserved: ReadonlySet<string>): Graph {
    return new Graph(new Names(reserved), new Map());
  }

  /** A graph inside of this one, which sees all that is written before. */
  inside(): Graph {
    const graph = new Graph(this.names, new Map(this.wires));
    graph.batch = this.batch;
    return graph;
  }

  /** This graph, for values that are numbered from 0 again. */
  apart(): Graph {
    const graph = new Graph(this.names, new Map(), this.nodes);
    graph.batch = this.batch;
    return graph;
  }

  get initializers(): readonly Initializer[] {
    return [...this.names.initializers.values()];
  }

  /** A wire with a name of its own, or the given one. */
  wire({ shape, type }: Pick<Value, "shape" | "type">, name = this.names.next()): Wire {
    return { name, shape, full: shape, type };
  }

  set({ id }: Value, wire: Wire): void {
    this.wires.set(id, wire);
  }

  get({ id }: Value): Wire {
    const wire = this.wires.get(id);
    if (wire === undefined) throw new Error(`onnx: value ${id} is used before it is computed`);
    return wire;
  }

  /** Adds an operation on whole arrays. */
  node(
    operation: string,
    inputs: readonly (Wire | null)[],
    like: Pick<Value, "shape" | "type">,
    attributes: Node["attributes"] = {},
  ): Wire {
    const output = this.wire(like);
    this.add(
      operation,
      inputs.map((x) => (x === null ? null : this.forced(x))),
      [output],
      attributes,
    );
    return output;
  }

  /** Adds an operation that works element by element and broadcasts. */
  elementwise(
    operation: string,
    inputs: readonly Wire[],
    type: ElementType,
    attributes: Node["attributes"] = {},
  ): Wire {
    const [shape, full] = [inputs.map((x) => x.shape), inputs.map((x) => x.full)].map(joint);
    const output = { ...this.wire({ shape: shape ?? [], type }), full: full ?? [] };
    this.add(operation, inputs, [output], attributes);
    return output;
  }

  add(
    operation: string,
    inputs: readonly (Wire | null)[],
    outputs: readonly Wire[],
    attributes: Node["attributes"] = {},
  ): void {
    this.nodes.push({
      operation,
      inputs: inputs.map((x) => x?.name ?? ""),
      outputs: outputs.map(({ name }) => name),
      attributes,
    });
  }

  /** The wire with all of its elements. */
  forced(x: Wire): Wire {
    if (sameShape(x.shape, x.full)) return x;
    const output = this.wire({ shape: x.full, type: x.type });
    this.add("Expand", [x, this.integers(x.full)], [output]);
    return output;
  }

  /** A list of whole numbers, some of which may depend on the size of a batch. */
  integers(list: readonly number[]): Wire {
    if (!list.some(isOpen)) return this.initializer(wholes(list, "int64"), [list.length], "int64");
    const parts = list.map((size) => this.open(size));
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return this.node("Concat", parts, { shape: [list.length], type: "int64" }, { axis: 0 });
  }

  /** A shape that an array is given: the one size that is open follows from the others. */
  target(shape: Shape): Wire {
    const isAlone = shape.filter(isOpen).length === 1 && !shape.includes(0);
    return this.integers(isAlone ? shape.map((size) => (isOpen(size) ? -1 : size)) : shape);
  }

  /** One whole number that may depend on the size of a batch. */
  integer(value: number): Wire {
    if (!isOpen(value)) return this.number(value, "int64");
    return this.node("Squeeze", [this.open(value), this.integers([0])], { shape: [], type: "int64" });
  }

  /** A size as a list of one. */
  private open(size: number): Wire {
    const { times, plus } = partsOf(size);
    if (times === 0) return this.integers([size]);
    if (this.batch === null) throw new Error("onnx: no input has the batch");
    const product =
      times === 1 ? this.batch : this.elementwise("Mul", [this.batch, this.integers([times])], "int64");
    return plus === 0 ? product : this.elementwise("Add", [product, this.integers([plus])], "int64");
  }

  /** One number, repeated as it is needed. */
  number(value: number, type: ElementType, full: Shape = []): Wire {
    const bytes = type === "float32" || type === "float64" ? floats(value, type) : wholes([value], type);
    return { ...this.initializer(bytes, [], type), full };
  }

  /** A constant of a tensor's elements. */
  constant(values: Values, shape: Shape, type: ElementType): Wire {
    const isWide = type === "uint64" || type === "int64";
    return this.initializer(isWide ? wholes([...values], type) : littleEndian(values), shape, type);
  }

  private initializer(bytes: Uint8Array, shape: Shape, type: ElementType): Wire {
    // Short constants, such as axes, are many times the same.
    const key = bytes.length > 256 ? this.names.next() : `${type} ${shape}: ${bytes}`;
    const known = this.names.initializers.get(key) ?? { name: this.names.next(), shape, type, bytes };
    this.names.initializers.set(key, known);
    return { name: known.name, shape, full: shape, type };
  }
}

/** The shape that shapes broadcast to. */
function joint(shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

function floats(value: number, type: "float32" | "float64"): Uint8Array {
  return littleEndian(type === "float32" ? Float32Array.of(value) : Float64Array.of(value));
}

function wholes(values: readonly number[], type: ElementType): Uint8Array {
  if (type === "bool") return Uint8Array.from(values, (value) => Number(value !== 0));
  if (type === "uint32") return littleEndian(Uint32Array.from(values));
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) view.setBigInt64(8 * i, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

import { checkOptions, isPlain, kindOf } from "../../arguments.ts";
import { checkList } from "../../shape.ts";
import type { TreeOf, TreesOf } from "../../tree.ts";
import { captured, type ExportedProgram, type Port, type PortNames, type Signature } from "../captured.ts";
import type { Region, Value } from "../primitives.ts";
import { checkBatch, isOpen, opened, shownSize, TRIED, withBatch } from "./batch.ts";
import { type Attribute, Graph, type Node, type Wire } from "./graph.ts";
import { named } from "./loops.ts";
import { writeRegion } from "./operations.ts";
import { Message } from "./protobuf.ts";
import { types } from "./types.ts";

/** How a function becomes a model of ONNX. */
export interface OnnxOptions extends PortNames {
  /** The positions of arguments that are kept in the model, with the values they have, as parameters are. */
  readonly constants?: readonly number[];
  /**
   * The positions of arguments whose tensors hold a batch along axis 0, which may then have any size: those of the examples
   * count no more. What is computed must depend on it by shapes alone.
   */
  readonly batch?: readonly number[];
  /** The version of ONNX's operations; 21 unless said. */
  readonly opset?: 18 | 21;
  /** Texts that the file tells of itself, by name; none unless said. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A function as a model of ONNX. */
export interface OnnxModel {
  /** A file `.onnx`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The inputs and the results of its graph; a size that is open is a text, such as `batch`. */
  readonly signature: Signature<number | string>;
}

/** The version of the file's format for each version of the operations. */
const formats: Readonly<Record<18 | 21, number>> = { 18: 8, 21: 10 };

const attributeTypes = { number: 2, text: 3, graph: 5, numbers: 7 } as const;

/**
 * A function as a model of ONNX, which ONNX Runtime and others run in any language. It is captured at examples of its
 * arguments; their shapes are fixed, but for the size of a batch where that is asked for. The same function at the same shapes has the same bytes.
 *
 * Draws have the bits of this package. `erf` and `normalCdf` have the accuracy of float32 in float64 too, and convolutions
 * of float64 are left out by many engines. Indices are not checked here: what is outside of an axis is the engine's. Where
 * functions of `linalg` throw here, of a singular matrix, say, results there are not finite.
 *
 * @param f a function of trees of tensors
 * @param args examples of its arguments
 * @param options `constants`, the positions of arguments that are kept in the model; `batch`, those of arguments whose axis
 * 0 may have any size; `inputs`, the arguments' names, without
 * which they are called 0, 1, ...; and `outputs`, the names of the results: an input is called by its path, such as
 * `params/0/weight`, and so is a result; `metadata`, texts by name
 * @throws RangeError when an op cannot be exported, `linalg.eigh`; when an input and a result have one name; or when
 * what is computed depends on the size of the batch, as a mean over it does
 *
 * @example
 * ```ts
 * import { matmul, ones, tanh, type Tensor, zeros } from "@scoretape/autograd";
 * import { onnx } from "@scoretape/autograd/export";
 *
 * const layer = (w: Tensor, x: Tensor): Tensor => tanh(matmul(x, w));
 * const { bytes, signature } = onnx(layer, [ones([2, 3]), zeros([5, 2])], { constants: [0], inputs: ["weight", "x"] });
 * console.log(signature.inputs.map(({ name, shape }) => `${name} ${shape}`).join(), bytes.length > 0); // x 5,2 true
 * ```
 */
export function onnx<A extends TreesOf<A>, R extends TreeOf<R>>(
  f: (...primals: A) => R,
  args: A,
  options: OnnxOptions = {},
): OnnxModel {
  checkOptions("onnx", options, {
    constants: "any",
    batch: "any",
    inputs: "any",
    outputs: "any",
    opset: "number",
    metadata: "any",
  });
  const { opset = 21, constants = [], batch = [], inputs = [], outputs = [], metadata = {} } = options;
  if (!Object.hasOwn(formats, opset)) throw new RangeError(`onnx: opset is ${kindOf(opset)}; it is 18 or 21`);
  checkList("onnx", "batch", batch, "[1]");
  checkMetadata(metadata);
  const at = (examples: A): ExportedProgram => captured("onnx", f, examples, { inputs, outputs, constants });
  const program = at(args);
  if (batch.length === 0) return modelOf(program, opset, metadata);
  checkBatch(args, batch, constants);
  const [small, middle, large] = TRIED;
  const regionAt = (size: number): Region => at(withBatch(args, batch, size)).region;
  const region = opened([regionAt(small), regionAt(middle), regionAt(large)]);
  return modelOf({ region, signature: program.signature }, opset, metadata);
}

type Metadata = NonNullable<OnnxOptions["metadata"]>;

function checkMetadata(metadata: Metadata): void {
  if (typeof metadata !== "object" || metadata === null || !isPlain(metadata)) {
    throw new TypeError(`onnx: metadata is ${kindOf(metadata)}; give texts by name`);
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === "string") continue;
    throw new TypeError(`onnx: metadata.${name} is ${kindOf(text)}, not a text`);
  }
}

function modelOf({ region, signature }: ExportedProgram, opset: 18 | 21, metadata: Metadata): OnnxModel {
  if (signature.outputs.length === 0) {
    throw new RangeError("onnx: the function has no results, and a model has at least one; return a tensor");
  }
  const taken = new Set(signature.inputs.map(({ name }) => name));
  for (const { name } of signature.outputs) {
    if (!taken.has(name)) continue;
    throw new RangeError(
      `onnx: an input and a result are both called ${JSON.stringify(name)}; name the results otherwise, by outputs`,
    );
  }
  const g = Graph.open(new Set([...taken, ...signature.outputs.map(({ name }) => name)]));
  g.inputs = region.inputs.map((x, i) => g.wire(x, signature.inputs[i]?.name));
  const batched = g.inputs.find(({ shape: [size = 0] }) => isOpen(size));
  if (batched !== undefined) {
    g.batch = g.node("Shape", [batched], { shape: [1], type: "int64" }, { start: 0, end: 1 });
  }
  const results = writeRegion(g, region, g.inputs);
  g.outputs = results.map((x, i) => named(g, x, signature.outputs[i]?.name));
  const file = new Message()
    .int(1, formats[opset])
    .text(2, "scoretape")
    .message(7, (inside) => {
      writeGraph(inside, g, "scoretape");
      for (const { name, shape, type, bytes } of g.initializers) {
        inside.message(5, (m) => {
          for (const size of shape) m.int(1, size);
          m.int(2, types[type]).text(8, name).bytes(9, bytes);
        });
      }
    })
    .message(8, (m) => m.text(1, "").int(2, opset));
  for (const [name, text] of Object.entries(metadata)) file.message(14, (m) => m.text(1, name).text(2, text));
  const open = (ports: readonly Port[], values: readonly Value[]): Port<number | string>[] =>
    ports.map((port, i) => ({ ...port, shape: (values[i]?.shape ?? port.shape).map(shownSize) }));
  return {
    bytes: file.finish(),
    signature: {
      inputs: open(signature.inputs, region.inputs),
      outputs: open(signature.outputs, region.outputs),
    },
  };
}

function writeGraph(m: Message, { nodes, inputs, outputs }: Graph, name: string): void {
  for (const node of nodes) m.message(1, (inside) => writeNode(inside, node));
  m.text(2, name);
  for (const x of inputs) m.message(11, (inside) => writePort(inside, x));
  for (const x of outputs) m.message(12, (inside) => writePort(inside, x));
}

function writeNode(m: Message, { operation, inputs, outputs, attributes }: Node): void {
  for (const name of inputs) m.text(1, name);
  for (const name of outputs) m.text(2, name);
  m.text(4, operation);
  for (const [name, value] of Object.entries(attributes)) {
    m.message(5, (inside) => writeAttribute(inside.text(1, name), value));
  }
}

function writeAttribute(m: Message, value: Attribute): void {
  if (typeof value === "number") m.int(3, value).int(20, attributeTypes.number);
  else if (typeof value === "string") m.text(4, value).int(20, attributeTypes.text);
  else if (value instanceof Graph)
    m.message(6, (inside) => writeGraph(inside, value, "body")).int(20, attributeTypes.graph);
  else {
    for (const number of value) m.int(8, number);
    m.int(20, attributeTypes.numbers);
  }
}

/** A name with a type: a tensor of elements of some kind, with its sizes. */
function writePort(m: Message, { name, shape, type }: Wire): void {
  m.text(1, name).message(2, (outer) =>
    outer.message(1, (tensor) =>
      tensor.int(1, types[type]).message(2, (sizes) => {
        for (const size of shape.map(shownSize)) {
          sizes.message(1, (dimension) =>
            typeof size === "number" ? dimension.int(1, size) : dimension.text(2, size),
          );
        }
      }),
    ),
  );
}

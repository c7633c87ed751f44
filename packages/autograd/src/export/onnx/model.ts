import { checkOptions, kindOf } from "../../arguments.ts";
import type { TreeOf, TreesOf } from "../../tree.ts";
import { captured, type ExportedProgram, type PortNames, type Signature } from "../captured.ts";
import { type Attribute, Graph, type Node, type Wire } from "./graph.ts";
import { named } from "./loops.ts";
import { types, writeRegion } from "./operations.ts";
import { Message } from "./protobuf.ts";

/** How a function becomes a model of ONNX. */
export interface OnnxOptions extends PortNames {
  /** The positions of arguments that are kept in the model, with the values they have, as parameters are. */
  readonly constants?: readonly number[];
  /** The version of ONNX's operations; 21 unless said. */
  readonly opset?: 18 | 21;
}

/** A function as a model of ONNX. */
export interface OnnxModel {
  /** A file `.onnx`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The inputs and the results of its graph. */
  readonly signature: Signature;
}

/** The version of the file's format for each version of the operations. */
const formats: Readonly<Record<18 | 21, number>> = { 18: 8, 21: 10 };

const attributeTypes = { number: 2, text: 3, graph: 5, numbers: 7 } as const;

/**
 * A function as a model of ONNX, which ONNX Runtime and others run in any language. It is captured at examples of its
 * arguments; their shapes are fixed. The same function at the same shapes has the same bytes.
 *
 * Draws have the bits of this package. `erf` and `normalCdf` have the accuracy of float32 in float64 too, and convolutions
 * of float64 are left out by many engines. Indices are not checked here: what is outside of an axis is the engine's.
 *
 * @param f a function of trees of tensors
 * @param args examples of its arguments
 * @param options `constants`, the positions of arguments that are kept in the model; `inputs`, the arguments' names, without
 * which they are called 0, 1, ...; and `outputs`, the names of the results: an input is called by its path, such as
 * `params/0/weight`, and so is a result
 * @throws RangeError when an op cannot be exported, those of `linalg`; or when an input and a result have one name
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
  checkOptions("onnx", options, { constants: "any", inputs: "any", outputs: "any", opset: "number" });
  const { opset = 21, constants = [], ...names } = options;
  if (!Object.hasOwn(formats, opset)) throw new RangeError(`onnx: opset is ${kindOf(opset)}; it is 18 or 21`);
  const program = captured("onnx", f, args, { ...names, constants });
  return { bytes: modelOf(program, opset), signature: program.signature };
}

function modelOf({ region, signature }: ExportedProgram, opset: 18 | 21): Uint8Array<ArrayBuffer> {
  const taken = new Set(signature.inputs.map(({ name }) => name));
  for (const { name } of signature.outputs) {
    if (!taken.has(name)) continue;
    throw new RangeError(
      `onnx: an input and a result are both called ${JSON.stringify(name)}; name the results otherwise, by outputs`,
    );
  }
  const g = Graph.open(new Set([...taken, ...signature.outputs.map(({ name }) => name)]));
  g.inputs = region.inputs.map((x, i) => g.wire(x, signature.inputs[i]?.name));
  const results = writeRegion(g, region, g.inputs);
  g.outputs = results.map((x, i) => named(g, x, signature.outputs[i]?.name));
  return new Message()
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
    .message(8, (m) => m.text(1, "").int(2, opset))
    .finish();
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
        for (const size of shape) sizes.message(1, (dimension) => dimension.int(1, size));
      }),
    ),
  );
}

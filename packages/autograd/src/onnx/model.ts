import { type Attribute, attributeOf } from "./attributes.ts";
import { type ElementType, elementType } from "./elements.ts";
import { damaged, quoted, refused } from "./error.ts";
import type { OnnxPort } from "./imported.ts";
import { type StoredTensor, storedTensor } from "./stored.ts";
import { Message } from "./wire.ts";

/** An application of an operator. */
export interface NodeOf {
  /** How messages call it: by its name, or by its first result. */
  readonly name: string;
  readonly operator: string;
  /** The names of its arguments; empty for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An input of the graph, or a result, with all that is known of its elements. */
export interface Declared extends Omit<OnnxPort, "type"> {
  readonly type: ElementType | null;
}

/** What a file says, as far as it is understood. */
export interface Model {
  readonly opset: number;
  readonly nodes: readonly NodeOf[];
  readonly initializers: readonly StoredTensor[];
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
}

/** The versions of ONNX's operators that the rules are written for. */
const OLDEST = 13;
const NEWEST = 28;

/** Reads a file. @throws OnnxError unless it is a whole model of operators of ONNX */
export function readModel(bytes: Uint8Array): Model {
  const model = new Message("the model", bytes);
  const [graph, ...more] = model.messages(7, "the graph");
  if (graph === undefined || more.length > 0) throw damaged(`the model has ${more.length} graphs`);
  if (model.has(25)) {
    throw refused(
      "the model has functions of its own",
      "put them into its graph, in Python by onnx.inliner.inline_local_functions(model)",
    );
  }
  if (graph.has(15)) throw refused("the graph has sparse tensors", "export the model with dense ones");
  return {
    opset: opsetOf(model),
    nodes: graph.messages(1, "a node").map(nodeOf),
    initializers: graph.messages(5, "an initialiser").map(storedTensor),
    inputs: graph.messages(11, "an input").map(declared),
    outputs: graph.messages(12, "a result").map(declared),
  };
}

const isOnnx = (domain: string): boolean => domain === "" || domain === "ai.onnx";

function opsetOf(model: Message): number {
  const versions = model
    .messages(8, "an operator set")
    .filter((set) => isOnnx(set.text(1)))
    .map((set) => set.int(2) ?? 0);
  const [version = 0, other = version] = versions;
  if (version >= OLDEST && version <= NEWEST && other === version) return version;
  throw refused(
    `the model is of opset ${versions.join(" and ") || "unknown"}`,
    `export it with one from ${OLDEST} to ${NEWEST}, or convert it, in Python by onnx.version_converter.convert_version`,
  );
}

function nodeOf(message: Message): NodeOf {
  const outputs = message.texts(2);
  const operator = message.text(4);
  const name = message.text(3) || (outputs[0] ?? "");
  const domain = message.text(7);
  if (!isOnnx(domain)) {
    throw refused(
      `node ${quoted(name)} is ${quoted(operator)} of the domain ${quoted(domain)}, of which nothing is known here`,
      "export the model without optimisations for one engine, and with ONNX's own operators",
    );
  }
  const attributes = new Map<string, Attribute>();
  for (const part of message.messages(5, `an attribute of node ${quoted(name)}`)) {
    const key = part.text(1);
    if (attributes.has(key)) throw damaged(`node ${quoted(name)} has the attribute ${quoted(key)} twice`);
    attributes.set(key, attributeOf(part, name));
  }
  return { name, operator, inputs: message.texts(1), outputs, attributes };
}

function declared(message: Message): Declared {
  const name = message.text(1);
  const type = message.messages(2, `the type of ${quoted(name)}`).at(-1);
  const tensor = type?.messages(1, `the type of ${quoted(name)}`).at(-1);
  // Sequences, maps, sparse tensors and values that may be missing.
  if (type !== undefined && [4, 5, 8, 9].some((other) => type.has(other))) {
    throw refused(`${quoted(name)} is no tensor`, "export a function of tensors alone");
  }
  const shape = tensor?.messages(2, `the shape of ${quoted(name)}`).at(-1);
  return {
    name,
    type: tensor === undefined ? null : elementType(tensor.int(1), name),
    shape:
      shape?.messages(1, `an axis of ${quoted(name)}`).map((axis) => axis.int(1) ?? axis.text(2)) ?? null,
  };
}

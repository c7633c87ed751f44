import { nodeFailure, type Rule } from "./call.ts";
import { damaged, quoted, refused } from "./error.ts";
import type { Model, NodeOf } from "./model.ts";
import { rules } from "./rules/table.ts";
import type { StoredTensor } from "./stored.ts";

/** A node with the rule of its operator. */
export interface Step {
  readonly node: NodeOf;
  readonly rule: Rule;
}

/** What a model computes, in an order in which it can be computed. */
export interface Graph {
  readonly opset: number;
  readonly steps: readonly Step[];
  readonly initializers: ReadonlyMap<string, StoredTensor>;
  readonly inputs: Model["inputs"];
  readonly outputs: Model["outputs"];
}

/** The part of a model that its results need. @throws OnnxError where something is missing, twice, out of order, or unknown */
export function graphOf(model: Model): Graph {
  const initializers = new Map<string, StoredTensor>();
  for (const stored of model.initializers) {
    if (initializers.has(stored.name)) throw damaged(`two initialisers are called ${quoted(stored.name)}`);
    initializers.set(stored.name, stored);
  }
  // Older versions name initialisers among the inputs too: then these are their values.
  const inputs = model.inputs.filter(({ name }) => !initializers.has(name));
  const defined = new Set(initializers.keys());
  for (const { name } of inputs) define(defined, name, "an input");
  for (const node of model.nodes) {
    for (const name of node.inputs) {
      if (name === "" || defined.has(name)) continue;
      throw damaged(
        `node ${quoted(node.name)} (${node.operator.slice(0, 40)}) reads ${quoted(name)}, which is no input, no initialiser ` +
          "and no result of a node before it",
      );
    }
    for (const name of node.outputs) if (name !== "") define(defined, name, `node ${quoted(node.name)}`);
  }
  if (model.outputs.length === 0) throw damaged("the graph has no results");
  for (const { name } of model.outputs) {
    if (!defined.has(name)) throw damaged(`the result ${quoted(name)} is nowhere computed`);
  }
  const { opset, outputs } = model;
  return { opset, inputs, outputs, initializers, steps: neededNodes(model).map(stepOf) };
}

function define(defined: Set<string>, name: string, what: string): void {
  if (defined.has(name)) throw damaged(`${what} gives a second value to ${quoted(name)}`);
  defined.add(name);
}

/** The nodes that results follow from. */
function neededNodes({ nodes, outputs }: Model): NodeOf[] {
  const needed = new Set(outputs.map(({ name }) => name));
  const found = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return found.reverse();
}

/** The node with its rule, which knows all of its attributes. */
function stepOf(node: NodeOf): Step {
  const rule = rules.get(node.operator);
  if (rule === undefined) throw withoutRule(node);
  const {
    inputs: [least, most],
    outputs = 1,
    attributes = {},
  } = rule;
  const count = node.inputs.length;
  if (count < least || count > most) {
    throw nodeFailure(
      node,
      `it has ${count} inputs; there are ${least === most ? least : `${least} to ${most}`}`,
    );
  }
  if (node.outputs.length < 1 || node.outputs.length > outputs) {
    throw nodeFailure(node, `it has ${node.outputs.length} results; there are up to ${outputs}`);
  }
  for (const [name, { kind }] of node.attributes) {
    if (!Object.hasOwn(attributes, name)) {
      throw nodeFailure(
        node,
        `its attribute ${quoted(name)} is not known here; known are ${Object.keys(attributes).join(", ") || "none"}; export the model without it`,
      );
    }
    if (attributes[name] !== kind) {
      throw nodeFailure(
        node,
        `its attribute ${quoted(name)} is of kind ${kind}, not ${attributes[name]}; export the model anew`,
      );
    }
  }
  return { node, rule };
}

/** What to do about operators that many models have. */
const remedies: Readonly<Record<string, string>> = {
  If: "export one of its branches, or fold constants, in Python by onnxsim or onnxruntime's offline optimisation",
  Loop: "unroll it before exporting",
  Scan: "unroll it before exporting",
  RandomNormal: "give the noise as an input",
  RandomNormalLike: "give the noise as an input",
  RandomUniform: "give the noise as an input",
  RandomUniformLike: "give the noise as an input",
};

function withoutRule(node: NodeOf): Error {
  const remedy =
    remedies[node.operator] ??
    "write the network in other operations before exporting; fromOnnx's documentation lists them";
  return refused(`node ${quoted(node.name)} is ${quoted(node.operator)}, for which there is no rule`, remedy);
}

import { checkOptions, kindOf } from "../arguments.ts";
import { cast } from "../ops/layout.ts";
import { checkList } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkSameStructure } from "../tree.ts";
import type { GraphValue } from "./call.ts";
import { OnnxError, quoted } from "./error.ts";
import { evaluate } from "./evaluate.ts";
import { checkShapes, dtypeOf, parameterAt, storedIn } from "./given.ts";
import { type Graph, graphOf } from "./graph.ts";
import type { FromOnnxOptions, OnnxFunction, OnnxParams, OnnxPort } from "./imported.ts";
import { type Declared, readModel } from "./model.ts";
import { nested, parameterNames, pathsOf } from "./parameters.ts";
import { exactTensor, parameterTensor } from "./stored.ts";

/** What a value may have at least. */
const MOST_ELEMENTS = 2 ** 24;
/** How many times as many as the largest argument. */
const GROWTH = 2 ** 14;

/**
 * A neural network from elsewhere, a file `.onnx` of opset 13 to 28, as a function of tensors here: closed under all
 * derivatives, `vmap`, `compile` and the backends, its parameters trainable. Axes whose sizes have names in the file, a
 * batch mostly, take any size.
 *
 * All numbers are computed in the dtype of the parameters and arguments, one for all: float32 as they are read, whatever
 * the file has (float64, float16 and bfloat16 are converted), or float64 where the caller converts parameters and
 * arguments. Whole numbers and truths that depend on arguments are numbers of that dtype too; an input of such may be a
 * uint32 tensor. What follows from shapes and constants alone is computed ahead, in double precision.
 *
 * The operators are those of perceptrons, convolutional networks, U-Nets and attention: arithmetic, comparisons,
 * activations, Gemm, MatMul, Einsum, Conv and ConvTranspose over one or two axes, pools, Resize (nearest and linear), the
 * normalisations (BatchNormalization and Dropout as in inference), reductions, ArgMax, TopK, CumSum, all that moves
 * elements (Reshape, Transpose, Concat, Split, Slice, Gather, Pad, Expand, Tile, …) and what computes shapes. Loops,
 * branches, draws and other engines' operators are refused, and so is data in other files.
 *
 * @param bytes the whole file
 * @param options `parameters`, the names of those that are trained; `mostElements` of a value
 * @throws OnnxError when the bytes are no whole model, or have what there is no rule for: with the node and what to do;
 * and later, when the function is applied to shapes that do not fit
 *
 * @example
 * ```ts
 * import { jvp, matmul, ones, tanh, type Tensor, tensor, zeros } from "@scoretape/autograd";
 * import { onnx } from "@scoretape/autograd/export";
 * import { fromOnnx } from "@scoretape/autograd/onnx";
 *
 * const layer = (w: Tensor, x: Tensor): Tensor => tanh(matmul(x, w));
 * const { bytes } = onnx(layer, [ones([2, 1]), zeros([1, 2])], { constants: [0], batch: [1], inputs: ["w", "x"] });
 * const { params, apply, inputs } = fromOnnx(bytes);
 * const [y, slope] = jvp((x: Tensor) => apply(params, x), [tensor([[0, 0]])], [tensor([[1, 2]])]);
 * console.log(inputs[0]?.shape, y.toArray(), slope.toArray()); // [ 'batch', 2 ] [ [ 0 ] ] [ [ 3 ] ]
 * ```
 */
export function fromOnnx(bytes: Uint8Array | ArrayBuffer, options: FromOnnxOptions = {}): OnnxFunction {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(file instanceof Uint8Array)) {
    throw new TypeError(
      `fromOnnx: bytes are ${kindOf(bytes)}, no Uint8Array and no ArrayBuffer; give a file's content`,
    );
  }
  checkOptions("fromOnnx", options, { parameters: "any", mostElements: "number" });
  const { mostElements } = options;
  if (mostElements !== undefined && !(mostElements >= 1)) {
    throw new RangeError(`fromOnnx: mostElements is ${kindOf(mostElements)}; it is a number from 1`);
  }
  const graph = graphOf(readModel(file));
  const paths = pathsOf(namedParameters(graph, options.parameters));
  const params = nested(paths, (name) => parameterTensor(storedIn(graph, name)));
  const applyAll = (given: OnnxParams, ...inputs: Tensor[]): Tensor[] => {
    const found = new Map<string, GraphValue>();
    for (const [name, stored] of graph.initializers) {
      if (paths.has(name)) continue;
      found.set(name, { tensor: exactTensor(stored), kind: stored.type.kind, known: true });
    }
    checkSameStructure("fromOnnx", params, given);
    const values = [...paths].map(([name, path]) => [name, parameterAt(given, path)] as const);
    checkShapes(graph, values, inputs);
    const dtype = dtypeOf(values, graph.inputs, inputs);
    for (const [name, tensor] of values) found.set(name, { tensor, kind: "float", known: false });
    graph.inputs.forEach(({ name, type }, i) => {
      const tensor = inputs[i];
      if (tensor !== undefined)
        found.set(name, { tensor: cast(tensor, dtype), kind: type?.kind ?? "float", known: false });
    });
    const largest = inputs.reduce((most, { size }) => Math.max(most, size), 0);
    const limit = mostElements ?? Math.max(MOST_ELEMENTS, GROWTH * largest);
    return evaluate(graph, found, dtype, { opset: graph.opset, mostElements: limit });
  };
  const constants = [...graph.initializers.values()]
    .filter(({ name, type }) => type.kind === "float" && !paths.has(name))
    .map(({ name }) => name);
  return {
    params,
    inputs: graph.inputs.map(portOf),
    outputs: graph.outputs.map(portOf),
    constants,
    applyAll,
    apply: (given, ...inputs) => {
      if (graph.outputs.length !== 1) {
        const names = graph.outputs.map(({ name }) => quoted(name)).join(", ");
        throw new OnnxError(`fromOnnx: the model has the results ${names}; take them by applyAll`);
      }
      const [result] = applyAll(given, ...inputs);
      if (result === undefined) throw new OnnxError("fromOnnx: the model has no result");
      return result;
    },
  };
}

function portOf({ name, type, shape }: Declared): OnnxPort {
  return { name, type: type?.name ?? null, shape };
}

function namedParameters(graph: Graph, names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) return parameterNames(graph);
  checkList("fromOnnx", "parameters", names, '["net.0.weight"]');
  for (const name of names) {
    const stored = graph.initializers.get(name);
    if (stored?.type.kind === "float") continue;
    const known = [...graph.initializers.values()].flatMap((own) =>
      own.type.kind === "float" ? [own.name] : [],
    );
    throw new RangeError(
      `fromOnnx: parameters names ${kindOf(name)}; initialisers of numbers are ${known.slice(0, 20).join(", ")}`,
    );
  }
  return [...new Set(names)];
}

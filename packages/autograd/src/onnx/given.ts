import { kindOf } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { showShape } from "../shape.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { OnnxError, quoted } from "./error.ts";
import type { Graph } from "./graph.ts";
import type { OnnxParams } from "./imported.ts";
import type { Declared } from "./model.ts";
import type { StoredTensor } from "./stored.ts";

/** The initialiser of a name. */
export function storedIn({ initializers }: Graph, name: string): StoredTensor {
  const stored = initializers.get(name);
  if (stored === undefined) throw new OnnxError(`fromOnnx: there is no initialiser ${quoted(name)}`);
  return stored;
}

/** The tensor at a path of a tree. */
export function parameterAt(params: OnnxParams, path: readonly string[]): Tensor {
  let at: Tensor | OnnxParams | undefined = params;
  for (const key of path) at = at === undefined || at instanceof Tensor ? undefined : at[key];
  if (at instanceof Tensor) return at;
  throw new TypeError(
    `fromOnnx: params has ${kindOf(at)} at ${path.join(".")}; give the tree params, or one of its structure`,
  );
}

/** Throws unless parameters and inputs have the shapes that the model says; one name is one size. */
export function checkShapes(
  graph: Graph,
  params: readonly (readonly [string, Tensor])[],
  inputs: readonly Tensor[],
): void {
  for (const [name, { shape }] of params) {
    const { shape: own } = storedIn(graph, name);
    if (own.length === shape.length && own.every((size, axis) => size === shape[axis])) continue;
    throw new OnnxError(
      `fromOnnx: the parameter ${quoted(name)} is ${showShape(shape)}; its shape is ${showShape(own)}`,
    );
  }
  const { inputs: declared } = graph;
  if (inputs.length !== declared.length) {
    const names = declared.map(({ name }) => quoted(name)).join(", ");
    throw new TypeError(`fromOnnx: ${inputs.length} inputs after params; the model takes ${names || "none"}`);
  }
  const sizes = new Map<string, number>();
  declared.forEach(({ name, shape }, i) => {
    const x = inputs[i];
    checkTensor("fromOnnx", x, quoted(name));
    if (shape === null) return;
    const fits =
      shape.length === x.rank &&
      x.shape.every((size, axis) => {
        const wanted = shape[axis] ?? "";
        if (wanted === "") return true;
        const own = typeof wanted === "number" ? wanted : (sizes.get(wanted) ?? size);
        if (typeof wanted === "string") sizes.set(wanted, size);
        return own === size;
      });
    if (fits) return;
    const told = `[${shape.map((size) => (size === "" ? "any" : size)).join(", ")}]`;
    throw new OnnxError(
      `fromOnnx: the input ${quoted(name)} is ${showShape(x.shape)}; the model takes ${told}, one size for each name; ` +
        "export it with names for the axes that vary (dynamic_shapes in PyTorch)",
    );
  });
}

/** The one dtype of parameters and inputs. */
export function dtypeOf(
  params: readonly (readonly [string, Tensor])[],
  declared: readonly Declared[],
  inputs: readonly Tensor[],
): DType {
  const all = [
    ...params,
    ...declared.flatMap(({ name, type }, i) => {
      const x = inputs[i];
      return x === undefined || (type !== null && type.kind !== "float" && x.dtype === "uint32")
        ? []
        : [[name, x] as const];
    }),
  ];
  const [[first = "", { dtype = "float32" as DType } = {}] = []] = all;
  for (const [name, x] of all) {
    if (x.dtype === dtype && x.dtype !== "uint32") continue;
    throw new TypeError(
      `fromOnnx: ${quoted(name)} is ${x.dtype}${name === first ? "" : `, ${quoted(first)} ${dtype}`}; parameters and ` +
        "inputs are all float32 or all float64, but for whole numbers, which may be uint32: convert with cast",
    );
  }
  return dtype;
}

import { checkOptions } from "../../arguments.ts";
import type { TreeOf, TreesOf } from "../../tree.ts";
import { captured, type ExportedProgram, type Port, type PortNames, type Signature } from "../captured.ts";
import type { Value } from "../primitives.ts";
import { writeRegion } from "./operations.ts";
import { quoted, typeOf } from "./text.ts";
import { Writer } from "./writer.ts";

/** A function as StableHLO. */
export interface StableHlo {
  /** A module in MLIR's generic form, with one function, `main`. */
  readonly text: string;
  /** The arguments and the results of `main`. */
  readonly signature: Signature;
}

/**
 * A function as a module of StableHLO, which XLA compiles for CPUs, GPUs and TPUs, one or many, in JAX or without it. It is
 * captured at examples of its arguments, of which shapes and dtypes matter, with what it uses from outside as constants.
 * The same function at the same shapes has the same text.
 *
 * Products are asked for in the highest precision, and draws have the bits of this package, normals too where an engine
 * rounds quotients and square roots to the nearest, as XLA does on CPUs. `erf` and `normalCdf` have the accuracy of float32 in float64 too.
 * Indices are not checked: what `take` and its kin do outside of an axis is the engine's. Where functions of `linalg` throw
 * here, of a singular matrix, say, results there are not finite.
 *
 * @param f a function of trees of tensors
 * @param args examples of its arguments
 * @param options `inputs`, the arguments' names, without which they are called 0, 1, ...; and `outputs`, the names of the
 * results: an input is called by its path, such as `params/0/weight`, in an attribute of the argument, and so is a result
 * @throws RangeError when an op cannot be exported: `linalg.eigh`
 *
 * @example
 * ```ts
 * import { matmul, tanh, type Tensor, zeros } from "@scoretape/autograd";
 * import { stableHlo } from "@scoretape/autograd/export";
 *
 * const layer = (w: Tensor, x: Tensor): Tensor => tanh(matmul(x, w));
 * const { text, signature } = stableHlo(layer, [zeros([2, 3]), zeros([5, 2])], { inputs: ["weight", "x"] });
 * console.log(signature.inputs.map(({ name, shape }) => `${name} ${shape}`).join("; ")); // weight 2,3; x 5,2
 * console.log(text.includes("stablehlo.dot_general")); // true
 * ```
 */
export function stableHlo<A extends TreesOf<A>, R extends TreeOf<R>>(
  f: (...primals: A) => R,
  args: A,
  options: PortNames = {},
): StableHlo {
  checkOptions("stableHlo", options, { inputs: "any", outputs: "any" });
  const program = captured("stableHlo", f, args, options);
  return { text: moduleOf(program), signature: program.signature };
}

/** The text of a module: one public function. */
function moduleOf({ region, signature }: ExportedProgram): string {
  const w = new Writer("    ");
  w.block(region.inputs, () => writeRegion(w, region, () => w.end("func.return", region.outputs)));
  const types = (values: readonly Value[]): string => `(${values.map(typeOf).join(", ")})`;
  const attributes = [
    `arg_attrs = [${signature.inputs.map(named).join(", ")}]`,
    `function_type = ${types(region.inputs)} -> ${types(region.outputs)}`,
    `res_attrs = [${signature.outputs.map(named).join(", ")}]`,
    'sym_name = "main"',
    'sym_visibility = "public"',
  ];
  return [
    '"builtin.module"() <{sym_name = "scoretape"}> ({',
    `  "func.func"() <{${attributes.join(", ")}}> ({`,
    String(w),
    "  }) : () -> ()",
    "}) : () -> ()",
    "",
  ].join("\n");
}

function named({ name }: Port): string {
  return `{scoretape.name = ${quoted(name)}}`;
}

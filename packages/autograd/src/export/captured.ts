import { checkFunction, kindOf } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { optimize } from "../program/passes/passes.ts";
import { checkList, type Shape } from "../shape.ts";
import { captureWithStructure } from "../transforms/capture.ts";
import * as tree from "../tree.ts";
import { lowered } from "./lower.ts";
import type { Region } from "./primitives.ts";

/** How the ports of an exported program are called. */
export interface PortNames {
  /** Names of the function's arguments; without them an argument is called by its number. */
  readonly inputs?: readonly string[];
  /** Names of the members of the function's result where that is an array, or of the result itself. */
  readonly outputs?: readonly string[];
}

/** An input or a result of an exported program. */
export interface Port {
  /** The path to it in the trees of arguments or of results, such as `params/0/weight`. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What goes into an exported program and what comes out, in order. */
export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** A function in primitives, and what its values are called. */
export interface ExportedProgram {
  readonly region: Region;
  readonly signature: Signature;
}

/** Captures a function, with the passes that keep the order of its sums, and writes it in primitives. */
export function captured<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  name: string,
  f: (...primals: A) => R,
  args: A,
  { inputs = [], outputs = [] }: PortNames,
): ExportedProgram {
  checkFunction(name, f);
  checkList(name, "args", args, "[params, x]");
  checkNames(name, "inputs", inputs, args.length);
  const { program, result } = captureWithStructure(name, f, args);
  const region = lowered(name, optimize(program, { repetition: false }).at(-1)?.program ?? program);
  const results = result.unflatten(result.leaves);
  checkNames(name, "outputs", outputs, Array.isArray(results) ? results.length : 1);
  return {
    region,
    signature: {
      inputs: ports(name, pathsOf(args, inputs), program.inputs),
      outputs: ports(name, pathsOf(results, outputs), program.outputs),
    },
  };
}

function checkNames(name: string, option: string, names: readonly string[], count: number): void {
  checkList(name, option, names, '["x"]');
  if (names.length !== 0 && names.length !== count) {
    throw new RangeError(
      `${name}: ${option} has ${names.length} names for ${count}; give one for each, or none`,
    );
  }
  for (const given of names) {
    if (typeof given === "string" && given !== "") continue;
    throw new TypeError(`${name}: ${option} holds ${kindOf(given)}; names are texts that are not empty`);
  }
}

/** The paths to the tensors of a tree; the first step is a name where there are any. */
function pathsOf<T extends tree.TreeOf<T>>(values: T, names: readonly string[]): string[] {
  const paths: string[] = [];
  tree.map((leaf, path) => {
    const [first = "", ...rest] = path === "" ? [] : path.split(".");
    const own =
      names.length === 0 ? first : path === "" || !Array.isArray(values) ? names[0] : names[Number(first)];
    const below = Array.isArray(values) || names.length === 0 || path === "" ? rest : [first, ...rest];
    paths.push([own || "result", ...below].join("/"));
    return leaf;
  }, values);
  return paths;
}

function ports(
  name: string,
  paths: readonly string[],
  values: readonly { readonly shape: Shape; readonly dtype: DType }[],
): Port[] {
  const seen = new Set<string>();
  return values.map(({ shape, dtype }, i) => {
    const path = paths[i] ?? String(i);
    if (seen.has(path)) {
      throw new RangeError(`${name}: two tensors are called ${JSON.stringify(path)}; rename one of them`);
    }
    seen.add(path);
    return { name: path, shape: [...shape], dtype };
  });
}

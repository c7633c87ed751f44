import { checkFunction, kindOf } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { optimize } from "../program/passes/passes.ts";
import { checkList, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { captureWithStructure } from "../transforms/capture.ts";
import * as tree from "../tree.ts";
import { lowered } from "./lower.ts";
import type { Region } from "./primitives.ts";

/** How the ports of an exported program are called. */
export interface PortNames {
  /** Names of the function's arguments; without them an argument is called by its number. */
  readonly inputs?: readonly string[];
  /**
   * Names of the members of the function's result where that is an array, or of the result itself; without them it is
   * called `result`.
   */
  readonly outputs?: readonly string[];
}

/** An input or a result of an exported program. */
export interface Port<Size = number> {
  /** The path to it in the trees of arguments or of results, such as `params/0/weight`. */
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** What goes into an exported program and what comes out, in order. */
export interface Signature<Size = number> {
  readonly inputs: readonly Port<Size>[];
  readonly outputs: readonly Port<Size>[];
}

/** A function in primitives, and what its values are called. */
export interface ExportedProgram {
  readonly region: Region;
  readonly signature: Signature;
}

/** What becomes of a function's arguments. */
interface CaptureOptions extends PortNames {
  /** The positions of arguments that are part of the program, with the values they have. */
  readonly constants?: readonly number[];
}

/** Captures a function, with the passes that keep the order of its sums, and writes it in primitives. */
export function captured<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>>(
  name: string,
  f: (...primals: A) => R,
  args: A,
  { inputs = [], outputs = [], constants = [] }: CaptureOptions,
): ExportedProgram {
  checkFunction(name, f);
  checkList(name, "args", args, "[params, x]");
  checkNames(name, "inputs", inputs, args.length);
  checkPositions(name, constants, args.length);
  const { leaves, unflatten } = tree.flatten(args, name);
  const paths = pathsOf(args);
  const isOpen = (_: unknown, i: number): boolean => !constants.includes(Number(paths[i]?.[0]));
  const { program, result } = captureWithStructure(
    name,
    (...open: Tensor[]): R => {
      const given = open.values();
      return f(
        ...unflatten(leaves.map((leaf, i) => (isOpen(leaf, i) ? (given.next().value ?? leaf) : leaf))),
      );
    },
    leaves.filter(isOpen),
  );
  const region = lowered(name, optimize(program, { repetition: false }).at(-1)?.program ?? program);
  const results = result.unflatten(result.leaves);
  const isList = Array.isArray(results);
  checkNames(name, "outputs", outputs, isList ? results.length : 1);
  const inputPaths = paths
    .filter(isOpen)
    .map(([first = "", ...rest]) => [inputs[Number(first)] ?? first, ...rest]);
  const outputPaths = pathsOf(results).map((path) => {
    if (outputs.length === 0) return ["result", ...path];
    const [first, ...rest] = path;
    return isList ? [outputs[Number(first)] ?? "", ...rest] : [outputs[0] ?? "", ...path];
  });
  return {
    region,
    signature: {
      inputs: ports(name, inputPaths, program.inputs),
      outputs: ports(name, outputPaths, program.outputs),
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

function checkPositions(name: string, constants: readonly number[], count: number): void {
  checkList(name, "constants", constants, "[0]");
  for (const position of constants) {
    if (Number.isInteger(position) && position >= 0 && position < count) continue;
    throw new RangeError(
      `${name}: constants names argument ${kindOf(position)}; there are ${count}, numbered from 0`,
    );
  }
}

/** The paths to the tensors of a tree. */
function pathsOf<T extends tree.TreeOf<T>>(values: T): (readonly string[])[] {
  const paths: string[][] = [];
  tree.map((leaf, path) => {
    paths.push(path === "" ? [] : path.split("."));
    return leaf;
  }, values);
  return paths;
}

function ports(
  name: string,
  paths: readonly (readonly string[])[],
  values: readonly { readonly shape: Shape; readonly dtype: DType }[],
): Port[] {
  const seen = new Set<string>();
  return values.map(({ shape, dtype }, i) => {
    const path = paths[i]?.join("/") ?? "";
    if (seen.has(path)) {
      throw new RangeError(`${name}: two tensors are called ${JSON.stringify(path)}; rename one of them`);
    }
    seen.add(path);
    return { name: path, shape: [...shape], dtype };
  });
}

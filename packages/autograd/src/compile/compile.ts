import { type Backend, js } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Program } from "../interpret/program.ts";
import { Tracer } from "../op.ts";
import { optimize, type PassOptions } from "../program/passes.ts";
import { type Shape, sameShape } from "../shape.ts";
import { type Tensor, zeros } from "../tensor.ts";
import { captureWithStructure } from "../transforms/capture.ts";
import * as tree from "../tree.ts";
import { explain } from "./explain.ts";
import { interpretedBy } from "./js.ts";
import type { Executable, ProgramBackend } from "./lowering.ts";
import { hasWasm, wasm } from "./wasm.ts";

/** How a function is compiled. */
export interface CompileOptions {
  /**
   * What runs the program: a backend for whole programs, or an eager backend's kernels. WebAssembly unless said,
   * or the reference kernels where the host has no vector instructions.
   */
  readonly backend?: Backend | ProgramBackend;
  /**
   * The positions of arguments that the caller will not use again, such as the parameters and the optimiser's
   * state that a training step replaces: outputs of the same shapes take over their place in the program's
   * memory, and are copied out only when they are read.
   */
  readonly donate?: readonly number[];
  /** Optimisations to switch off, for tests and for comparisons. */
  readonly passes?: PassOptions & { readonly fusion?: boolean; readonly memoryReuse?: boolean };
}

/** A compiled function. */
export interface Compiled<A extends readonly tree.Tree[], R extends tree.Tree> {
  (...primals: A): R;
  /** Operations, equations and bytes after each pass, for arguments like these. */
  explain(...examples: A): string;
  /** The optimised program for arguments like these. */
  program(...examples: A): Program;
  /** Frees the memory of all programs. A later call compiles again. */
  dispose(): void;
}

interface Entry<A, R> {
  /** Arguments of the structure that the program serves; their elements do not count. */
  readonly structure: A;
  /** The shapes and dtypes that it serves. */
  readonly leaves: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly executable: Executable;
  readonly result: tree.Flat<R>;
}

/**
 * f as a planned program: captured at the first call with arguments of a given structure, shapes and dtypes,
 * optimised, and replayed from then on. f must be pure: what it reads from outside is fixed at the capture.
 * Inside another transform (when an argument is being traced) the function is f itself.
 *
 * @throws when f's control flow reads the elements of a tensor
 */
export function compile<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { passes = {}, donate = [] } = options;
  const backend = programBackend(options.backend ?? (hasWasm() ? wasm() : js));
  const entries: Entry<A, R>[] = [];

  const build = (primals: A, leaves: readonly Tensor[]): Entry<A, R> | null => {
    const { program, result } = captureWithStructure(f, primals);
    if (program.constants.some(({ value }) => value instanceof Tracer)) return null;
    const optimized = optimize(program, passes).at(-1)?.program ?? program;
    const donated = primals.flatMap((argument, i) => tree.leaves(argument).map(() => donate.includes(i)));
    const { fusion = true, memoryReuse = true } = passes;
    const executable = backend.lower(optimized, { fuse: fusion, reuseMemory: memoryReuse, donated });
    const nothing = zeros([]);
    const structure = tree.map(() => nothing, primals);
    const entry = {
      structure,
      leaves: leaves.map(({ shape, dtype }) => ({ shape, dtype })),
      executable,
      result,
    };
    entries.push(entry);
    return entry;
  };

  const call = (...primals: A): R => {
    const leaves = tree.leaves(primals);
    if (leaves.some((leaf) => leaf instanceof Tracer)) return f(...primals);
    const entry = entries.find((known) => serves(known, primals, leaves)) ?? build(primals, leaves);
    if (entry === null) return f(...primals);
    return entry.result.unflatten(entry.executable.run(leaves));
  };

  return Object.assign(call, {
    explain: (...examples: A) =>
      explain(optimize(captureWithStructure(f, examples).program, passes), backend, passes),
    program(...examples: A): Program {
      const { program } = captureWithStructure(f, examples);
      return optimize(program, passes).at(-1)?.program ?? program;
    },
    dispose() {
      for (const { executable } of entries) executable.dispose();
      entries.length = 0;
    },
  });
}

function programBackend(backend: Backend | ProgramBackend): ProgramBackend {
  return "lower" in backend ? backend : interpretedBy(backend);
}

/** Whether a program was captured at arguments like these. */
function serves(
  entry: Entry<readonly tree.Tree[], unknown>,
  primals: readonly tree.Tree[],
  leaves: readonly Tensor[],
): boolean {
  const isLike = (leaf: Tensor, i: number): boolean => {
    const known = entry.leaves[i];
    return known !== undefined && leaf.dtype === known.dtype && sameShape(leaf.shape, known.shape);
  };
  return leaves.every(isLike) && tree.sameStructure(primals, entry.structure);
}

import type { Backend } from "../backend.ts";
import type { Program } from "../interpret/program.ts";
import type { PassOptions } from "../program/passes/passes.ts";
import type * as tree from "../tree.ts";
import type { AsyncExecutable, LoweringOptions, ProgramBackend } from "./lowering.ts";

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
  /**
   * Capture f twice, and throw where the programs differ: f read something that changes, such as `Math.random`, the
   * clock, a counter or elements that were written to, which a program would hold fixed. For debugging; false unless
   * said.
   */
  readonly check?: boolean;
  /** Optimisations to switch off, for tests and for comparisons. */
  readonly passes?: PassOptions & { readonly fusion?: boolean; readonly memoryReuse?: boolean };
}

/** A compiled function. */
export interface Compiled<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>> extends CompiledTools<A> {
  (...primals: A): R;
}

/** What a compiled function offers beside being called. */
export interface CompiledTools<A extends tree.TreesOf<A>> {
  /** Operations, equations and bytes after each pass, for arguments like these. */
  explain(...examples: A): string;
  /** The optimised program for arguments like these. */
  program(...examples: A): Program;
  /** Frees the memory of all programs. A later call compiles again. */
  dispose(): void;
}

/** How a function is compiled for a device. */
export interface AsyncCompileOptions extends Omit<CompileOptions, "backend"> {
  /** A GPU, from `gpu()` of `@scoretape/autograd/gpu`. */
  readonly backend: AsyncProgramBackend;
}

/**
 * A function compiled for a device. Its results stay there: `await read(...)` brings them here. A result that was not
 * read, and is no donated argument's successor, is gone when the function runs again; as an argument of a compiled
 * function of the same backend it never leaves the device.
 */
export interface AsyncCompiled<A extends tree.TreesOf<A>, R extends tree.TreeOf<R>> extends CompiledTools<A> {
  (...primals: A): Promise<R>;
}

/** A backend for whole programs that run on a device: a GPU. */
export interface AsyncProgramBackend {
  readonly name: string;
  readonly asynchronous: true;
  /** What `compile` makes of a function with this backend. */
  compile<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
    f: (...primals: A) => R,
    options: Omit<CompileOptions, "backend">,
  ): AsyncCompiled<A, R>;
  /** The program; nothing of it is on the device before its first run. */
  lower(program: Program, options: LoweringOptions): AsyncExecutable;
}

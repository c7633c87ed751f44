import { type Backend, js } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Program } from "../interpret/program.ts";
import { Tracer } from "../op.ts";
import { optimize, type PassOptions, type Stage } from "../program/passes.ts";
import { type Shape, sameShape } from "../shape.ts";
import { type Tensor, zeros } from "../tensor.ts";
import { captureWithStructure } from "../transforms/capture.ts";
import * as tree from "../tree.ts";
import { explain } from "./explain.ts";
import { interpretedBy } from "./js.ts";
import type {
  AsyncExecutable,
  AsyncProgramBackend,
  Executable,
  LoweringOptions,
  ProgramBackend,
} from "./lowering.ts";
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
export interface Compiled<A extends readonly tree.Tree[], R extends tree.Tree> extends CompiledTools<A> {
  (...primals: A): R;
}

/** What a compiled function offers beside being called. */
export interface CompiledTools<A extends readonly tree.Tree[]> {
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
export interface AsyncCompiled<A extends readonly tree.Tree[], R extends tree.Tree> extends CompiledTools<A> {
  (...primals: A): Promise<R>;
}

interface Entry<A, R, E> {
  /** Arguments of the structure that the program serves; their elements do not count. */
  readonly structure: A;
  /** The shapes and dtypes that it serves. */
  readonly leaves: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly executable: E;
  readonly result: tree.Flat<R>;
}

/**
 * f as a planned program: captured at the first call with arguments of a given structure, shapes and dtypes,
 * optimised, and replayed from then on. f must be pure: what it reads from outside is fixed at the capture.
 * Inside another transform (when an argument is being traced) the function is f itself, unless it was compiled for a
 * device, where the whole is to be compiled instead.
 *
 * @throws when f's control flow reads the elements of a tensor
 *
 * @example
 * ```ts
 * import { compile, grad, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 *
 * // Captured at the first call, replayed at the others of the same shape.
 * const slope = compile(grad((x: Tensor) => sum(square(x))));
 * console.log(slope(tensor([1, 2])).toArray()); // [ 2, 4 ]
 * console.log(slope(tensor([5, 6])).toArray()); // [ 10, 12 ]
 * slope.dispose();
 * ```
 */
export function compile<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  options: AsyncCompileOptions,
): AsyncCompiled<A, R>;
export function compile<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  options?: CompileOptions,
): Compiled<A, R>;
export function compile<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  options: CompileOptions | AsyncCompileOptions = {},
): Compiled<A, R> | AsyncCompiled<A, R> {
  const { backend } = options;
  return backend !== undefined && "asynchronous" in backend
    ? compileForDevice(f, backend, options)
    : compileHere(f, programBackend(backend ?? (hasWasm() ? wasm() : js)), options);
}

function compileHere<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  backend: ProgramBackend,
  options: Omit<CompileOptions, "backend">,
): Compiled<A, R> {
  const programs = new Programs(f, backend, options);
  const call = (...primals: A): R => {
    const leaves = tree.leaves(primals);
    const entry = leaves.some(isTraced) ? null : programs.at(primals, leaves);
    return entry === null ? f(...primals) : entry.result.unflatten(entry.executable.run(leaves));
  };
  return Object.assign(call, programs.tools());
}

function compileForDevice<A extends readonly tree.Tree[], R extends tree.Tree | readonly []>(
  f: (...primals: A) => R,
  backend: AsyncProgramBackend,
  options: Omit<CompileOptions, "backend">,
): AsyncCompiled<A, R> {
  const programs = new Programs(f, backend, options);
  const call = async (...primals: A): Promise<R> => {
    const leaves = tree.leaves(primals);
    const entry = leaves.some(isTraced) ? null : programs.at(primals, leaves);
    if (entry === null) {
      throw new TypeError(
        `compile: a function on ${backend.name} was called inside of another transform; ` +
          "transform it first, and compile what comes of that",
      );
    }
    return entry.result.unflatten(await entry.executable.run(leaves));
  };
  return Object.assign(call, programs.tools());
}

/** What turns a program into something that runs. */
interface Lowers<E> {
  readonly name: string;
  readonly keepsOrder?: boolean;
  lower(program: Program, options: LoweringOptions): E;
}

/** The programs of one function, one for each structure, shapes and dtypes of its arguments. */
class Programs<
  A extends readonly tree.Tree[],
  R extends tree.Tree | readonly [],
  E extends Executable | AsyncExecutable,
> {
  private readonly f: (...primals: A) => R;
  private readonly backend: Lowers<E>;
  private readonly options: Omit<CompileOptions, "backend">;
  private readonly entries: Entry<A, R, E>[] = [];

  constructor(f: (...primals: A) => R, backend: Lowers<E>, options: Omit<CompileOptions, "backend">) {
    this.f = f;
    this.backend = backend;
    this.options = options;
  }

  /** The program for these arguments; `null` where f reads a value that is being traced. */
  at(primals: A, leaves: readonly Tensor[]): Entry<A, R, E> | null {
    return this.entries.find((known) => serves(known, primals, leaves)) ?? this.build(primals, leaves);
  }

  /** What a compiled function offers beside being called. */
  tools(): CompiledTools<A> {
    const captured = (examples: A): Program => captureWithStructure(this.f, examples).program;
    return {
      explain: (...examples: A) =>
        explain(this.stages(captured(examples)), this.backend, this.options.passes ?? {}),
      program: (...examples: A) => this.optimized(captured(examples)),
      dispose: () => {
        for (const { executable } of this.entries) executable.dispose();
        this.entries.length = 0;
      },
    };
  }

  private stages(program: Program): Stage[] {
    return optimize(program, { repetition: !this.backend.keepsOrder, ...this.options.passes });
  }

  private optimized(program: Program): Program {
    return this.stages(program).at(-1)?.program ?? program;
  }

  private build(primals: A, leaves: readonly Tensor[]): Entry<A, R, E> | null {
    const { passes = {}, donate = [] } = this.options;
    const { program, result } = captureWithStructure(this.f, primals);
    if (program.constants.some(({ value }) => value instanceof Tracer)) return null;
    const donated = primals.flatMap((argument, i) => tree.leaves(argument).map(() => donate.includes(i)));
    const { fusion = true, memoryReuse = true } = passes;
    const executable = this.backend.lower(this.optimized(program), {
      fuse: fusion,
      reuseMemory: memoryReuse,
      donated,
    });
    const nothing = zeros([]);
    const entry = {
      structure: tree.map(() => nothing, primals),
      leaves: leaves.map(({ shape, dtype }) => ({ shape, dtype })),
      executable,
      result,
    };
    this.entries.push(entry);
    return entry;
  }
}

const isTraced = (leaf: Tensor): boolean => leaf instanceof Tracer;

function programBackend(backend: Backend | ProgramBackend): ProgramBackend {
  return "lower" in backend ? backend : interpretedBy(backend);
}

/** Whether a program was captured at arguments like these. */
function serves(
  entry: Pick<Entry<readonly tree.Tree[], unknown, unknown>, "leaves" | "structure">,
  primals: readonly tree.Tree[],
  leaves: readonly Tensor[],
): boolean {
  const isLike = (leaf: Tensor, i: number): boolean => {
    const known = entry.leaves[i];
    return known !== undefined && leaf.dtype === known.dtype && sameShape(leaf.shape, known.shape);
  };
  return leaves.every(isLike) && tree.sameStructure(primals, entry.structure);
}

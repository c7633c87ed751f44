import { type Backend, checkBackend, js } from "../backend.ts";
import * as tree from "../tree.ts";
import type {
  AsyncCompiled,
  AsyncCompileOptions,
  AsyncProgramBackend,
  Compiled,
  CompileOptions,
} from "./compiled.ts";
import { interpretedBy } from "./js.ts";
import type { ProgramBackend } from "./lowering.ts";
import { checkCompilation, Programs } from "./programs.ts";
import { hasWasm, wasm } from "./wasm/backend.ts";

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
export function compile<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  options: AsyncCompileOptions,
): AsyncCompiled<A, R>;
export function compile<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  options?: CompileOptions,
): Compiled<A, R>;
export function compile<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  options: CompileOptions | AsyncCompileOptions = {},
): Compiled<A, R> | AsyncCompiled<A, R> {
  checkCompilation(f, options);
  const { backend } = options;
  if (backend !== undefined) checkProgramBackend(backend);
  return backend !== undefined && "asynchronous" in backend
    ? backend.compile(f, options)
    : compileHere(f, programBackend(backend ?? (hasWasm() ? wasm() : js)), options);
}

function compileHere<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  backend: ProgramBackend,
  options: Omit<CompileOptions, "backend">,
): Compiled<A, R> {
  const programs = new Programs(f, backend, options);
  const call = (...primals: A): R => {
    const leaves = tree.leaves(primals, "compile");
    const entry = programs.at(primals, leaves);
    return entry === null ? f(...primals) : entry.result.unflatten(entry.executable.run(leaves));
  };
  return Object.assign(call, programs.tools());
}

/** Throws unless a backend can run programs. */
function checkProgramBackend(backend: Backend | ProgramBackend | AsyncProgramBackend): void {
  const isProgram = typeof backend === "object" && backend !== null && "lower" in backend;
  if (!isProgram) checkBackend("compile", backend);
}

function programBackend(backend: Backend | ProgramBackend): ProgramBackend {
  return "lower" in backend ? backend : interpretedBy(backend);
}

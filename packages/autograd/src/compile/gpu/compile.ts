import * as tree from "../../tree.ts";
import type { AsyncCompiled, AsyncProgramBackend, CompileOptions } from "../compiled.ts";
import { checkCompilation, Programs } from "../programs.ts";

/** f as planned programs on a device, whose results stay there. */
export function compileForDevice<A extends tree.TreesOf<A>, R extends tree.TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  backend: AsyncProgramBackend,
  options: Omit<CompileOptions, "backend">,
): AsyncCompiled<A, R> {
  checkCompilation(f, options);
  const programs = new Programs(f, backend, options);
  const call = async (...primals: A): Promise<R> => {
    const leaves = tree.leaves(primals, "compile");
    const entry = programs.at(primals, leaves);
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

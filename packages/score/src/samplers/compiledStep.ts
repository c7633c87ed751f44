import { type Compiled, compile, type Tree } from "@scoretape/autograd";
import type { SamplerBackend } from "./walk.ts";

/** The step of a sampler or solver as one program, unless the backend is `eager`. */
export function compiledStep<A extends readonly Tree[], R extends Tree>(
  step: (...primals: A) => R,
  backend: SamplerBackend | undefined,
): Compiled<A, R> | ((...primals: A) => R) {
  if (backend === "eager") return step;
  return compile(step, backend === undefined ? {} : { backend });
}

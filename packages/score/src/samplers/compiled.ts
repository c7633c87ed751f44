import { type CompileOptions, compile, type TreeOf, type TreesOf } from "@scoretape/autograd";

/** What runs the steps of a sampler or solver: a backend as `compile` takes it, or `eager`, each op at once. */
export type SamplerBackend = CompileOptions["backend"] | "eager";

/** f compiled for a backend, or f itself where the backend is `eager`. */
export function compiled<A extends TreesOf<A>, R extends TreeOf<R>>(
  f: (...primals: A) => R,
  backend: SamplerBackend | undefined,
): (...primals: A) => R {
  if (backend === "eager") return f;
  return compile(f, backend === undefined ? {} : { backend });
}

import { type ProgramBackend, type TreeOf, type TreesOf, tree, wasm } from "@scoretape/autograd";
import { compiled, type SamplerBackend } from "./compiled.ts";

/** A step that was compiled, and all that it was compiled of. */
interface Kept<F> {
  readonly backend: SamplerBackend | undefined;
  readonly read: readonly unknown[];
  readonly shape: string;
  readonly step: F;
}

/** So many programs of a step are kept with a score, those that were asked for last. */
const MOST = 8;

/** Scores of which all that they read is the same for good. */
const lasting = /* @__PURE__ */ new WeakSet<object>();

/** A score of which all that it reads is the same for good, such as a model's: samplers keep the steps that they compile of it. */
export function lastingScore<S extends object>(score: S): S {
  lasting.add(score);
  return score;
}

/** A score made of another alone, which lasts if that does. */
export function lastingAs<S extends object>(of: object, score: S): S {
  return lasting.has(of) ? lastingScore(score) : score;
}

/**
 * Compiles the steps of a sampler. A step may read nothing but the score and what is named here beside it: then that of a lasting
 * score is compiled once, and kept as long as the score is.
 */
export function keptSteps<
  S extends object,
  C extends readonly unknown[],
  A extends TreesOf<A>,
  R extends TreeOf<R>,
>(
  stepOf: (score: S, ...read: C) => (...primals: A) => R,
): (backend: SamplerBackend | undefined, score: S, ...read: C) => (...primals: A) => R {
  const all = new WeakMap<object, Kept<(...primals: A) => R>[]>();
  return (backend, score, ...read) => {
    const make = () => compiled(stepOf(score, ...read), backend);
    if (backend === "eager" || !lasting.has(score)) return make();
    const known = all.get(score) ?? [];
    all.set(score, known);
    return (...primals) => {
      const shape = String(tree.leaves(primals)[0]?.shape);
      const at = known.findIndex(
        (kept) => kept.backend === backend && kept.shape === shape && isSame(kept.read, read),
      );
      const [found = { backend, read, shape, step: make() }] = at < 0 ? [] : known.splice(at, 1);
      known.unshift(found);
      known.splice(MOST);
      return found.step(...primals);
    };
  };
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

const backends = /* @__PURE__ */ new WeakMap<object, ProgramBackend>();

/** A backend for the programs of a score, so that they share modules and threads; one that lasts keeps it. */
export function backendOf(score: object): ProgramBackend {
  const known = backends.get(score) ?? wasm();
  if (lasting.has(score)) backends.set(score, known);
  return known;
}

import {
  compile,
  type Key,
  type Tensor,
  type TreeOf,
  type TreesOf,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { checkFinite } from "../check.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { Score } from "../score.ts";
import { median } from "./statistics.ts";

/** A score with the parameters to learn. */
export interface ParametrizedScore<P extends TreeOf<P>> {
  readonly parameters: P;
  /** The score at given parameters. */
  score(parameters: P): Score;
}

/** One mini-batch, and the key of what is drawn for it. */
export interface Trial {
  readonly batch: Tensor;
  readonly key: Key;
}

/** A scalar to estimate, from a score and a trial. */
export type Estimate = (score: Score, batch: Tensor, key: Key) => Tensor;

/** An estimate over all trials. */
export interface Sample {
  readonly losses: readonly number[];
  /** The gradient of each trial as one vector; empty vectors for a score without parameters. */
  readonly gradients: readonly Float64Array[];
  /** The median time of a trial. */
  readonly milliseconds: number;
}

/** How trials are run. */
export interface Runner {
  readonly trials: readonly Trial[];
  readonly backend: SamplerBackend;
  /** The time in milliseconds. */
  readonly clock: () => number;
}

/**
 * Runs an estimate on every trial, once more before the first for what only the first call does.
 *
 * @param what the estimate, for messages
 * @throws RangeError when a loss or an element of its gradient is NaN or infinite
 */
export function sample<P extends TreeOf<P>>(
  what: string,
  score: Score | ParametrizedScore<P>,
  estimate: Estimate,
  { trials, backend, clock }: Runner,
): Sample {
  const { run, dispose } = evaluator(score, estimate, backend);
  const [first] = trials;
  if (first !== undefined) run(first.batch, first.key);
  const times: number[] = [];
  const results = trials.map(({ batch, key }) => {
    const start = clock();
    const result = run(batch, key);
    times.push(clock() - start);
    for (const leaf of result) checkFinite(what, leaf, "its loss or gradient");
    return result;
  });
  dispose();
  return {
    losses: results.map(([loss]) => loss?.item() ?? Number.NaN),
    gradients: results.map(([, ...gradient]) => joined(gradient)),
    milliseconds: median(times),
  };
}

/** The elements of all leaves in one vector. */
function joined(leaves: readonly Tensor[]): Float64Array {
  const vector = new Float64Array(tree.size(leaves));
  let at = 0;
  for (const { data, size } of leaves) {
    vector.set(data, at);
    at += size;
  }
  return vector;
}

/** A function of a trial, and what frees it. */
interface Evaluator {
  /** The loss and the leaves of its gradient. */
  run(batch: Tensor, key: Key): readonly Tensor[];
  dispose(): void;
}

function evaluator<P extends TreeOf<P>>(
  score: Score | ParametrizedScore<P>,
  estimate: Estimate,
  backend: SamplerBackend,
): Evaluator {
  if (typeof score === "function") {
    const { run, dispose } = program((batch: Tensor, key: Key) => estimate(score, batch, key), backend);
    return { run: (batch, key) => [run(batch, key)], dispose };
  }
  const loss = (parameters: P, batch: Tensor, key: Key): Tensor =>
    estimate(score.score(parameters), batch, key);
  const { run, dispose } = program(valueAndGrad(loss), backend);
  return { run: (batch, key) => tree.leaves(run(score.parameters, batch, key)), dispose };
}

/** f compiled, unless the backend is `eager`. */
function program<A extends TreesOf<A>, R extends TreeOf<R>>(
  f: (...primals: A) => R,
  backend: SamplerBackend,
): { run: (...primals: A) => R; dispose: () => void } {
  if (backend === "eager") return { run: f, dispose: () => {} };
  const run = compile(f, backend === undefined ? {} : { backend });
  return { run, dispose: () => run.dispose() };
}

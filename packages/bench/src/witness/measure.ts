import { random } from "@scoretape/autograd";
import { fisherDivergenceByLevel, selected, train } from "@scoretape/score";
import { exactIn, keysOf, modelOf, type Parameters } from "@scoretape/score/model";
import { learnedBy, type Peer } from "./peer.ts";
import type { Task } from "./task.ts";

/** How far the scores that two programs learned from the same rows are from the exact one. */
export interface Trial {
  readonly set: string;
  readonly seed: number;
  readonly own: number;
  /** Null where there is no other program. */
  readonly peers: number | null;
}

/** Trains on both sides, and measures both in the same way. */
export async function tryBoth(task: Task, peer: Peer | null): Promise<Trial> {
  const { data, settings } = task.description;
  const own = selected(await train(task.training));
  return {
    set: data.name,
    seed: settings.seed,
    own: divergenceOf(task, own),
    peers: peer === null ? null : divergenceOf(task, await learnedBy(peer, task)),
  };
}

/**
 * The mean over the noise levels of σ²·½E‖s − s*‖², s* the exact score of the set that the rows come from; on the same
 * points for both sides.
 */
export function divergenceOf({ description, source, measured }: Task, parameters: Parameters): number {
  const { standardScore, sigmas } = modelOf(description, parameters);
  const exact = exactIn(source, description.standardization);
  if (exact === null) throw new TypeError(`divergenceOf: the score of ${description.data.name} is not known`);
  const key = random.foldIn(keysOf(description.settings.seed).measurements, 1);
  const levels = fisherDivergenceByLevel(standardScore, exact, sigmas, { key, samples: measured });
  return levels.reduce((sum, { sigma, value }) => sum + sigma * sigma * value, 0) / levels.length;
}

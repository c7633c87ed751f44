import type { Tensor } from "@scoretape/autograd";
import { dimensionOf } from "../rows.ts";
import { statesOf } from "./chains.ts";
import { assignedModes, type ModeAssignment } from "./modeAssignment.ts";

/** How often chains changed their mode. */
export interface ModeSwitches {
  /** All switches of all chains. */
  readonly total: number;
  /** Those of each chain, one number a chain. */
  readonly perChain: readonly number[];
  /** How many steps led from mode i to mode j, at [i][j]; on the diagonal those that stayed. */
  readonly transitions: readonly (readonly number[])[];
}

/**
 * How often chains went from one mode to another between consecutive states of a trajectory. Chains that never do
 * have the weights of their starts, whatever their moments look like.
 *
 * @param trajectory the states of the chains in order, as a sampler keeps them: a list of [chains, d], or
 *   [steps, chains, d]; two steps or more
 * @param modes the centres [k, d], where a state belongs to the nearest one (the first of equally near ones), as
 *   in {@link modeWeights}; or a rule of your own
 * @throws ShapeError when the trajectory has another shape, or the centres are not [k, d] with the same d
 * @throws RangeError when a value is not finite, or a rule returns no mode
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { modeSwitches } from "@scoretape/score";
 *
 * const trajectory = [tensor([[0.1], [2.2]]), tensor([[1.8], [2.1]]), tensor([[-0.2], [1.9]])];
 * const { perChain, transitions } = modeSwitches(trajectory, tensor([[0], [2]]));
 * console.log(perChain, transitions); // [ 2, 0 ] [ [ 0, 1 ], [ 1, 2 ] ]
 * ```
 */
export function modeSwitches(
  trajectory: Tensor | readonly Tensor[],
  modes: Tensor | ModeAssignment,
): ModeSwitches {
  const states = statesOf("modeSwitches", trajectory, 2);
  const [first] = states;
  const { count, of } = assignedModes("modeSwitches", modes, first === undefined ? 0 : dimensionOf(first));
  const visited = states.map(of);
  const perChain = new Array<number>(visited[0]?.length ?? 0).fill(0);
  const transitions = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  visited.slice(1).forEach((modesAfter, i) => {
    modesAfter.forEach((after, chain) => {
      const before = visited[i]?.[chain] ?? after;
      const row = transitions[before];
      if (row !== undefined) row[after] = (row[after] ?? 0) + 1;
      if (before !== after) perChain[chain] = (perChain[chain] ?? 0) + 1;
    });
  });
  return { total: perChain.reduce((sum, switches) => sum + switches, 0), perChain, transitions };
}

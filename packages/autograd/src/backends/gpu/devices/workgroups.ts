/** A grid of threads in workgroups. */
export interface Workgroups {
  readonly groups: readonly [number, number, number];
  /** The threads in a row of workgroups, for a grid of one axis. */
  readonly width: number;
}

/**
 * The workgroups of a grid. One of one axis that is too long for a row of them is folded, as GPU.js's shaders expect.
 *
 * @param most the workgroups along an axis at most
 * @throws RangeError when a matrix needs more of them
 */
export function workgroupsOf(
  grid: readonly number[],
  workgroup: readonly number[],
  most: number,
): Workgroups {
  const [wide = 1, high = 1] = workgroup;
  const [x = 1, y = 1] = grid;
  let [across, down] = [Math.ceil(x / wide), Math.ceil(y / high)];
  if (grid.length === 1 && across > most) {
    down = Math.ceil(across / most);
    across = Math.ceil(across / down);
  }
  if (across > most || down > most) {
    throw new RangeError(
      `compile: a matrix of ${y} rows and ${x} columns is more than the ${most * high} rows and ${most * wide} ` +
        "columns that this GPU takes; take a smaller batch",
    );
  }
  return { groups: [across, down, 1], width: grid.length === 1 ? across * wide : 0 };
}

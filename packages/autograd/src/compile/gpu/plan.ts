import type { ArrayId, Code } from "./code.ts";

/** Where the arrays of a program are. */
export interface Places {
  /** The place of each array. */
  readonly of: readonly number[];
  /** The elements that each place has room for. */
  readonly sizes: readonly number[];
}

/**
 * Gives every array a place: exclusive ones a place of their own, the others the best fitting place that nobody needs
 * from the command that writes the array to the last one that reads it. A kernel's result never lies on what it reads.
 */
export function planPlaces(code: Code, reuse: boolean): Places {
  const last = lastReads(code);
  const of: number[] = [];
  const sizes: number[] = [];
  const take = (size: number): number => sizes.push(size) - 1;
  code.arrays.forEach(({ size, exclusive }, array) => {
    if (exclusive || !reuse) of[array] = take(size);
  });
  const free: number[] = [];
  code.commands.forEach((command, index) => {
    if (command.kind !== "kernel") return;
    const { output, inputs } = command;
    if (of[output] === undefined)
      of[output] =
        fitting(free, sizes, code.arrays[output]?.size ?? 0) ?? take(code.arrays[output]?.size ?? 0);
    for (const array of new Set([...inputs, output])) {
      const info = code.arrays[array];
      const place = of[array];
      const isOver = (last.get(array) ?? index) <= index;
      if (reuse && isOver && info !== undefined && !info.exclusive && place !== undefined) free.push(place);
    }
  });
  return { of, sizes };
}

/** Takes the smallest free place that is large enough, but not many times too large, or else the largest, enlarged. */
function fitting(free: number[], sizes: number[], size: number): number | undefined {
  let best = -1;
  free.forEach((place, i) => {
    const room = sizes[place] ?? 0;
    if (room >= size && (best < 0 || room < (sizes[free[best] ?? -1] ?? 0))) best = i;
  });
  if (best < 0) {
    free.forEach((place, i) => {
      if (best < 0 || (sizes[place] ?? 0) > (sizes[free[best] ?? -1] ?? 0)) best = i;
    });
  }
  const [place] = best < 0 ? [] : free.splice(best, 1);
  if (place !== undefined) sizes[place] = Math.max(sizes[place] ?? 0, size);
  return place;
}

function lastReads(code: Code): Map<ArrayId, number> {
  const last = new Map<ArrayId, number>();
  code.commands.forEach((command, index) => {
    if (command.kind === "kernel") for (const array of command.inputs) last.set(array, index);
    // A place may be taken over only by a later kernel.
    if (command.kind === "read") last.set(command.array, index);
  });
  return last;
}

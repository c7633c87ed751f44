import { onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";
import type { Picture } from "./usePicture.ts";
import type { Training } from "./useTraining.ts";
import type { LevelDistance } from "./views.ts";

/** A slider that is still moving asks for nothing. */
const PATIENCE = 250;

/** How far the score of the step that is drawn is from the exact one, where that is known and nothing is being trained. */
export function useDistances(training: Training, picture: Picture): ShallowRef<readonly LevelDistance[]> {
  const { run, isBusy } = training;
  const distances = shallowRef<readonly LevelDistance[]>([]);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  watch([() => picture.at, isBusy], ([at, busy]) => {
    clearTimeout(waiting);
    distances.value = [];
    if (at === null || busy || run.opening?.isExact !== true) return;
    waiting = setTimeout(async () => {
      try {
        const found = await training.ask<LevelDistance[]>((engine) => engine.fisher({ at }));
        if (picture.at === at && !isBusy.value) distances.value = found;
      } catch {
        // What went wrong is told where the step is drawn.
        distances.value = [];
      }
    }, PATIENCE);
  });
  onScopeDispose(() => clearTimeout(waiting));
  return distances;
}

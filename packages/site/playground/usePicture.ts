import { onScopeDispose, shallowReactive, watch } from "vue";
import { Lost } from "./client.ts";
import { arrowsIn, cellsIn } from "./places.ts";
import type { Scene } from "./scene.ts";
import type { At, Opening } from "./session.ts";
import type { Training } from "./useTraining.ts";

const SAMPLES = 500;
/** While a training goes on, drawing takes at most such a share of the time. */
const SHARE = 0.25;

/** The field and the samples of a step, asked for anew whenever the step or the noise level is another. */
export function usePicture(
  training: Training,
  view: { readonly at: At | null; readonly sigma: number; reach: number },
) {
  const picture = shallowReactive({
    /** The step that is drawn. */
    at: null as At | null,
    field: null as Float32Array | null,
    samples: null as Float32Array | null,
    density: null as Float32Array | null,
    isBusy: false,
    error: "",
  });
  let isDue = false;
  let isGone = false;
  onScopeDispose(() => {
    isGone = true;
  });

  async function draw(): Promise<void> {
    const { at, sigma, reach } = view;
    if (at === null) return;
    const began = performance.now();
    picture.density = at === picture.at ? picture.density : null;
    picture.field = await training.ask((engine) => engine.field({ at, sigma, square: arrowsIn(reach) }));
    if (at !== picture.at || picture.samples === null) {
      picture.samples = await training.ask<Float32Array>((engine) => engine.samples({ at, count: SAMPLES }));
    }
    picture.at = at;
    picture.error = "";
    const took = performance.now() - began;
    if (training.run.phase === "training") {
      await new Promise((resolve) => setTimeout(resolve, took * (1 / SHARE - 1)));
    }
  }

  async function update(): Promise<void> {
    isDue = true;
    if (picture.isBusy) return;
    picture.isBusy = true;
    while (isDue && !isGone) {
      isDue = false;
      try {
        await draw();
      } catch (reason) {
        if (!(reason instanceof Lost))
          picture.error = reason instanceof Error ? reason.message : String(reason);
      }
    }
    picture.isBusy = false;
  }
  watch(() => [view.at, view.sigma, view.reach], update, { immediate: true });
  watch(
    () => training.run.opening,
    () => Object.assign(picture, { at: null, field: null, samples: null, density: null, error: "" }),
  );

  /** The density, which takes seconds, of what is drawn. */
  async function askDensity(): Promise<void> {
    const { at } = picture;
    if (at === null) return;
    try {
      const found = await training.ask<Float32Array>((engine) =>
        engine.density({ at, square: cellsIn(view.reach) }),
      );
      if (picture.at === at) picture.density = found;
    } catch (reason) {
      picture.error = reason instanceof Error ? reason.message : String(reason);
    }
  }
  return { picture, askDensity };
}

/** Which parts of a picture are seen. */
export type Shows = Record<"data" | "samples" | "field" | "density", boolean>;

/** More points of the data would hide the others. */
const MOST_POINTS = 1000;

/** The parts of a picture that are seen. */
export function sceneOf(opening: Opening | null, picture: Picture, shows: Shows, reach: number): Scene {
  const { points = null, mean = [], deviation = [] } = opening ?? {};
  return {
    reach,
    data: shows.data && points !== null ? points.subarray(0, 2 * MOST_POINTS) : null,
    samples: shows.samples ? picture.samples : null,
    field: shows.field ? picture.field : null,
    density: shows.density ? picture.density : null,
    mean,
    deviation,
  };
}

export type Picture = ReturnType<typeof usePicture>["picture"];

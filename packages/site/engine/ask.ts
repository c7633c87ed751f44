import { effectScope, getCurrentInstance, onMounted, onScopeDispose, type Ref, shallowRef, watch } from "vue";
import { answerOf } from "./engines.ts";
import type { Jobs } from "./jobs.ts";

/** What a figure shows. */
export interface Answer<Name extends keyof Jobs> {
  readonly result: Ref<Awaited<ReturnType<Jobs[Name]>> | undefined>;
  readonly error: Ref<string>;
  /** Asks the same once more. */
  again(): void;
}

/** A figure asks when a reader has come to within so much of it. */
const NEAR = "400px";

/** Calls back when the component of this scope comes near to what is seen, or at once where there is none. */
function whenNear(come: () => void): void {
  const instance = getCurrentInstance();
  if (instance === null) {
    come();
    return;
  }
  let observer: IntersectionObserver | undefined;
  onMounted(() => {
    const element: unknown = instance.proxy?.$el;
    if (!(element instanceof Element)) {
      come();
      return;
    }
    observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer?.disconnect();
        come();
      },
      { rootMargin: NEAR },
    );
    observer.observe(element);
  });
  onScopeDispose(() => observer?.disconnect());
}

/**
 * Asks the engine when the figure is near, and again whenever the question changes; of questions that come while it works only
 * the last counts. Where there is none yet, nothing is asked.
 */
export function ask<Name extends keyof Jobs>(
  name: Name,
  question: () => Parameters<Jobs[Name]>[0] | undefined,
): Answer<Name> {
  const result: Answer<Name>["result"] = shallowRef();
  const error = shallowRef("");
  let isBusy = false;
  let isDue = false;
  let isGone = false;
  async function answer(): Promise<void> {
    isDue = true;
    if (isBusy) return;
    isBusy = true;
    while (isDue && !isGone) {
      isDue = false;
      const asked = question();
      if (asked === undefined) continue;
      try {
        result.value = await answerOf(name, asked);
        error.value = "";
      } catch (reason) {
        error.value = reason instanceof Error ? reason.message : String(reason);
      }
    }
    isBusy = false;
  }
  onScopeDispose(() => {
    isGone = true;
  });
  const scope = effectScope();
  whenNear(() => scope.run(() => watch(question, answer, { immediate: true, deep: true })));
  return { result, error, again: answer };
}

import { type Remote, wrap } from "comlink";
import { onScopeDispose, type Ref, shallowRef, watch } from "vue";
import type { Jobs } from "./jobs.ts";

interface Engine {
  readonly remote: Remote<Jobs>;
  readonly lost: Promise<never>;
}

let engine: Engine | undefined;

/** The worker in which the engine runs, started with the first figure that asks, and anew after it was lost. */
function opened(): Engine {
  if (engine !== undefined) return engine;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "scoretape" });
  const lost = new Promise<never>((_, reject) => {
    worker.addEventListener("error", ({ message }) => {
      engine = undefined;
      worker.terminate();
      reject(
        new Error(
          `the engine stopped (${message || "its file did not load"}); change something to start it again`,
        ),
      );
    });
  });
  lost.catch(() => undefined);
  engine = { remote: wrap<Jobs>(worker), lost };
  return engine;
}

/** What a figure shows. */
export interface Answer<Name extends keyof Jobs> {
  readonly result: Ref<ReturnType<Jobs[Name]> | undefined>;
  readonly error: Ref<string>;
}

/** Asks the engine again whenever the question changes; of questions that come while it works only the last counts. */
export function ask<Name extends keyof Jobs>(
  name: Name,
  question: () => Parameters<Jobs[Name]>[0],
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
      try {
        const { remote, lost } = opened();
        const job: (input: unknown) => Promise<unknown> = remote[name] as never;
        result.value = (await Promise.race([job(question()), lost])) as ReturnType<Jobs[Name]>;
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
  watch(question, answer, { immediate: true, deep: true });
  return { result, error };
}

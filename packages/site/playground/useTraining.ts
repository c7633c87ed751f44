import { proxy } from "comlink";
import { computed, onScopeDispose, shallowReactive } from "vue";
import { type Client, client, Lost } from "./client.ts";
import type { Job } from "./learning.ts";
import type { Ending, News, Opening } from "./session.ts";

export type Phase = "idle" | "opening" | "training" | "pausing" | "paused" | "done" | "failed";

/** A training as a page follows it. */
export function useTraining() {
  const run = shallowReactive({
    phase: "idle" as Phase,
    opening: null as Opening | null,
    step: 0,
    losses: [] as readonly number[],
    validation: [] as News["validation"],
    kept: [] as readonly number[],
    ending: null as Ending | null,
    /** What runs the steps. */
    runsOn: "",
    error: "",
    /** Of whole seconds: the steps of the last. */
    rate: 0,
  });
  let own: Client | undefined;

  function follow(started: Client) {
    let [since, steps] = [performance.now(), 0];
    return proxy((news: News) => {
      if (own !== started) return;
      run.step = news.step;
      // After a loss some steps are done again.
      const before = news.step - news.losses.length;
      run.losses = [...run.losses.slice(0, before), ...news.losses];
      run.validation = [...run.validation.filter(({ step }) => step <= before), ...news.validation];
      run.kept = news.kept;
      steps += news.losses.length;
      const seconds = (performance.now() - since) / 1000;
      if (seconds > 1) [run.rate, since, steps] = [steps / seconds, performance.now(), 0];
    });
  }

  async function learn(started: Client): Promise<void> {
    try {
      run.phase = "training";
      run.ending = null;
      run.error = "";
      const ending = await started.ask((engine) => engine.learn(follow(started)));
      if (own !== started) return;
      run.ending = ending;
      run.error = ending.trouble ?? "";
      run.runsOn = ending.runsOn;
      run.phase = ending.step < (run.opening?.steps ?? 0) ? "paused" : "done";
    } catch (reason) {
      fail(started, reason);
    }
  }

  function fail(started: Client, reason: unknown): void {
    if (own !== started) return;
    run.phase = "failed";
    run.error = reason instanceof Error ? reason.message : String(reason);
    if (reason instanceof Lost) own = undefined;
  }

  async function start(job: Job): Promise<void> {
    end();
    const started = client();
    own = started;
    run.phase = "opening";
    try {
      const opening = await started.ask((engine) => engine.open(job));
      if (own !== started) return;
      run.opening = opening;
      run.runsOn = opening.runsOn;
      await learn(started);
    } catch (reason) {
      fail(started, reason);
    }
  }

  /** Forgets the training, and all the memory that it took. */
  function end(): void {
    own?.end();
    own = undefined;
    Object.assign(run, { phase: "idle", opening: null, step: 0, losses: [], validation: [], kept: [] });
    Object.assign(run, { ending: null, runsOn: "", error: "", rate: 0 });
  }
  onScopeDispose(end);

  return {
    run,
    start,
    end,
    isBusy: computed(() => ["opening", "training", "pausing"].includes(run.phase)),
    ask: <T>(question: Parameters<Client["ask"]>[0]): Promise<T> =>
      own === undefined
        ? Promise.reject(new Lost("There is no training. Start one."))
        : (own.ask(question) as Promise<T>),
    /** Ends at the step that is being done. */
    async pause() {
      const started = own;
      run.phase = "pausing";
      try {
        await started?.ask((engine) => engine.pause());
      } catch (reason) {
        if (started !== undefined) fail(started, reason);
      }
    },
    async proceed() {
      if (own !== undefined) await learn(own);
    },
  };
}

export type Training = ReturnType<typeof useTraining>;

import { proxy } from "comlink";
import { computed, onScopeDispose, shallowReactive } from "vue";
import { type Client, client, Lost } from "./client.ts";
import type { Job } from "./learning.ts";
import type { Ending, News, Opening } from "./session.ts";

export type Phase = "idle" | "opening" | "training" | "paused" | "stopped" | "done" | "failed";

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
      run.losses = [...run.losses, ...news.losses];
      run.validation = [...run.validation, ...news.validation];
      run.kept = news.kept;
      steps += news.losses.length;
      const seconds = (performance.now() - since) / 1000;
      if (seconds > 1) [run.rate, since, steps] = [steps / seconds, performance.now(), 0];
    });
  }

  async function learn(started: Client): Promise<void> {
    try {
      run.phase = "training";
      const ending = await started.ask((engine) => engine.learn(follow(started)));
      if (own !== started) return;
      run.ending = ending;
      run.phase = ending.step < (run.opening?.steps ?? 0) && isStopping ? "stopped" : "done";
    } catch (reason) {
      fail(started, reason);
    }
  }

  let isStopping = false;
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
    isStopping = false;
    run.phase = "opening";
    try {
      const opening = await started.ask((engine) => engine.open(job));
      if (own !== started) return;
      run.opening = opening;
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
    Object.assign(run, { ending: null, error: "", rate: 0 });
  }
  onScopeDispose(end);

  return {
    run,
    start,
    end,
    isBusy: computed(() => run.phase === "opening" || run.phase === "training" || run.phase === "paused"),
    ask: <T>(question: Parameters<Client["ask"]>[0]): Promise<T> =>
      own === undefined
        ? Promise.reject(new Lost("There is no training. Start one."))
        : (own.ask(question) as Promise<T>),
    async pause() {
      run.phase = "paused";
      await own?.ask((engine) => engine.pause());
    },
    async proceed() {
      if (run.phase === "paused") {
        run.phase = "training";
        await own?.ask((engine) => engine.proceed());
      } else if (own !== undefined) {
        isStopping = false;
        await learn(own);
      }
    },
    async stop() {
      isStopping = true;
      await own?.ask((engine) => engine.stop());
    },
  };
}

export type Training = ReturnType<typeof useTraining>;

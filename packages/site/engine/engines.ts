import { type Remote, wrap } from "comlink";
import type { Jobs } from "./jobs.ts";
import { type Kind, kindOf, startWorker } from "./workers.ts";

interface Engine {
  readonly remote: Remote<Jobs>;
  readonly lost: Promise<never>;
  stop(why: string): void;
}

/** So many milliseconds a job may take: a worker that was ended from outside says nothing, and never answers. */
const PATIENCE = 60_000;

const engines = new Map<Kind, Engine>();

/** The worker in which a kind of job runs, started with the first that is asked for, and anew after it was lost. */
function opened(kind: Kind): Engine {
  const running = engines.get(kind);
  if (running !== undefined) return running;
  const worker = startWorker(kind);
  let lose: (reason: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => undefined);
  const engine: Engine = {
    remote: wrap<Jobs>(worker),
    lost,
    stop(why) {
      if (engines.get(kind) === engine) engines.delete(kind);
      worker.terminate();
      lose(new Error(`the engine stopped (${why}); start it again, or change something`));
    },
  };
  worker.addEventListener("error", ({ message }) => engine.stop(message || "its file did not load"));
  engines.set(kind, engine);
  return engine;
}

/** What a job makes of a question. */
export async function answerOf<Name extends keyof Jobs>(
  name: Name,
  question: Parameters<Jobs[Name]>[0],
): Promise<Awaited<ReturnType<Jobs[Name]>>> {
  const { remote, lost, stop } = opened(kindOf[name]);
  const job: (input: unknown) => Promise<unknown> = remote[name] as never;
  const patience = setTimeout(() => stop("no answer for a minute"), PATIENCE);
  try {
    return (await Promise.race([job(question), lost])) as Awaited<ReturnType<Jobs[Name]>>;
  } finally {
    clearTimeout(patience);
  }
}

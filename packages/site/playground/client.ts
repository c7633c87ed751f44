import { type Remote, wrap } from "comlink";
import type { PlaygroundEngine } from "./worker.ts";

/** A worker with the library in it. */
export interface Client {
  /** What it answers; rejected where the worker dies meanwhile. */
  ask<T>(question: (engine: Remote<PlaygroundEngine>) => Promise<T>): Promise<T>;
  /** Ends it, with all the memory that it took. */
  end(): void;
}

/** What is said of a worker that died. */
export class Lost extends Error {
  override readonly name = "Lost";
}

/** Starts a worker: the library is loaded with the first of them. */
export function client(): Client {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "playground" });
  const engine = wrap<PlaygroundEngine>(worker);
  let fail: (reason: Lost) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    fail = reject;
  });
  lost.catch(() => undefined);
  worker.addEventListener("error", ({ message }) => {
    worker.terminate();
    fail(new Lost(`The engine stopped: ${message || "its file did not load"}. Start again.`));
  });
  return {
    ask: (question) => Promise.race([question(engine), lost]),
    end() {
      worker.terminate();
      fail(new Lost("The engine was ended."));
    },
  };
}

/** One question to a worker of its own. */
export async function askOnce<T>(question: (engine: Remote<PlaygroundEngine>) => Promise<T>): Promise<T> {
  const own = client();
  try {
    return await own.ask(question);
  } finally {
    own.end();
  }
}

import { proxy, wrap } from "comlink";

/** A program that runs in a worker of its own. */
export interface Run {
  /** Settles when it ended: with what went wrong, or nothing. */
  readonly ended: Promise<string>;
  /** Ends it. */
  stop(why: string): void;
}

interface Runner {
  run(source: string, site: string, begin: () => void, print: (line: string) => void): Promise<string>;
}

/** So many milliseconds a program may run, and so many the engine may take to come before. */
const [LIMIT, PATIENCE] = [10_000, 60_000];

/**
 * Runs a program in TypeScript; it ends by itself, ten seconds after it began, or when it is stopped.
 *
 * @param site the address of the site, from which the program fetches
 */
export function runInWorker(source: string, site: string, print: (line: string) => void): Run {
  const worker = new Worker(new URL("./workers/program.ts", import.meta.url), {
    type: "module",
    name: "program",
  });
  let stop: (why: string) => void = () => undefined;
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });
  worker.addEventListener("error", ({ message }) => stop(message || "the engine's file did not load"));
  let limit = setTimeout(() => stop("the engine did not come within a minute; run it again"), PATIENCE);
  const begin = (): void => {
    clearTimeout(limit);
    limit = setTimeout(
      () => stop(`it was ended after ${LIMIT / 1000} seconds; change it, or press reset`),
      LIMIT,
    );
  };
  const told = wrap<Runner>(worker).run(source, site, proxy(begin), proxy(print));
  const ended = Promise.race([told, stopped]).finally(() => {
    clearTimeout(limit);
    worker.terminate();
  });
  return { ended, stop };
}

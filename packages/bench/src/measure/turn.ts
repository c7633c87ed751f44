import type { Connection } from "../worker/connection.ts";
import type { Timing } from "../worker/protocol.ts";
import type { Effort } from "./effort.ts";

/** No answer in so many seconds is a failure. */
export const LIMIT = 300;

/** What an implementation does when it is its turn. */
export interface Turn {
  /** Iterations before the time is taken. */
  readonly untimed: number;
  /** Iterations that are timed. */
  readonly iterations: number;
}

/** An iteration that takes so many lead-ins needs none before it. */
const LONG = 10;

/**
 * The turn of an implementation whose iterations take so many seconds each.
 *
 * A system may put threads that have slept onto one processor at first; a processor that has slept is slow at first,
 * and its caches hold another's data. A training meets this once, a short turn would meet it every time. So every
 * implementation works for a while before its time is taken.
 */
export function turnOf(iterationSeconds: number, { leadInSeconds, roundSeconds }: Effort): Turn {
  const each = Math.max(iterationSeconds, 1e-9);
  return {
    untimed: each >= LONG * leadInSeconds ? 0 : Math.ceil(leadInSeconds / each),
    iterations: Math.max(1, Math.ceil(roundSeconds / each)),
  };
}

export function takeTurn(worker: Connection, turn: Turn): Promise<Timing> {
  return worker.ask({ command: "run", ...turn }, LIMIT);
}

/** How long a turn takes, in seconds. */
export function turnSeconds({ untimed, iterations }: Turn, iterationSeconds: number): number {
  return (untimed + iterations) * iterationSeconds;
}

import type { Connection } from "../worker/connection.ts";
import type { Timing } from "../worker/protocol.ts";
import type { Effort } from "./effort.ts";

/** After a warm-up. */
export interface Warm {
  /** As many as make up the time of a round. */
  readonly iterations: number;
  /** Whether the last blocks took the same time. */
  readonly settled: boolean;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** Blocks that have to agree, and how far they may be apart. */
const BLOCKS = 4;
const TOLERANCE = 0.05;

/** No answer in so many seconds is a failure. */
export const LIMIT = 300;

/** Runs blocks of iterations until the last few take the same time, or the time for it is over. */
export async function warmUp(worker: Connection, effort: Effort): Promise<Warm> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1e3;
  const times: number[] = [];
  let iterations = 1;
  while (true) {
    const { seconds }: Timing = await worker.ask({ command: "run", iterations }, LIMIT);
    const each = seconds / iterations;
    times.push(each);
    iterations = Math.max(1, Math.ceil(effort.roundSeconds / Math.max(each, 1e-9)));
    const settled = isSettled(times);
    if (settled || elapsed() > effort.warmUpSeconds) return { iterations, settled, seconds: elapsed() };
  }
}

function isSettled(times: readonly number[]): boolean {
  const last = times.slice(-BLOCKS);
  return last.length === BLOCKS && Math.max(...last) <= (1 + TOLERANCE) * Math.min(...last);
}

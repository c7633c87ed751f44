import type { Connection } from "../worker/connection.ts";
import type { Effort } from "./effort.ts";
import { type Turn, takeTurn, turnOf } from "./turn.ts";

/** After a warm-up. */
export interface Warm {
  /** What is done in each round. */
  readonly turn: Turn;
  /** The time of one iteration at last, in seconds. */
  readonly iterationSeconds: number;
  /** Whether the last blocks were no faster than those before. */
  readonly settled: boolean;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** So many blocks may not be faster than those before them, and how much faster counts. */
const BLOCKS = 4;
const TOLERANCE = 0.05;

/** Runs blocks of work until they become no faster, or the time for it is over. */
export async function warmUp(worker: Connection, effort: Effort): Promise<Warm> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1e3;
  const times: number[] = [];
  let iterations = 1;
  while (true) {
    // One comes right after the other: no lead-in.
    const { seconds } = await takeTurn(worker, { untimed: 0, iterations });
    const each = seconds / iterations;
    times.push(each);
    iterations = turnOf(each, effort).iterations;
    const settled = isSettled(times);
    if (settled || elapsed() > effort.warmUpSeconds) {
      const iterationSeconds = Math.min(...times.slice(-BLOCKS));
      return { turn: turnOf(each, effort), iterationSeconds, settled, seconds: elapsed() };
    }
  }
}

/** Others' work slows down single blocks; warming up makes all that follow faster, which the fastest of them shows. */
function isSettled(times: readonly number[]): boolean {
  const [before, last] = [times.slice(0, -BLOCKS), times.slice(-BLOCKS)];
  return before.length > 0 && Math.min(...before) <= (1 + TOLERANCE) * Math.min(...last);
}

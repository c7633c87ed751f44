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

/** Runs blocks like the turns of the rounds until they become no faster, or the time for it is over. */
export async function warmUp(worker: Connection, effort: Effort): Promise<Warm> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1e3;
  const times: number[] = [];
  let turn: Turn = { untimed: 0, iterations: 1 };
  while (true) {
    const { seconds } = await takeTurn(worker, turn);
    times.push(seconds / turn.iterations);
    const iterationSeconds = Math.min(...times.slice(-BLOCKS));
    turn = turnOf(times.at(-1) ?? iterationSeconds, effort);
    const settled = isSettled(times);
    if (settled || elapsed() > effort.warmUpSeconds) {
      return { turn, iterationSeconds, settled, seconds: elapsed() };
    }
  }
}

/** Others' work slows down single blocks; warming up makes all that follow faster, which the fastest of them shows. */
function isSettled(times: readonly number[]): boolean {
  const [before, last] = [times.slice(0, -BLOCKS), times.slice(-BLOCKS)];
  return before.length > 0 && Math.min(...before) <= (1 + TOLERANCE) * Math.min(...last);
}

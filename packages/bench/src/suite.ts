/** How much time to spend. */
export interface Effort {
  /** How often every case is measured. */
  readonly rounds: number;
  /** The time for one case in one round, in nanoseconds: a case that is slower takes more. */
  readonly time: number;
  /** The least number of samples of one case in one round. */
  readonly samples: number;
  /** The time over which the growth of the heap is measured, in nanoseconds. */
  readonly heapTime: number;
}

/** One quantity to measure: a cell of its suite's table. */
export interface Case {
  readonly row: string;
  readonly column: string;
  /** The unit of the quantity; the same in a whole column. */
  readonly unit: string;
  /** Measures the quantity once. */
  readonly measure: (effort: Effort) => Promise<number>;
}

/** Cases that make one table. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Runs only where it is asked for by name. */
  readonly needsGpu?: true;
  /** Makes the cases, with the tensors they work on. */
  readonly cases: () => readonly Case[];
}

/** What the rounds of one case gave. */
export interface Result {
  readonly suite: string;
  readonly row: string;
  readonly column: string;
  readonly unit: string;
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  /** The quantity in every round. */
  readonly rounds: readonly number[];
}

/**
 * Measures every case of a suite once a round, in turn, so that a machine that slows down for a while slows
 * all of them and not one. A round before the first lets the just-in-time compiler settle and is not counted.
 */
export async function runSuite(suite: Suite, effort: Effort): Promise<Result[]> {
  const measured = suite.cases().map((one) => ({ one, rounds: [] as number[] }));
  for (let round = 0; round <= effort.rounds; round++) {
    for (const { one, rounds } of measured) {
      const quantity = await one.measure(effort);
      if (!Number.isFinite(quantity)) {
        throw new RangeError(`${suite.name}: ${one.row}, ${one.column} came out as ${quantity} ${one.unit}`);
      }
      if (round > 0) rounds.push(quantity);
    }
  }
  return measured.map(({ one: { row, column, unit }, rounds }) => ({
    suite: suite.name,
    row,
    column,
    unit,
    median: median(rounds),
    least: Math.min(...rounds),
    greatest: Math.max(...rounds),
    rounds,
  }));
}

/** The middle value; NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

import type { MicroRecord } from "../report/record.ts";

/** How much time to spend. */
export interface MicroEffort {
  /** How often every case is measured. */
  readonly rounds: number;
  /** The time for one case in one round, in nanoseconds: a case that is slower takes more. */
  readonly time: number;
  /** The least number of samples of one case in one round. */
  readonly samples: number;
  /** The time over which the growth of the heap is measured, in nanoseconds. */
  readonly heapTime: number;
}

export const thoroughMicro: MicroEffort = { rounds: 7, time: 15e6, samples: 5, heapTime: 0.5e9 };
export const quickMicro: MicroEffort = { rounds: 3, time: 3e6, samples: 2, heapTime: 0.3e9 };

/** One quantity to measure: a cell of its suite's table. */
export interface Case {
  readonly row: string;
  readonly column: string;
  /** The unit of the quantity; the same in a whole column. */
  readonly unit: string;
  /** Measures the quantity once. */
  measure(effort: MicroEffort): Promise<number>;
  /** The same in another unit, for a column of its own. */
  readonly also?: { readonly unit: string; from(quantity: number): number };
}

/** Cases that make one table. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Whether a quick run measures it. */
  readonly quick?: boolean;
  /** How long it takes in a full run, by experience. */
  readonly seconds: number;
  /** Runs only where it is asked for by name. */
  readonly needsGpu?: true;
  /** Makes the cases, with the tensors they work on. */
  cases(): readonly Case[];
}

/**
 * Measures every case of a suite once a round, in turn, so that a machine that slows down for a while slows
 * all of them and not one. A round before the first lets the just-in-time compiler settle and is not counted.
 */
export async function runSuite(suite: Suite, effort: MicroEffort): Promise<MicroRecord[]> {
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
  return measured.flatMap(({ one: { row, column, unit, also }, rounds }): MicroRecord[] => {
    const about = { type: "micro", suite: suite.name, row, column } as const;
    const own: MicroRecord = { ...about, unit, rounds };
    return also === undefined ? [own] : [own, { ...about, unit: also.unit, rounds: rounds.map(also.from) }];
  });
}

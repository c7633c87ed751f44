/** How much time to spend. Times in seconds. */
export interface Effort {
  readonly rounds: number;
  /** How long an implementation works untimed in each of its turns, right before the time is taken. */
  readonly leadInSeconds: number;
  /** The least time of one implementation in one round. */
  readonly roundSeconds: number;
  /** The most time to warm up, unless one iteration takes longer. */
  readonly warmUpSeconds: number;
  /** Starts of a fresh process. */
  readonly starts: number;
  /** For each number of the roof. */
  readonly roofSeconds: number;
}

/** Twelve rounds: the third least and the third greatest value enclose the median with probability 96 %. */
export const thorough: Effort = {
  rounds: 12,
  leadInSeconds: 0.1,
  roundSeconds: 0.15,
  warmUpSeconds: 2.5,
  starts: 5,
  roofSeconds: 0.5,
};

/** Six rounds: the least and the greatest value enclose the median with probability 97 %. */
export const quick: Effort = {
  rounds: 6,
  leadInSeconds: 0.05,
  roundSeconds: 0.06,
  warmUpSeconds: 0.6,
  starts: 2,
  roofSeconds: 0.1,
};

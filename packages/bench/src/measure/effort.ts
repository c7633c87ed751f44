/** How much time to spend. Times in seconds. */
export interface Effort {
  readonly rounds: number;
  /** The least time of one implementation in one round. */
  readonly roundSeconds: number;
  /** The most time to warm up, unless one iteration takes longer. */
  readonly warmUpSeconds: number;
  /** Starts of a fresh process. */
  readonly starts: number;
  /** For each number of the roof. */
  readonly roofSeconds: number;
}

export const thorough: Effort = {
  rounds: 15,
  roundSeconds: 0.25,
  warmUpSeconds: 3,
  starts: 10,
  roofSeconds: 0.5,
};

export const quick: Effort = {
  rounds: 5,
  roundSeconds: 0.05,
  warmUpSeconds: 0.6,
  starts: 2,
  roofSeconds: 0.1,
};

/** What a process took for the job, as it tells itself. */
export interface Cost {
  readonly trainingSeconds: number;
  readonly samplingSeconds: number;
  /** The time of all threads in programs, without that in the system; of processes that were started on the way too. */
  readonly userSeconds: number;
  /** The most memory that the process has had resident. */
  readonly peakBytes: number;
}

/** The loss of the averaged parameters on rows kept aside, from step 0 on. */
export type Curve = readonly { readonly step: number; readonly loss: number }[];

/** What a process tells of the job that it has done, as its last line of JSON. */
export interface Outcome extends Cost {
  /** Each layer of the selected parameters, first to last: weights [inputs, outputs] row by row, and biases. */
  readonly layers: readonly { readonly weight: readonly number[]; readonly bias: readonly number[] }[];
  /** The loss of these at the points of the check. */
  readonly checkLoss: number;
  readonly validation: Curve;
  /** Points in the data's own units, [count, d] row by row. */
  readonly samples: readonly number[];
}

/** How well a job was done. */
export interface Quality {
  /** The least validation loss, as the process itself tells it. */
  readonly validationLoss: number;
  /** The loss by exact score matching over all levels, on rows that no one saw. */
  readonly testLoss: number;
  /** The sliced Wasserstein distance from the samples to these rows, standardised. */
  readonly distance: number;
}

/** A claim of the theory that is false of what the laboratory does, and why. */
export interface KnownFailure {
  readonly experiment: string;
  /** The claim, as its `what` says it. */
  readonly what: string;
  readonly because: string;
}

/** Claims that fail at seed 0. `npm run lab:check` sees that they do, and that no other does. */
export const knownFailures: readonly KnownFailure[] = [];

/** Why a claim is known to be false, where it is. */
export function knownFailureOf(experiment: string, what: string): string | null {
  const found = knownFailures.find((one) => one.experiment === experiment && one.what === what);
  return found?.because ?? null;
}

import { portable } from "@scoretape/autograd";
/** How long the next step is to be, learned from the errors of those before. */
export interface StepSizeControl {
  /** The length of the next attempt. */
  readonly length: number;
  /** Whether an attempt of a length with an error, 1 being the most allowed, is accepted; sets the next length. */
  accepts(length: number, error: number): boolean;
}

/** Of the length at which the error would be 1, what is tried. */
const safety = 0.9;
/** A step is at least a fifth and at most ten times as long as the one before. */
const [least, most] = [0.2, 10];
/** The exponents of the error and of the one before, for a method of order 5. */
const [proportional, integral] = [1 / 5 - 0.75 * 0.04, 0.04];

/**
 * Proportional–integral control: h ← h·0.9·e^(−0.17)·e₋₁^0.04 after an accepted step, with e₋₁ the error of the accepted
 * step before; h ← h·0.9·e^(−0.17) after a rejected one, and no growth right after it. Hairer, Nørsett and Wanner 1993,
 * section II.4, and their code DOPRI5.
 */
export function stepSizeControl(first: number): StepSizeControl {
  let length = first;
  let before = 1e-4;
  let hasRejected = false;
  return {
    get length() {
      return length;
    },
    accepts(taken, error) {
      const wanted = safety * portable.pow(error, -proportional);
      // So written, NaN is rejected.
      if (!(error <= 1)) {
        length = taken * (wanted >= least ? wanted : least);
        hasRejected = true;
        return false;
      }
      const factor = Math.min(most, Math.max(least, wanted * portable.pow(before, integral)));
      length = taken * (hasRejected ? Math.min(1, factor) : factor);
      before = Math.max(error, 1e-4);
      hasRejected = false;
      return true;
    },
  };
}

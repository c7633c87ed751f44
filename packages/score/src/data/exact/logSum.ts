import { portable } from "@scoretape/autograd";
/**
 * A density in the plane as a sum of positive terms: log Σ wₖ e^(ℓₖ), and its gradient Σ wₖ e^(ℓₖ) ∇ℓₖ / Σ wₖ e^(ℓₖ).
 * Everything is kept relative to the largest e^ℓ so far, so that nothing underflows far from all terms.
 */
export class LogSum {
  /** The largest ℓ so far. */
  top = Number.NEGATIVE_INFINITY;
  private total = 0;
  private first = 0;
  private second = 0;

  /** Adds w e^ℓ with w ≥ 0 and ∇ℓ = (first, second). */
  add(logTerm: number, weight: number, first: number, second: number): void {
    if (logTerm > this.top) {
      const shrink = portable.exp(this.top - logTerm);
      this.total *= shrink;
      this.first *= shrink;
      this.second *= shrink;
      this.top = logTerm;
    }
    const share = weight * portable.exp(logTerm - this.top);
    this.total += share;
    this.first += share * first;
    this.second += share * second;
  }

  /** Writes the gradient and returns the logarithm of the sum; 0 and −∞ where there was no term. */
  finish(gradient: Float64Array): number {
    if (this.total === 0) {
      gradient.fill(0);
      return Number.NEGATIVE_INFINITY;
    }
    gradient[0] = this.first / this.total;
    gradient[1] = this.second / this.total;
    return this.top + portable.log(this.total);
  }
}

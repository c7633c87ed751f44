import { portable } from "@scoretape/autograd";
import { type Claim, claim, type Origin } from "./claim.ts";
import { type Estimate, exactly, normalCoverage, normalQuantile } from "./statistics.ts";

/** What a number is to reach. */
export interface Goal {
  readonly what: string;
  readonly measured: Estimate;
  readonly relation: "at least" | "at most";
  /** With the room in it that the goal leaves: for chance, and for being a little worse. */
  readonly limit: Estimate;
  readonly origin: Origin;
}

/**
 * The claim that a goal is reached, by the numbers themselves: a limit that leaves room for chance is not widened by
 * intervals once more. A repetition misses it with P(Z > δ/e), δ the distance from the limit and e its standard error.
 */
export function goal({ measured, limit, relation, ...words }: Goal): Claim {
  const [value, bound] = [measured.value, limit.value];
  const room = relation === "at least" ? value - bound : bound - value;
  const reach = portable.hypot(halfOf(measured), halfOf(limit));
  const z = reach === 0 ? Number.POSITIVE_INFINITY : (Math.abs(room) / reach) * normalQuantile();
  const tail = Number.isFinite(z) ? Math.max(0, 1 - normalCoverage(z)) / 2 : 0;
  return claim({
    ...words,
    measured: exactly(value),
    relation,
    limit: exactly(bound),
    falseAlarm: room >= 0 ? tail : 1 - tail,
  });
}

function halfOf({ low, high }: Estimate): number {
  return (high - low) / 2;
}

/** A number with a fixed one added. */
export function shifted({ value, low, high }: Estimate, by: number): Estimate {
  return { value: value + by, low: low + by, high: high + by };
}

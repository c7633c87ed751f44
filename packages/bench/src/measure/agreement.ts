import type { Outcome } from "../worker/work.ts";
import type { Workload } from "../workloads/workload.ts";

/** How far losses may be apart, in parts of the largest of them; the same for the mean squares. */
const VALUES = 1e-4;
/** How far norms of gradients may be apart, in parts of the largest of them. */
const NORMS = 1e-3;
/** How far variances of samples may be apart, in standard errors of their quotient's logarithm. */
const STANDARD_ERRORS = 5;

/** In what an outcome differs from the reference's, in words; null where they agree. */
export function disagreement(workload: Workload, outcome: Outcome, reference: Outcome): string | null {
  return (
    apart(
      workload.kind === "training" || workload.kind === "image-training" ? "losses" : "mean squares",
      outcome.values,
      reference.values,
      VALUES,
    ) ??
    apart("norms of the gradient", outcome.gradientNorms ?? [], reference.gradientNorms ?? [], NORMS) ??
    spreadApart(workload, outcome.variances ?? [], reference.variances ?? [])
  );
}

function apart(
  what: string,
  values: readonly number[],
  expected: readonly number[],
  tolerance: number,
): string | null {
  if (values.length !== expected.length) return `${what}: ${values.length} numbers for ${expected.length}`;
  const scale = Math.max(...expected.map(Math.abs));
  const at = values.findIndex(
    (value, i) => !(Math.abs(value - (expected[i] as number)) <= tolerance * scale),
  );
  return at < 0 ? null : `${what}: number ${at + 1} is ${values[at]}, not ${expected[at]}`;
}

/** Two estimates of one variance from n normal draws each: their logarithms differ by some √(4/n). */
function spreadApart(
  workload: Workload,
  variances: readonly number[],
  expected: readonly number[],
): string | null {
  if (workload.kind !== "sampling") return null;
  const most = STANDARD_ERRORS * Math.sqrt(4 / workload.particles);
  if (variances.length !== expected.length) return `variances: ${variances.length} for ${expected.length}`;
  const at = variances.findIndex(
    (value, i) => !(Math.abs(Math.log(value / (expected[i] as number))) <= most),
  );
  return at < 0 ? null : `variance of coordinate ${at + 1}: ${variances[at]}, not ${expected[at]}`;
}

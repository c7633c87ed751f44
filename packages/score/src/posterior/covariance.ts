import { kindOf } from "@scoretape/autograd";
import { checkPositive } from "../check.ts";

/** How the clean point is taken to lie around D(x, σ) given the state x. */
export interface CovarianceOptions {
  /**
   * `"tweedie"`: Cov[x₀ | x] = σ²·J_D = σ²(I + σ²∇s), which costs d products with the Jacobian a step, and is right for all
   * normal data. `"isotropic"`: v·I with v = σ²σ_d²/(σ² + σ_d²), for one product, in as many dimensions as there may be.
   */
  readonly covariance?: "tweedie" | "isotropic";
  /** σ_d > 0 of an isotropic covariance: the data's deviation, or that within a mode where modes lie apart; 1 unless said. */
  readonly dataDeviation?: number;
}

/** The options by their kinds. */
export const covarianceKinds = { covariance: "string", dataDeviation: "number" } as const;

/** The deviation of an isotropic covariance; null where it is Tweedie's. */
export function deviationOf(
  name: string,
  { covariance, dataDeviation }: CovarianceOptions,
  unlessSaid: NonNullable<CovarianceOptions["covariance"]>,
): number | null {
  const kind: unknown = covariance ?? unlessSaid;
  if (kind === "isotropic") {
    const deviation = dataDeviation ?? 1;
    checkPositive(name, deviation, "dataDeviation");
    return deviation;
  }
  if (kind !== "tweedie") {
    throw new RangeError(
      `${name}: covariance is ${typeof kind === "string" ? kind : kindOf(kind)}; it is tweedie or isotropic`,
    );
  }
  if (dataDeviation === undefined) return null;
  throw new RangeError(
    `${name}: dataDeviation is ${dataDeviation}, but Tweedie's covariance follows from the score; leave it out, ` +
      "or take the isotropic covariance",
  );
}

import type { EstimatorRow } from "@scoretape/score";

const names: Partial<Record<EstimatorRow["estimator"], string>> = {
  exactScoreMatching: "exact",
  slicedScoreMatching: "sliced, (vᵀs)²",
  slicedScoreMatchingVR: "sliced, ‖s‖²",
  finiteDifferenceSlicedScoreMatchingVR: "finite differences",
  denoisingScoreMatching: "denoising",
  denoisingScoreMatchingWithControlVariate: "denoising, control variate",
};

/** `sliced, ‖s‖²: 4 gaussian` */
export function nameOf({ estimator, law, probes }: EstimatorRow): string {
  const name = names[estimator] ?? estimator;
  return law === null ? name : `${name}: ${probes} ${law}`;
}

import type { ObjectiveName } from "@scoretape/score";

/** The losses by name: the formula of each. Types alone come from the library, so that the help need not load it. */
export const losses: Readonly<Record<ObjectiveName, string>> = {
  exact: "½‖s‖² + tr ∂s/∂x; d derivatives a step. Hyvärinen 2005",
  sliced: "vᵀ(∂s/∂x)v + ½(vᵀs)² along a random direction v. Song et al. 2019",
  "sliced-vr": "vᵀ(∂s/∂x)v + ½‖s‖²: the same with less variance. Song et al. 2019",
  denoising: "½‖s(x + σz) + z/σ‖²; no derivative of s. Vincent 2011",
};

/** The names of a record, in its order. */
export function namesOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(record) as K[];
}

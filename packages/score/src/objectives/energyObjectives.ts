import {
  exactEnergyScoreMatching,
  slicedEnergyScoreMatching,
  slicedEnergyScoreMatchingVR,
} from "../losses/energy.ts";
import { finiteDifferenceSlicedEnergyScoreMatching } from "../losses/finiteDifferenceEnergy.ts";
import { differences, type EnergyObjective, eachRow, probesFor } from "./objective.ts";

/** What the objectives of an energy share: with s = −∇E they are those of a score. */
const ofEnergy = {
  takes: "energy",
  target: "data",
  sign: 1,
  constant: "−½E‖∇log p‖²",
  onStandardNormal: {
    minimiser: "E(x) = ½‖x‖² + constant",
    precision: () => 1,
    minimum: (d: number) => -d / 2,
  },
} as const;

/** Objectives for an energy of the data. */
export const energyObjectives = {
  exactEnergyScoreMatching: {
    ...ofEnergy,
    formula: "½‖∇E‖² − tr ∇²E",
    bias: "0",
    needs: [],
    derivatives: 2,
    passes: { formula: "2 + d", count: (d) => 2 + d },
    source: "Hyvärinen 2005, theorem 1",
    loss: (energy, x) => exactEnergyScoreMatching(energy, x, eachRow),
  },
  slicedEnergyScoreMatching: {
    ...ofEnergy,
    formula: "½(vᵀ∇E)² − vᵀ∇²E v",
    bias: "0",
    needs: ["probes"],
    derivatives: 2,
    passes: { formula: "2 + m", count: (_, m) => 2 + m },
    source: "Song et al. 2019, eq. 8",
    loss: (energy, x, key, options = {}) =>
      slicedEnergyScoreMatching(energy, x, probesFor(x, key, options), eachRow),
  },
  slicedEnergyScoreMatchingVR: {
    ...ofEnergy,
    formula: "½‖∇E‖² − vᵀ∇²E v",
    bias: "0",
    needs: ["probes"],
    derivatives: 2,
    passes: { formula: "2 + m", count: (_, m) => 2 + m },
    source: "Song et al. 2019, eq. 9",
    loss: (energy, x, key, options = {}) =>
      slicedEnergyScoreMatchingVR(energy, x, probesFor(x, key, options), eachRow),
  },
  finiteDifferenceSlicedEnergyScoreMatching: {
    ...ofEnergy,
    formula: "−‖v‖²(E₊ − 2E + E₋)/ε² + ½(‖v‖(E₊ − E₋)/(2ε))², E± = E(x ± εv/‖v‖)",
    bias: "O(ε²)",
    needs: ["probes"],
    derivatives: 0,
    passes: { formula: "1 + 2m", count: (_, m) => 1 + 2 * m },
    source: "Pang et al. 2020, section 4",
    loss: (energy, x, key, options = {}) =>
      finiteDifferenceSlicedEnergyScoreMatching(energy, x, probesFor(x, key, options), differences(options)),
  },
} satisfies Record<string, EnergyObjective>;

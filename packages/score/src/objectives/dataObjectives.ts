import { exactScoreMatching } from "../losses/exact.ts";
import {
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
} from "../losses/finiteDifference.ts";
import { fisherDivergence } from "../losses/fisherDivergence.ts";
import { slicedScoreMatching, slicedScoreMatchingVR } from "../losses/sliced.ts";
import { differences, eachRow, probesFor, type ScoreObjective } from "./objective.ts";

/** What the objectives without noise share: in expectation ½E‖s − ∇log p‖² − ½E‖∇log p‖². */
const ofData = {
  takes: "score",
  target: "data",
  sign: 1,
  constant: "−½E‖∇log p‖²",
  onStandardNormal: {
    minimiser: "s(x) = −x",
    precision: () => 1,
    minimum: (d: number) => -d / 2,
  },
} as const;

/** Objectives for the score of the data themselves. */
export const dataObjectives = {
  fisherDivergence: {
    ...ofData,
    formula: "½‖s − t‖², t the known score",
    constant: "0",
    bias: "0",
    needs: ["known score"],
    derivatives: 0,
    passes: { formula: "1", count: () => 1 },
    onStandardNormal: { ...ofData.onStandardNormal, minimum: () => 0 },
    source: "Hyvärinen 2005, eq. 2",
    loss(score, x, _key, { knownScore } = {}) {
      if (knownScore === undefined) {
        throw new TypeError(
          "scoreMatchingObjectives.fisherDivergence: there is no options.knownScore; give the score to compare with",
        );
      }
      return fisherDivergence(score, knownScore, x, eachRow);
    },
  },
  exactScoreMatching: {
    ...ofData,
    formula: "½‖s‖² + tr J",
    bias: "0",
    needs: [],
    derivatives: 1,
    passes: { formula: "1 + d", count: (d) => 1 + d },
    source: "Hyvärinen 2005, theorem 1",
    loss: (score, x) => exactScoreMatching(score, x, eachRow),
  },
  slicedScoreMatching: {
    ...ofData,
    formula: "vᵀJv + ½(vᵀs)²",
    bias: "0",
    needs: ["probes"],
    derivatives: 1,
    passes: { formula: "1 + m", count: (_, m) => 1 + m },
    source: "Song et al. 2019, eq. 8",
    loss: (score, x, key, options = {}) => slicedScoreMatching(score, x, probesFor(x, key, options), eachRow),
  },
  slicedScoreMatchingVR: {
    ...ofData,
    formula: "vᵀJv + ½‖s‖²",
    bias: "0",
    needs: ["probes"],
    derivatives: 1,
    passes: { formula: "1 + m", count: (_, m) => 1 + m },
    source: "Song et al. 2019, eq. 9",
    loss: (score, x, key, options = {}) =>
      slicedScoreMatchingVR(score, x, probesFor(x, key, options), eachRow),
  },
  finiteDifferenceSlicedScoreMatching: {
    ...ofData,
    formula: "‖v‖·vᵀ(s₊ − s₋)/(2ε) + ½(vᵀ(s₊ + s₋)/2)², s± = s(x ± εv/‖v‖)",
    bias: "O(ε²)",
    needs: ["probes"],
    derivatives: 0,
    passes: { formula: "2m", count: (_, m) => 2 * m },
    source: "Pang et al. 2020, section 4",
    loss: (score, x, key, options = {}) =>
      finiteDifferenceSlicedScoreMatching(score, x, probesFor(x, key, options), differences(options)),
  },
  finiteDifferenceSlicedScoreMatchingVR: {
    ...ofData,
    formula: "‖v‖·vᵀ(s₊ − s₋)/(2ε) + ½‖(s₊ + s₋)/2‖², s± = s(x ± εv/‖v‖)",
    bias: "O(ε²)",
    needs: ["probes"],
    derivatives: 0,
    passes: { formula: "2m", count: (_, m) => 2 * m },
    source: "Pang et al. 2020, section 4",
    loss: (score, x, key, options = {}) =>
      finiteDifferenceSlicedScoreMatchingVR(score, x, probesFor(x, key, options), differences(options)),
  },
} satisfies Record<string, ScoreObjective>;

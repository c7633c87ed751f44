// What samples of a table are worth: `@scoretape/score/synthetic`.

export { type AssociationGap, type AssociationPair, associationGap } from "./synthetic/associationGap.ts";
export {
  type ClassifierTest,
  type ClassifierTestOptions,
  classifierTest,
} from "./synthetic/classifierTest.ts";
export {
  type GaussianCopula,
  type GaussianCopulaOptions,
  gaussianCopula,
} from "./synthetic/gaussianCopula.ts";
export {
  type Usefulness,
  type UsefulnessOptions,
  type UsefulnessTables,
  usefulness,
} from "./synthetic/usefulness.ts";

import { apiPage } from "../../markdown/api/address.ts";

/** Where a function of the library stands, and the test of a law that holds it. */
interface Reference {
  readonly source: string;
  readonly law: string;
}

const of = (source: string, law: string): Reference => ({
  source: `packages/score/src/${source}.ts`,
  law: `packages/score/test/${law}.test.ts`,
});

/** The functions that figures call, by their public names. */
export const references = {
  annealedLangevin: of("samplers/annealedLangevin", "samplers"),
  classifierFreeGuidance: of("classifierFreeGuidance", "classifierFreeGuidance"),
  denoisingScoreMatching: of("losses/denoising", "denoising"),
  dpmSolver: of("samplers/dpmSolver", "levelSamplers"),
  eulerMaruyama: of("diffusion/eulerMaruyama", "diffusionSampling"),
  exactScoreMatching: of("losses/exact", "quadrature"),
  fisherDivergence: of("losses/fisherDivergence", "quadrature"),
  fisherDivergenceByDensity: of("metrics/fisherDivergenceByLevel", "fisherDivergenceByLevel"),
  langevin: of("samplers/langevin", "samplers"),
  "data.line": of("data/line", "exactSets"),
  logLikelihood: of("diffusion/logLikelihood", "diffusionLikelihood"),
  modeWeights: of("metrics/modeWeights", "metrics"),
  "posterior.pseudoinverseGuidance": of("posterior/pseudoinverseGuidance", "posterior"),
  probabilityFlow: of("diffusion/probabilityFlow", "diffusionSampling"),
  "probes.rademacher": of("probes", "probes"),
  slicedScoreMatchingVR: of("losses/sliced", "sliced"),
  tweedie: of("tweedie", "tweedie"),
  tweedieCovariance: of("tweedie", "tweedie"),
} as const satisfies Readonly<Record<string, Reference>>;

export type Called = keyof typeof references;

/** The page of a function among those of the API. */
export const pageOf = (name: Called): string => `${apiPage("score", name)}.html`;

/** Where the site has a copy of a file of the repository. */
export const copyOf = (path: string): string => `/source/${path}`;

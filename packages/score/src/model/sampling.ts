import {
  add,
  cast,
  checkOptions,
  concat,
  expandDims,
  type Key,
  matmul,
  mul,
  portable,
  random,
  sqrt,
  square,
  squeeze,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkPositive } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { denoise } from "../denoise.ts";
import { annealedLangevin } from "../samplers/annealedLangevin.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { backendOf, keptSteps } from "../samplers/keptSteps.ts";
import type { ConditionalScore, NoiseConditionalScore } from "../score.ts";
import type { Schema } from "../tables/schema.ts";
import { flowStep } from "./flowStep.ts";
import { imageSteps } from "./imageSampling.ts";

/** How to sample a model. */
export interface SamplingOptions {
  /** Langevin steps at each noise level; see {@link samplingDefaults}. */
  readonly stepsPerLevel?: number;
  /** The size of a step at noise level σ, in units of σ²: 0.2 unless said, too small for its error to show. */
  readonly stepSize?: number;
  /** Of a model that was told classes: the number of the one to draw, from 0; they take turns unless said. */
  readonly label?: number;
  /** w ≥ 0, how far images are guided to be like their class; see `classifierFreeGuidance`; 0 unless said. */
  readonly guidance?: number;
  /** What runs the steps; WebAssembly unless said. */
  readonly backend?: SamplerBackend;
  /** Called after every step with how many were made, and how many there are in all. */
  readonly onStep?: (progress: { readonly step: number; readonly steps: number }) => void;
}

/** What sampling asks of a model. */
export interface Sampled {
  readonly sigmas: readonly number[];
  readonly standardScore: NoiseConditionalScore;
  /** That along the principal axes of the moments, where the description has them. */
  readonly principalScore?: NoiseConditionalScore;
  /** s(z, σ, class), of a network of images: they are drawn along the probability flow alone. */
  readonly conditionalScore?: ConditionalScore<Tensor>;
  /** Whether chains move from level to level along the probability flow; else Langevin steps alone take them there. */
  readonly flows?: boolean;
  readonly description: {
    readonly columns: readonly string[];
    readonly moments?: NormalMoments;
    readonly classes?: readonly string[];
    readonly schema?: Schema;
  };
  /** The number of parameters. */
  readonly size: number;
}

/**
 * The defaults of {@link SamplingOptions} for a model: more steps where they alone take chains from level to level.
 *
 * @example
 * ```ts
 * import { samplingDefaults } from "@scoretape/score/model";
 *
 * console.log(samplingDefaults({ flows: true })); // { stepsPerLevel: 10, stepSize: 0.2 }
 * ```
 */
export function samplingDefaults({ flows = false }: Pick<Sampled, "flows">): {
  readonly stepsPerLevel: number;
  readonly stepSize: number;
} {
  return { stepsPerLevel: flows ? 10 : 40, stepSize: 0.2 };
}

/** Noise of so many deviations hides which of two labels a point is. */
const WIDE = 0.3;

/**
 * Whether chains take Langevin steps at a noise level. Columns that are coordinates of a table's are about normal, and the flow keeps
 * their width; many steps at wide levels, on the score of a few hundred rows, would make them narrower. At narrow ones they take
 * what lies between labels to one of them; see docs/learning.md.
 */
export function takesSteps(
  { flows = false, description }: Pick<Sampled, "flows" | "description">,
  sigma: number,
): boolean {
  return !flows || description.schema === undefined || sigma <= WIDE;
}

/** So many chains run side by side. */
export const CHAINS = 2000;
/** So many multiplications are done before the caller has its turn: less than a second's work. */
const STRETCH = 5e8;

/** So many steps of a model of this size are done before the caller has its turn: what is drawn depends on it. */
export function stretchOf(size: number): number {
  return Math.max(1, Math.floor(STRETCH / (size * CHAINS)));
}

/**
 * Draws samples by annealed Langevin dynamics over a model's noise levels (of a table's coordinates over those up to 0.3), between which
 * the probability flow moves them where the model says so, with a final Tweedie step, from
 * x₀ ~ N(μ, Σ + σ_max²I) with the moments of the data, or x₀ ~ N(0, (1 + σ_max²)I) where they are not known: the data's own
 * spread at the largest level. It stops for breath about once a second, so that
 * a page stays alive; `model.sample` draws the same in one go, in the data's own units.
 *
 * @param count a whole number from 1
 * @returns standardised points, [count, d]; of the same key fewer are the first of more
 * @throws RangeError if a chain leaves the finite numbers, or an option is out of its range
 *
 * @example
 * ```ts
 * import { mul, random, type Tensor } from "@scoretape/autograd";
 * import { samplingSteps } from "@scoretape/score/model";
 *
 * // The standard normal distribution: with noise of σ = 1 its score is −z/2.
 * const standardScore = (z: Tensor) => mul(-0.5, z);
 * const model = { sigmas: [1], standardScore, description: { columns: ["z"] }, size: 1 };
 * const walk = samplingSteps(model, random.key(0), 3);
 * let step = walk.next();
 * while (!step.done) step = walk.next(); // here a page may draw, or wait a moment
 * console.log(step.value.shape); // [ 3, 1 ]
 * ```
 */
export function* samplingSteps(
  model: Sampled,
  key: Key,
  count: number,
  options: SamplingOptions = {},
): Generator<undefined, Tensor> {
  checkOptions("samplingSteps", options, {
    stepsPerLevel: "number",
    stepSize: "number",
    label: "number",
    guidance: "number",
    backend: "any",
    onStep: "function",
  });
  const how = { ...samplingDefaults(model), backend: backendOf(model.standardScore), ...options };
  const { stepsPerLevel, stepSize } = how;
  checkCount("samplingSteps", count, "count");
  checkCount("samplingSteps", stepsPerLevel, "stepsPerLevel");
  checkPositive("samplingSteps", stepSize, "stepSize");
  const { conditionalScore: score, sigmas, description } = model;
  const { classes = [], columns } = description;
  checkGuidance("samplingSteps", options, score === undefined ? 0 : classes.length);
  if (score !== undefined) {
    const { label, guidance = 0, backend, onStep = () => {} } = how;
    const sizes = { dimension: columns.length, classes: classes.length };
    return yield* imageSteps(key, count, { sigmas, score, ...sizes, label, guidance, backend, onStep });
  }
  const batches = Array.from({ length: Math.ceil(count / CHAINS) }, (_, i) =>
    Math.min(CHAINS, count - i * CHAINS),
  );
  const steps = batches.length * sigmas.filter((sigma) => takesSteps(model, sigma)).length * stepsPerLevel;
  let step = 0;
  const onStep = (): void => options.onStep?.({ step: ++step, steps });
  const parts: Tensor[] = [];
  for (const [i, chains] of batches.entries()) {
    parts.push(yield* annealed(model, random.foldIn(key, i), chains, { ...how, onStep }));
  }
  const samples = concat(parts, 0);
  const { moments } = model.description;
  return moments === undefined
    ? samples
    : matmul(samples, cast(moments.axes, samples.dtype), { transposeY: true });
}

/** Throws unless a class and guidance are asked of a model that was told so many classes, and it has the class. */
export function checkGuidance(
  name: string,
  { label, guidance }: { readonly label?: number | undefined; readonly guidance?: number | undefined },
  classes: number,
): void {
  if (classes === 0) {
    if (label === undefined && guidance === undefined) return;
    throw new RangeError(`${name}: the model was told no classes; leave out label and guidance`);
  }
  if (label !== undefined && !(Number.isSafeInteger(label) && label >= 0 && label < classes)) {
    throw new RangeError(`${name}: label is ${label}; classes run from 0 to ${classes - 1}`);
  }
  if (guidance !== undefined && !(guidance >= 0 && guidance < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: guidance is ${guidance}; it is a finite number from 0`);
  }
}

type Steps = Required<Pick<SamplingOptions, "stepsPerLevel" | "stepSize" | "backend">> & {
  readonly onStep: () => void;
};

/** Runs some chains, along the principal axes where there are any. */
function* annealed(
  model: Sampled,
  key: Key,
  chains: number,
  { stepsPerLevel, stepSize, backend, onStep }: Steps,
): Generator<undefined, Tensor> {
  const { sigmas, size, standardScore, principalScore, description, flows = false } = model;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const stretch = stretchOf(size);
  const { columns, moments } = description;
  const score =
    moments === undefined ? standardScore : (principalScore ?? along(standardScore, moments.axes));
  let x = startOf(random.normal(random.foldIn(key, 0), [chains, columns.length]), largest, moments);
  const flow = flowSteps(backend, score);
  const level = (sigma: number): Tensor => tensor(sigma, { dtype: x.dtype });
  for (const [i, sigma] of sigmas.entries()) {
    const before = sigmas[i - 1];
    if (flows && before !== undefined) {
      const way = between(before, sigma);
      for (const [k, to] of way.entries()) x = flow(x, level(way[k - 1] ?? before), level(to));
    }
    if (!takesSteps(model, sigma)) continue;
    const keyOfLevel = random.foldIn(key, i + 1);
    for (let step = 0; step < stepsPerLevel; step += stretch) {
      const { samples } = annealedLangevin(score, x, {
        backend,
        sigmas: [sigma],
        stepSize: stepSize * (sigma * sigma),
        stepsPerLevel: Math.min(stretch, stepsPerLevel - step),
        key: random.foldIn(keyOfLevel, step),
      });
      x = samples;
      for (let taken = step; taken < Math.min(step + stretch, stepsPerLevel); taken++) onStep();
      yield;
    }
  }
  return denoise(score, x, smallest, { backend }).mean;
}

const flowSteps = /* @__PURE__ */ keptSteps(flowStep);

/** N(μ, Σ + σ²I) along the principal axes, of standard normal points z. */
export function startOf(z: Tensor, sigma: number, moments: NormalMoments | undefined): Tensor {
  if (moments === undefined) return mul(portable.hypot(1, sigma), z);
  const { mean, axes, deviation } = moments;
  const spread = sqrt(add(square(deviation), sigma * sigma));
  const center = squeeze(matmul(expandDims(mean, 0), axes), 0);
  return add(mul(cast(spread, z.dtype), z), cast(center, z.dtype));
}

/** A step along the flow divides the noise by at most so much. */
const LONGEST_STEP = 1.5;

/** Levels on the way from one to a lower one, which is the last of them. */
export function between(from: number, to: number): number[] {
  const steps = Math.ceil(portable.log(from / to) / portable.log(LONGEST_STEP));
  return Array.from({ length: steps }, (_, k) =>
    k + 1 === steps ? to : from * portable.pow(to / from, (k + 1) / steps),
  );
}

/** zQ ↦ s(z, σ)Q */
function along(score: NoiseConditionalScore, axes: Tensor): NoiseConditionalScore {
  return (x, sigma) => {
    const Q = cast(axes, x.dtype);
    return matmul(score(matmul(x, Q, { transposeY: true }), sigma), Q);
  };
}

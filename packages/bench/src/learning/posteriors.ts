import { broadcastTo, greater, mul, random, sum, type Tensor, tensor, where } from "@scoretape/autograd";
import {
  data,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
  slicedWasserstein,
} from "@scoretape/score";
import { markdownTable, showNumber } from "../report/numbers.ts";
import type { JudgedReport } from "./judged.ts";

/** A posterior that is known: that of two modes, of which the first coordinate was measured. */
export interface PosteriorCase {
  readonly dimension: number;
  /** Between the modes, in deviations of each along the line between them. */
  readonly separation: number;
  /** τ. */
  readonly noise: number;
}

export const posteriorCases: readonly PosteriorCase[] = [2, 8].flatMap((dimension) =>
  [2, 6].flatMap((separation) => [0, 0.5].map((noise) => ({ dimension, separation, noise }))),
);

/** Samples and directions; where the chains begin, and how many steps they take. */
const [SAMPLES, PROJECTIONS, WIDEST, STEPS] = [1920, 64, 20, 50];

type Posterior = Pick<posterior.PosteriorOptions, "measurement" | "observed" | "sigmas" | "key">;
type Sampler = (score: NoiseConditionalScore, start: Tensor, options: Posterior) => Tensor;

const guided =
  (own: posterior.CovarianceOptions): Sampler =>
  (score, start, options) =>
    posterior.pseudoinverseGuidance(score, start, { ...options, ...own }).samples;
const twisted =
  (particles: number): Sampler =>
  (score, start, { observed, ...options }) => {
    const rows = (start.shape[0] ?? 0) / particles;
    const ofRows = broadcastTo(tensor([...observed.data.subarray(0, observed.shape[1])]), [
      rows,
      observed.shape[1] ?? 0,
    ]);
    return posterior.twisted(score, start, { ...options, observed: ofRows, particles }).samples;
  };
const towards =
  (strength: number): Sampler =>
  (score, start, options) =>
    posterior.dps(score, start, { ...options, strength }).samples;

/** The samplers; RePaint and replacement take exact measurements alone. */
export const posteriorSamplers: Readonly<
  Record<string, { readonly run: Sampler; readonly exactOnly?: true }>
> = {
  replacement: {
    run: (score, start, options) => posterior.replacement(score, start, options).samples,
    exactOnly: true,
  },
  "RePaint, 10 repeats": {
    run: (score, start, options) => posterior.repaint(score, start, { ...options, repeats: 10 }).samples,
    exactOnly: true,
  },
  "DPS, ζ = 0.1": { run: towards(0.1) },
  "DPS, ζ = 0.3": { run: towards(0.3) },
  "ΠGDM, isotropic, σ_d = 1": { run: guided({ dataDeviation: 1 }) },
  "ΠGDM, Tweedie": { run: guided({ covariance: "tweedie" }) },
  "twisted, 16 particles": { run: twisted(16) },
  "twisted, 64 particles": { run: twisted(64) },
};

/** What a sampler is off by. */
export interface PosteriorRecord extends PosteriorCase {
  readonly sampler: string;
  /** The sliced Wasserstein distance to the posterior's own samples. */
  readonly distance: number;
  /** The share of samples in the mode that the measurement speaks for, less the right one. */
  readonly weightError: number;
}

/** Measures samplers with the exact score on posteriors that are known in closed form. */
export function measurePosteriors(
  cases: readonly PosteriorCase[] = posteriorCases,
  samples = SAMPLES,
): PosteriorRecord[] {
  return cases.flatMap((one) => {
    const { dimension: d, noise } = one;
    const mixture = mixtureOf(one);
    const set = data.gaussianMixture(mixture);
    const mask = tensor(Array.from({ length: d }, (_, j) => (j === 0 ? 1 : 0)));
    const measurement = linearMeasurement({ mask }, { noise });
    // Half a deviation from the middle.
    const observed = broadcastTo(tensor(Array.from({ length: d }, (_, j) => (j === 0 ? 0.5 : 0))), [
      samples,
      d,
    ]);
    const first = { measurement, observed: tensor([[...observed.data.subarray(0, d)]]) };
    const exact = data.gaussianMixture(posterior.exact(mixture, first).mixture);
    const own = exact.sample(random.key(2), samples);
    const right = shareOf(exact.sample(random.key(3), 40_000), one);
    const judged = (sampler: string, drawn: Tensor): PosteriorRecord => ({
      ...one,
      sampler,
      distance: slicedWasserstein(drawn, own, { key: random.key(4), projections: PROJECTIONS }),
      weightError: shareOf(drawn, one) - right,
    });
    const options = {
      measurement,
      observed,
      sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: WIDEST, steps: STEPS }),
      key: random.key(1),
    };
    const start = mul(WIDEST, random.normal(random.key(0), [samples, d]));
    return [
      ...Object.entries(posteriorSamplers).flatMap(([name, { run, exactOnly }]) =>
        exactOnly && noise > 0
          ? []
          : [
              judged(
                name,
                run((x, sigma) => set.score(x, sigma), start, options),
              ),
            ],
      ),
      judged("the posterior itself", exact.sample(random.key(5), samples)),
    ];
  });
}

/** The line between the modes: a third of it along what is measured. */
function directionOf(d: number): number[] {
  return Array.from({ length: d }, (_, j) => (j === 0 ? 1 / 3 : Math.sqrt(8 / 9 / (d - 1))));
}

/** Two modes with deviation 1, or ½ along every second coordinate, and correlations of 0.3. */
function mixtureOf({ dimension: d, separation }: PosteriorCase) {
  const deviations = Array.from({ length: d }, (_, j) => (j % 2 === 0 ? 1 : 0.5));
  const covariance = deviations.map((a, i) => deviations.map((b, j) => (i === j ? 1 : 0.3) * a * b));
  const half = directionOf(d).map((u) => (u * separation) / 2);
  return { weights: [1, 1], means: [half.map((x) => -x), half], covariance };
}

/** The share of points nearer to the second mode. */
function shareOf(points: Tensor, { dimension }: PosteriorCase): number {
  const along = sum(mul(points, tensor(directionOf(dimension))), { axis: 1 });
  return sum(where(greater(along, 0), 1, 0)).item() / (points.shape[0] ?? 1);
}

/** Distances and errors of weights, a column for each case. */
export function posteriorsReport(records: readonly PosteriorRecord[]): JudgedReport {
  const caseText = ({ dimension, separation, noise }: PosteriorCase): string =>
    `d = ${dimension}, ${separation} apart, τ = ${noise}`;
  const cases = [...new Set(records.map(caseText))];
  const names = [...new Set(records.map(({ sampler }) => sampler))].sort((a, b) => orderOf(a) - orderOf(b));
  const cell = (sampler: string, text: string): string => {
    const found = records.find((one) => one.sampler === sampler && caseText(one) === text);
    if (found === undefined) return "";
    const error = 100 * found.weightError;
    return `${showNumber(found.distance)} (${error < 0 ? "−" : "+"}${Math.abs(error).toFixed(0)})`;
  };
  const rows = names.map((name) => [name, ...cases.map((text) => cell(name, text))]);
  return { text: markdownTable(["sampler", ...cases], rows), judged: [] };
}

function orderOf(name: string): number {
  const at = Object.keys(posteriorSamplers).indexOf(name);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

import { type Key, random, square, stack, sub, sum, type Tensor, take } from "@scoretape/autograd";
import { data, type NoiseConditionalScore, type Score } from "@scoretape/score";
import { type Estimate, geometricMeanOf } from "../statistics.ts";
import { sigmas } from "./learn.ts";

/** The scores that one seed gave. */
export interface Pair {
  readonly plain: Score;
  readonly noisy: NoiseConditionalScore;
}

/** Points of one kind, and how wrong the scores are there: E‖s − s*‖², geometric means over the seeds. */
export interface Region {
  readonly name: string;
  /** Trained without noise, against the score of the data. */
  readonly plain: Estimate;
  /** Trained with noise, at the smallest level, against the score of the data with that noise. */
  readonly noisy: Estimate;
}

/** How wrong a score is between the modes: E‖s − s*‖² / E‖s*‖², geometric means over the seeds. */
export interface Gap {
  readonly plain: Estimate;
  /** The same without noise where the data are. */
  readonly known: Estimate;
  /** At the smallest level over the widest, seed by seed. */
  readonly rise: Estimate;
  /** By noise level, from the widest; the factor is plain over noisy, seed by seed. */
  readonly levels: readonly {
    readonly sigma: number;
    readonly noisy: Estimate;
    readonly factor: Estimate;
  }[];
}

export interface Measured {
  /** Between the modes, then the tenths of the data by density from the lowest. */
  readonly regions: readonly Region[];
  readonly gap: Gap;
  /** Trained without noise: the error in the tenth of lowest density over that in the tenth of highest. */
  readonly slope: Estimate;
}

const DECILES = 10;
const set = data.twoModes;
export const smallest: number = sigmas.at(-1) ?? 1;
/** Noise from here fills the gap: the distance of 14 between the modes is some standard deviations. */
export const FILLING = 5;

export function measure(pairs: readonly Pair[], points: number, key: Key): Measured {
  const between = betweenModes(random.foldIn(key, 0), points);
  const regions = [
    { name: "between the modes", x: between },
    ...byDensity(set.sample(random.foldIn(key, 1), DECILES * points)).map((x, i) => ({
      name:
        i === 0
          ? "tenth of lowest density"
          : i === DECILES - 1
            ? "tenth of highest density"
            : `tenth ${i + 1}`,
      x,
    })),
  ];
  const errors = regions.map(({ name, x }) => ({
    name,
    plain: pairs.map((pair) => meanSquare(sub(pair.plain(x), set.score(x)))),
    noisy: pairs.map((pair) => meanSquare(sub(pair.noisy(x, smallest), set.score(x, smallest)))),
  }));
  const lowest = errors[1]?.plain ?? [];
  const highest = errors.at(-1)?.plain ?? [];
  return {
    regions: errors.map(({ name, plain, noisy }) => ({
      name,
      plain: geometricMeanOf(plain),
      noisy: geometricMeanOf(noisy),
    })),
    gap: measureGap(pairs, between, set.sample(random.foldIn(key, 2), DECILES * points)),
    slope: geometricMeanOf(lowest.map((error, i) => error / (highest[i] ?? Number.NaN))),
  };
}

function measureGap(pairs: readonly Pair[], x: Tensor, rows: Tensor): Gap {
  const relative = (score: Score, exact: Tensor, points = x): number =>
    meanSquare(sub(score(points), exact)) / meanSquare(exact);
  const plain = pairs.map((pair) => relative(pair.plain, set.score(x)));
  const noisyAt = (sigma: number): number[] =>
    pairs.map((pair) => relative((y) => pair.noisy(y, sigma), set.score(x, sigma)));
  const over = (above: readonly number[], below: readonly number[]): Estimate =>
    geometricMeanOf(above.map((error, i) => error / (below[i] ?? Number.NaN)));
  return {
    plain: geometricMeanOf(plain),
    known: geometricMeanOf(pairs.map((pair) => relative(pair.plain, set.score(rows), rows))),
    rise: over(noisyAt(smallest), noisyAt(sigmas[0] ?? 1)),
    levels: sigmas.map((sigma) => {
      const noisy = noisyAt(sigma);
      return { sigma, noisy: geometricMeanOf(noisy), factor: over(plain, noisy) };
    }),
  };
}

/** Points of the middle half of the line from one mode to the other: at least 3.5 standard deviations from both. */
function betweenModes(key: Key, n: number): Tensor {
  const along = random.uniform(key, [n], { low: -2.5, high: 2.5 });
  return stack([along, along], -1);
}

/** Equal parts of the points, by their density from the lowest. */
function byDensity(x: Tensor): Tensor[] {
  const density = set.logDensity(x).data;
  const order = Array.from(density.keys()).sort((a, b) => (density[a] as number) - (density[b] as number));
  const size = order.length / DECILES;
  return Array.from({ length: DECILES }, (_, i) => take(x, order.slice(i * size, (i + 1) * size)));
}

function meanSquare(difference: Tensor): number {
  return sum(square(difference)).item() / (difference.shape[0] ?? 1);
}

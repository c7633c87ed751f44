import { add, div, mul, neg, random, type Tensor, tensor } from "@scoretape/autograd";
import { data, denoisingScoreMatching, tweedie, tweedieCovariance } from "@scoretape/score";
import { meanOf, type Point, pointsOf } from "./plane.ts";
import { threeModes } from "./threeModes.ts";

const line: data.ExactDataSet = data.gaussianMixture({
  weights: [3, 1],
  means: [[-1.5], [1.5]],
  standardDeviations: 0.5,
});
const [POINTS, BINS] = [4000, 24];

/** Denoising targets at a noise level, and the score that is their mean. */
export function targets({ sigma }: { readonly sigma: number }) {
  const x = line.sample(random.key(0), POINTS);
  const z = random.normal(random.key(1), [POINTS, 1]);
  const y = add(x, mul(sigma, z));
  const target = neg(div(z, sigma));
  const score = (at: Tensor): Tensor => line.score(at, sigma);
  const reach = 3 + 3 * sigma;
  const places = Float64Array.from({ length: 81 }, (_, i) => reach * ((2 * i) / 80 - 1));
  const curve = score(tensor(places, { shape: [81, 1] })).data;
  const means = Array.from({ length: BINS }, (_, bin) => {
    const [from, to] = [reach * ((2 * bin) / BINS - 1), reach * ((2 * (bin + 1)) / BINS - 1)];
    const inside = Array.from(target.data).filter(
      (_, i) => Number(y.data[i]) >= from && Number(y.data[i]) < to,
    );
    return { place: (from + to) / 2, ...meanOf(inside), count: inside.length };
  }).filter(({ count }) => count >= 10);
  const rows = (controlVariate: boolean) => {
    const { mean, error } = meanOf(
      denoisingScoreMatching(score, x, z, sigma, { controlVariate, reduction: "none" }).data,
    );
    return { mean, error, deviation: error * Math.sqrt(POINTS) };
  };
  return {
    reach,
    targets: Array.from({ length: 400 }, (_, i) => [Number(y.data[i]), Number(target.data[i])] as Point),
    curve: Array.from(places, (place, i) => [place, Number(curve[i])] as Point),
    means,
    plain: rows(false),
    controlled: rows(true),
  };
}

/** A noisy point and its noise level. */
export interface Noisy {
  readonly point: Point;
  readonly sigma: number;
}

/** What a noisy point may have been: the posterior mean and covariance. */
export function posterior({ point, sigma }: Noisy) {
  const y = tensor([[...point]]);
  const score = (x: Tensor): Tensor => threeModes.score(x, sigma);
  const [mean = [0, 0] as Point] = pointsOf(tweedie(score, y, sigma));
  const [a = 0, b = 0, , c = 0] = tweedieCovariance(score, y, sigma).data;
  return { clean: pointsOf(threeModes.sample(random.key(0), 400)), mean, covariance: [a, b, c] as const };
}

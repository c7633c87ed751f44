import {
  div,
  type Key,
  mean as meanOver,
  random,
  square,
  stack,
  sub,
  sum,
  type Tensor,
} from "@scoretape/autograd";
import { fisherDivergence, type Score } from "@scoretape/score";
import { bootstrap, type Estimate, geometricMeanOf, meanOf } from "../statistics.ts";
import { blurred, type Learned, SIGMA } from "./learn.ts";
import type { Manifold } from "./sets.ts";

/** What the trainings of one kind came to. */
export interface Outcome {
  readonly trained: readonly Learned[];
  /** The mean loss of the last tenth of the steps. */
  readonly lastLoss: Estimate;
  /** That loss over the mean loss of the tenth before the middle: 1 where the loss came to rest. */
  readonly fall: Estimate;
  /** The root mean square of the score at the test points. */
  readonly size: Estimate;
  /** How far the seeds' scores are apart, as a share of the size of their mean. */
  readonly disagreement: Estimate;
  /** ½E‖s − s*‖² as a share of ½E‖s*‖², s* the score of the set blurred by 0.1. */
  readonly error: Estimate;
}

export interface Measured {
  readonly manifold: Manifold;
  readonly plain: Outcome;
  readonly noisy: Outcome;
  /** The root mean square of s*. */
  readonly exactSize: number;
  /** The error of the score −x/v of a normal distribution with the points' variance v. */
  readonly gaussianError: number;
}

export function measure(
  manifold: Manifold,
  plain: readonly Learned[],
  noisy: readonly Learned[],
  points: number,
  key: Key,
): Measured {
  const { set } = manifold;
  const x = blurred(set.sample(random.foldIn(key, 0), points), random.foldIn(key, 1));
  const target: Score = (y) => set.score(y, SIGMA);
  const power = meanSquare(target(x));
  const outcome = (trained: readonly Learned[]): Outcome => {
    const scores = trained.map(({ score }) => score(x));
    const share = ({ score }: Learned): number => fisherDivergence(score, target, x).item() / (power / 2);
    return {
      trained,
      lastLoss: meanOf(trained.map(({ losses }) => lossBetween(losses, 0.9, 1))),
      fall: geometricMeanOf(
        trained.map(({ losses }) => lossBetween(losses, 0.9, 1) / lossBetween(losses, 0.4, 0.5)),
      ),
      size: meanOf(scores.map((s) => Math.sqrt(meanSquare(s)))),
      disagreement: disagreementOf(scores, random.foldIn(key, 2)),
      error: meanOf(trained.map(share)),
    };
  };
  const variance = meanOver(square(x)).item();
  return {
    manifold,
    plain: outcome(plain),
    noisy: outcome(noisy),
    exactSize: Math.sqrt(power),
    gaussianError: fisherDivergence((y) => div(y, -variance), target, x).item() / (power / 2),
  };
}

/** The mean loss between two shares of the steps. */
function lossBetween(losses: readonly number[], from: number, to: number): number {
  const part = losses.slice(Math.floor(from * losses.length), Math.ceil(to * losses.length));
  return part.reduce((total, loss) => total + loss, 0) / part.length;
}

/** √(E Var(s) / E‖s̄‖²), variance and mean s̄ over the seeds, by the bootstrap over the points. */
function disagreementOf(scores: readonly Tensor[], key: Key): Estimate {
  const all = stack(scores);
  const centre = meanOver(all, { axis: 0 });
  const spread = sum(square(sub(all, centre)), { axis: [0, 2] }).data;
  const size = sum(square(centre), { axis: 1 }).data;
  const over = (values: ArrayLike<number>, rows: ArrayLike<number>): number => {
    let total = 0;
    for (let i = 0; i < rows.length; i++) total += values[rows[i] as number] as number;
    return total;
  };
  const freedom = Math.max(1, scores.length - 1);
  return bootstrap(size.length, (rows) => Math.sqrt(over(spread, rows) / freedom / over(size, rows)), key);
}

/** E‖s‖². */
function meanSquare(scores: Tensor): number {
  return meanOver(sum(square(scores), { axis: 1 })).item();
}

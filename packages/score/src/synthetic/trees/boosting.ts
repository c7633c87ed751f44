import { portable } from "@scoretape/autograd";
import type { Features } from "../features.ts";
import { type Binned, binned, edgesOf } from "./bins.ts";
import { type Derivatives, type Growth, grownTree, predictedBy, type Tree } from "./tree.ts";

/** Scores of each row, one array for each output. */
export type Scores = readonly Float64Array[];
export type Predictor = (features: Features) => Scores;

/** A loss of the scores of all rows, by its derivatives. */
interface Loss {
  readonly outputs: number;
  derivatives(scores: Scores): readonly Derivatives[];
}

const GROWTH: Growth = { depth: 4, shrinkage: 1, leafRows: 5 };
const [ROUNDS, RATE] = [100, 0.1];

/**
 * Gradient boosting: trees one after the other, each of which takes a tenth of a Newton step down the loss. Friedman 2001;
 * Chen & Guestrin 2016. The labels are numbers of classes from 0, of which the scores are logits.
 */
export function boostedClasses(features: Features, labels: ArrayLike<number>, classes: number): Predictor {
  return boosted(features, {
    outputs: classes,
    derivatives: (scores) => {
      const shares = softmax(scores);
      return shares.map((share, k) => ({
        first: share.map((p, row) => p - (labels[row] === k ? 1 : 0)),
        second: share.map((p) => Math.max(p * (1 - p), 1e-6)),
      }));
    },
  });
}

/** The same with two classes, 0 and 1: one score, the logit of 1. */
export function boostedLogit(
  features: Features,
  labels: ArrayLike<number>,
): (features: Features) => Float64Array {
  const predictor = boosted(features, {
    outputs: 1,
    derivatives: ([score = new Float64Array()]) => {
      const share = score.map((s) => 1 / (1 + portable.exp(-s)));
      return [
        {
          first: share.map((p, row) => p - (labels[row] as number)),
          second: share.map((p) => Math.max(p * (1 - p), 1e-6)),
        },
      ];
    },
  });
  return (others) => predictor(others)[0] ?? new Float64Array();
}

/** The same for numbers, by the squared error. */
export function boostedNumbers(
  features: Features,
  targets: Float64Array,
): (features: Features) => Float64Array {
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  const predictor = boosted(features, {
    outputs: 1,
    derivatives: ([score = new Float64Array()]) => [
      {
        first: score.map((s, row) => s + mean - (targets[row] as number)),
        second: new Float64Array(targets.length).fill(1),
      },
    ],
  });
  return (others) => (predictor(others)[0] ?? new Float64Array()).map((score) => score + mean);
}

function boosted(features: Features, { outputs, derivatives }: Loss): Predictor {
  const edges = edgesOf(features);
  const own = binned(features, edges);
  const scores = Array.from({ length: outputs }, () => new Float64Array(features.rows));
  const rounds: Tree[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const trees = derivatives(scores).map((of) => grownTree(own, of, GROWTH));
    trees.forEach((tree, k) => {
      addTo(scores[k], tree, own);
    });
    rounds.push(trees);
  }
  return (others) => {
    const bins = binned(others, edges);
    const sums = Array.from({ length: outputs }, () => new Float64Array(others.rows));
    for (const trees of rounds) {
      trees.forEach((tree, k) => {
        addTo(sums[k], tree, bins);
      });
    }
    return sums;
  };
}

function addTo(scores: Float64Array | undefined, tree: Tree, bins: Binned): void {
  if (scores === undefined) return;
  predictedBy(tree, bins).forEach((value, row) => {
    scores[row] = (scores[row] as number) + RATE * value;
  });
}

function softmax(scores: Scores): Float64Array[] {
  const shares = scores.map((score) => new Float64Array(score.length));
  const rows = scores[0]?.length ?? 0;
  for (let row = 0; row < rows; row++) {
    const largest = scores.reduce(
      (most, score) => Math.max(most, score[row] as number),
      Number.NEGATIVE_INFINITY,
    );
    let total = 0;
    scores.forEach((score, k) => {
      const part = portable.exp((score[row] as number) - largest);
      (shares[k] as Float64Array)[row] = part;
      total += part;
    });
    for (const share of shares) share[row] = (share[row] as number) / total;
  }
  return shares;
}

import { linear, logarithmic, logistic, type Scale } from "../kinds/scale.ts";
import { MARGIN } from "../margins.ts";
import type { Remark } from "../remark.ts";
import type { BoundedColumn, IntegerColumn, PositiveColumn, RealColumn } from "../schema.ts";
import { marginalOf } from "./marginals.ts";
import type { Marginals } from "./options.ts";
import { spread } from "./quantiles.ts";
import { countsOf, decimalsOf, skewness } from "./statistics.ts";
import type { ToldKind } from "./types.ts";

/** What a column was found to be. */
export interface Found<C> {
  readonly column: C;
  readonly remarks: readonly Remark[];
}

/** The filled cells of a column of numbers, sorted, and what is told of it. */
export interface Numbers {
  readonly name: string;
  readonly sorted: Float64Array;
  readonly told: ToldKind | null;
  readonly marginals: Marginals;
}

/** Fewer rows than these tell nothing of how a column is distributed. */
const FEWEST = 20;
/** A logarithm is taken of what spans such a factor and is so skewed, where that makes it at most half as skewed. */
const [FACTOR, SKEWED] = [10, 1];
/** Bounds that are guessed, and the share of their range within which the extremes are. */
const PERCENT = 100;
const [BOUNDS, NEAR] = [[1, PERCENT], 0.05];
/** Bounds that follow from values are outside them by what is between two of them, but at most by such a share of their range. */
const OUTSIDE = 0.05;
/** Whole numbers are few where they are so many at most, each a few times. */
const [FEW, REPEATS] = [20, 3];
/** The logarithm of larger whole numbers does not tell them from their neighbours. */
const LARGEST_LOG = 2 ** 40;

/** A column of numbers that are all whole. */
export function integerColumn({ name, sorted, marginals }: Numbers): Found<IntegerColumn> {
  const counts = countsOf(sorted);
  if (counts.size <= FEW && REPEATS * counts.size <= sorted.length) {
    const values = [...counts.keys()].map((value) => value + 0);
    const shares = [...counts.values()].map((count) => count / sorted.length);
    return { column: { kind: "integer", values, shares, margin: MARGIN }, remarks: [] };
  }
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const arePercent =
    sorted.length >= FEWEST &&
    least >= 0 &&
    least <= NEAR * PERCENT &&
    most <= PERCENT &&
    most >= (1 - NEAR) * PERCENT;
  const isLog = !arePercent && isLogarithmic(sorted) && most < LARGEST_LOG;
  const found = marginalOf({
    name,
    sorted,
    scale: isLog ? logarithmic : linear,
    // Their score does not tell the largest from their neighbours.
    marginals: Math.max(-least, most) < LARGEST_LOG ? marginals : "plain",
    spread: spread(sorted, (value) => value),
  });
  return {
    column: {
      kind: "integer",
      ...(least >= 0 ? { low: 0 } : {}),
      ...(arePercent ? { high: PERCENT } : {}),
      ...(isLog ? { scale: "log" } : {}),
      ...(found.marginal === undefined ? {} : { marginal: found.marginal }),
    },
    remarks: found.remarks,
  };
}

/** A column of numbers that vary continuously. */
export function continuousColumn(numbers: Numbers): Found<RealColumn | PositiveColumn | BoundedColumn> {
  const { name, sorted, marginals } = numbers;
  const kind = kindOf(numbers);
  const ends = kind.kind === "bounded" ? [kind.low, kind.high] : [];
  const found = marginalOf({ name, sorted, scale: scaleOf(kind), marginals, ends });
  const decimals = decimalsOf(sorted);
  return {
    column: {
      ...kind,
      ...(decimals === undefined || decimals === 0 ? {} : { decimals }),
      ...(found.marginal === undefined ? {} : { marginal: found.marginal }),
    },
    remarks: found.remarks,
  };
}

type Continuous = RealColumn | PositiveColumn | BoundedColumn;

function kindOf({ sorted, told }: Numbers): Continuous {
  if (told?.kind === "real") return { kind: "real" };
  if (told?.kind === "positive") return { kind: "positive" };
  if (told?.kind === "bounded") {
    const [low, high] = told.bounds ?? boundsAround(sorted);
    return { kind: "bounded", low, high };
  }
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const high = BOUNDS.find((bound) => most <= bound && most >= (1 - NEAR) * bound) ?? 0;
  // Of what was scaled to its own extremes, these are no bounds.
  const isInside = least > 0 && most < high;
  if (sorted.length >= FEWEST && high > 0 && isInside && least <= NEAR * high) {
    return { kind: "bounded", low: 0, high };
  }
  return isLogarithmic(sorted) ? { kind: "positive" } : { kind: "real" };
}

function scaleOf(kind: Continuous): Scale {
  if (kind.kind === "real") return linear;
  return kind.kind === "positive" ? logarithmic : logistic(kind.low, kind.high);
}

function isLogarithmic(sorted: Float64Array): boolean {
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  if (sorted.length < FEWEST || least <= 0 || most < FACTOR * least) return false;
  const skewed = skewness(sorted);
  return skewed > SKEWED && Math.abs(skewness(sorted.map(logarithmic.to))) < skewed / 2;
}

function boundsAround(sorted: Float64Array): readonly [low: number, high: number] {
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const room = most === least ? 1 : (most - least) * Math.min(OUTSIDE, 1 / (sorted.length - 1));
  return [least - room, most + room];
}

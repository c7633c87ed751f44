import { cos, portable, random, sin, stack } from "@scoretape/autograd";
import { data } from "@scoretape/score";

/** A set without thickness: its density exists only where it is blurred. */
export interface Manifold {
  readonly set: data.ExactDataSet;
  readonly title: string;
  /** A point of the set, and a unit vector at a right angle to it there. */
  readonly point: readonly number[];
  readonly normal: readonly number[];
}

const NODES = 512;

/**
 * The unit circle. Blurred, its density is the mean of N(x; point, σ²I) over the angle, by the rule of equal steps,
 * whose error vanishes faster than any power of the step; with 512 steps it is rounding for σ from 0.02.
 */
function circle(): data.ExactDataSet {
  const angles = Array.from({ length: NODES }, (_, i) => (2 * Math.PI * i) / NODES);
  const columns = ["x1", "x2"];
  const nodes = data.fromRows(
    angles.map((angle) => [portable.cos(angle), portable.sin(angle)]),
    columns,
  );
  return {
    name: "circle",
    dimension: 2,
    columns,
    logDensity: (x, sigma) => nodes.logDensity(x, sigma),
    score: (x, sigma) => nodes.score(x, sigma),
    sample(key, n) {
      const angle = random.uniform(key, [n], { high: 2 * Math.PI });
      return stack([cos(angle), sin(angle)], -1);
    },
  };
}

const DIMENSION = 10;

/** A line in ten dimensions: all coordinates are the same standard normal number. */
function line(): data.ExactDataSet {
  const ones = new Array<number>(DIMENSION).fill(1);
  return data.gaussian({ mean: ones.map(() => 0), covariance: ones.map(() => ones) });
}

/** The sets that are looked at. */
export function manifolds(): readonly Manifold[] {
  const across = Math.SQRT1_2;
  return [
    { set: circle(), title: "circle in the plane", point: [1, 0], normal: [1, 0] },
    {
      set: line(),
      title: `line in ${DIMENSION} dimensions`,
      point: new Array<number>(DIMENSION).fill(0),
      normal: [across, -across, ...new Array<number>(DIMENSION - 2).fill(0)],
    },
  ];
}

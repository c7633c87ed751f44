import { add, type Key, mul, random, type Tensor, take } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import { coordinates, type ExactDataSet } from "./dataSet.ts";
import { fromPoints, type Pointwise } from "./exact/pointwise.ts";

/** A set of points in the plane from its generator and the density of its blurred form, point by point. */
export function planar(
  name: string,
  generate: (key: Key, n: number) => Tensor,
  blurred: Omit<Pointwise, "name" | "dimension">,
): ExactDataSet {
  return {
    name,
    dimension: 2,
    columns: coordinates(2),
    sample(key, n) {
      checkKey(`${name}.sample`, key);
      checkCount(`${name}.sample`, n, "n");
      return generate(key, n);
    },
    ...fromPoints({ name, dimension: 2, ...blurred }),
  };
}

/** Rows that were made part by part, so that any part of a sample is a sample too. */
export function inRandomOrder(key: Key, points: Tensor): Tensor {
  return take(points, random.permutation(key, points.shape[0] ?? 0));
}

/** x + deviation·z. */
export function withNoise(key: Key, points: Tensor, deviation: number): Tensor {
  return add(points, mul(deviation, random.normal(key, points.shape)));
}

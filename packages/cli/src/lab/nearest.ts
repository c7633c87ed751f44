import type { Tensor } from "@scoretape/autograd";
import { quantile } from "../plots/density.ts";
import { type Estimate, shareOf } from "./statistics.ts";

/** For each image the distance to the nearest of some others, and which it is. */
export function nearestTo(others: Tensor, images: Tensor): { distances: Float64Array; rows: Uint32Array } {
  const [n = 0, d = 0] = images.shape;
  const [m = 0] = others.shape;
  const [a, b] = [images.data, others.data];
  const distances = new Float64Array(n);
  const rows = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      let square = 0;
      for (let k = 0; k < d && square < least; k++) {
        const difference = (a[i * d + k] as number) - (b[j * d + k] as number);
        square += difference * difference;
      }
      if (square >= least) continue;
      least = square;
      rows[i] = j;
    }
    distances[i] = Math.sqrt(least);
  }
  return { distances, rows };
}

/** The share of images nearer to the nearest training image than all but 1 % of held-out ones, by both distances. */
export function copiesAmong(distances: Float64Array, heldOut: Float64Array): Estimate {
  const threshold = quantile(heldOut.toSorted(), 0.01);
  return shareOf(distances.filter((value) => value < threshold).length, distances.length);
}

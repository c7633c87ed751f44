import { max, min } from "@scoretape/autograd";

/**
 * Points of the plane and samples as a picture in SVG.
 * @param {import("@scoretape/autograd").Tensor} points
 * @param {import("@scoretape/autograd").Tensor} samples
 */
export function picture(points, samples) {
  const [low, high] = [min(points).item(), max(points).item()];
  const [from, size] = [low - 0.1 * (high - low), 1.2 * (high - low)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 500" width="500" height="500">
<rect width="500" height="500" fill="#fff"/>
<g fill="#c9ced4">${dots(points, from, size)}</g>
<g fill="#0b5fd9">${dots(samples, from, size)}</g>
</svg>
`;
}

/**
 * @param {import("@scoretape/autograd").Tensor} points
 * @param {number} from
 * @param {number} size
 */
function dots(points, from, size) {
  const place = (/** @type {number} */ value) => (500 * (value - from)) / size;
  return [...points]
    .map((point) => [...point.data])
    .map(
      ([x = 0, y = 0]) => `<circle cx="${place(x).toFixed(1)}" cy="${(500 - place(y)).toFixed(1)}" r="2"/>`,
    )
    .join("");
}

import { concat, portable, type Tensor, tensor } from "@scoretape/autograd";

/**
 * Points on the way from a to b along a great circle: (sin((1 − t)ω)·a + sin(tω)·b)/sin ω, with ω the angle between them, for
 * `count` values of t from 0 to 1. Where noise is normal they are as likely as a and b are; on the straight way they are not.
 * Shoemake 1985.
 *
 * @param a [1, d]
 * @param b [1, d]
 * @returns [count, d]
 */
export function slerp(a: Tensor, b: Tensor, count: number): Tensor {
  const [x, y] = [Float64Array.from(a.data), Float64Array.from(b.data)];
  const dot = (u: Float64Array, v: Float64Array): number =>
    u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0);
  const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
  const angle = portable.atan2(Math.sqrt(Math.max(0, xx * yy - xy * xy)), xy);
  const rows = Array.from({ length: count }, (_, i) => {
    const t = count === 1 ? 0 : i / (count - 1);
    // On one ray, or on opposite ones, no circle is the way.
    const isBent = portable.sin(angle) > 1e-6;
    const [p, q] = isBent
      ? [portable.sin((1 - t) * angle), portable.sin(t * angle)].map((part) => part / portable.sin(angle))
      : [1 - t, t];
    return tensor(
      x.map((value, j) => (p ?? 0) * value + (q ?? 0) * (y[j] ?? 0)),
      { shape: a.shape, dtype: a.dtype },
    );
  });
  return concat(rows, 0);
}

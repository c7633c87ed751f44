import { checkNumber } from "./bits.ts";

// (r − atan r)/r³ in r², for |r| ≤ 7/16.
const T0 = 0.3333333333333293;
const T1 = -0.19999999999876483;
const T2 = 0.14285714272503466;
const T3 = -0.11111110405462356;
const T4 = 0.09090887133436507;
const T5 = -0.0769187620504483;
const T6 = 0.06661073137387531;
const T7 = -0.058335701337905735;
const T8 = 0.049768779946159324;
const T9 = -0.036531572744216916;
const T10 = 0.016285820115365782;

const HALF_PI_LOW = 6.123233995736766e-17;
const PI_LOW = 1.2246467991473532e-16;

/** atan x, in radians, within 1 ulp. @throws TypeError unless given numbers */
export function atan(x: number): number {
  checkNumber("atan", x);
  const magnitude = Math.abs(x);
  if (!(magnitude > 2 ** -29)) return x;
  const y = atanOfPositive(magnitude);
  return x < 0 ? -y : y;
}

/** The same: (r − atan r)/r³ as a list, and atan ½. */
export const ARC_TANGENT = [T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10] as const;
export const ARC_TANGENT_AT_HALF = 0.4636476090008061;

/** By atan x = atan c + atan((x − c)/(1 + c·x)) with c one of 0, ½, 1, 1½ and ∞. */
function atanOfPositive(x: number): number {
  if (x < 0.4375) return x - rest(x);
  if (x < 0.6875) return from(ARC_TANGENT_AT_HALF, 2.2698777452961687e-17, (2 * x - 1) / (2 + x));
  if (x < 1.1875) return from(0.7853981633974483, 3.061616997868383e-17, (x - 1) / (x + 1));
  if (x < 2.4375) return from(0.982793723247329, 1.3903311031230998e-17, (x - 1.5) / (1 + 1.5 * x));
  return from(0.5 * Math.PI, HALF_PI_LOW, -1 / x);
}

/** high + low + atan r. */
function from(high: number, low: number, r: number): number {
  return high - (rest(r) - low - r);
}

/** r − atan r. */
function rest(r: number): number {
  const z = r * r;
  const w = z * z;
  const even = z * (T0 + w * (T2 + w * (T4 + w * (T6 + w * (T8 + w * T10)))));
  const odd = w * (T1 + w * (T3 + w * (T5 + w * (T7 + w * T9))));
  return r * (even + odd);
}

/**
 * The angle of the point (x, y) in radians, −π to π, within 1 ulp or so; signs of zeros count, as in IEEE 754.
 *
 * @throws TypeError unless given numbers
 */
export function atan2(y: number, x: number): number {
  checkNumber("atan2", y);
  checkNumber("atan2", x);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === 0 && y !== 0) return y > 0 ? 0.5 * Math.PI : -0.5 * Math.PI;
  const isLeft = x < 0 || Object.is(x, -0);
  const isBelow = y < 0 || Object.is(y, -0);
  const angle = angleOf(Math.abs(y), Math.abs(x));
  const above = isLeft ? Math.PI - (angle - PI_LOW) : angle;
  return isBelow ? -above : above;
}

/** The same for what is not negative. */
function angleOf(y: number, x: number): number {
  if (y === 0) return 0;
  if (y === x) return 0.25 * Math.PI;
  return atan(y / x);
}

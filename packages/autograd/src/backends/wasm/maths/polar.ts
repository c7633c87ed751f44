import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, type F64x2 } from "../emitter/vector.ts";
import { polynomial } from "./polynomial.ts";

const SIGN = 0x80000000;
const INFINITY = Number.POSITIVE_INFINITY;

// π/2 and π in two parts each.
const HALF_PI = 1.5707963705062866;
const HALF_PI_LOW = -4.371139000186241e-8;
const PI = 3.1415927410125732;
const PI_LOW = -8.742278000372485e-8;

/** atan x, within 2 ulp. */
export function atan(f: FunctionBody, x: F32x4): F32x4 {
  return angleOf(f, x, F32x4.constant(1));
}

/** The angle of the point (x, y), within 2 ulp; signs of zeros count, as in IEEE 754. */
export function atan2(f: FunctionBody, y: F32x4, x: F32x4): F32x4 {
  return angleOf(f, y, x);
}

/** With q the smaller one of |y/x| and |x/y|, atan q is the angle to the nearest axis: that of y where y is the larger one. */
function angleOf(f: FunctionBody, y: F32x4, x: F32x4): F32x4 {
  const [up, aside] = [f.let(y.abs()), f.let(x.abs())];
  const smaller = f.let(up.min(aside));
  const larger = f.let(up.max(aside));
  const ratio = smaller.div(larger);
  // 0/0 is that of the axis, ∞/∞ that of the diagonal.
  const q = f.let(larger.eq(0).select(smaller, larger.eq(INFINITY).select(unitOfInfinite(smaller), ratio)));
  const z = f.let(q.mul(q));
  // Minimax on 0 ≤ q ≤ 1, relative to atan q: 9.6e-9.
  const p = polynomial(
    f,
    z,
    [
      -0.33333298563957214, 0.19998548924922943, -0.14264242351055145, 0.10952185839414597,
      -0.0840345025062561, 0.057957593351602554, -0.03117784671485424, 0.010914606042206287,
      -0.0017936218064278364,
    ],
  );
  const angle = f.let(f.madd(f.let(q.mul(z)), p, q));
  const isSteep = f.let(up.gt(aside));
  const isLeft = f.let(x.asI32x4().shrSigned(31));
  const from = (steep: number, left: number): F32x4 =>
    isSteep.select(F32x4.constant(steep), isLeft.and(F32x4.constant(left).asI32x4()).asF32x4());
  const turned = f.let(angle.asI32x4().xor(isSteep.xor(isLeft).and(SIGN)).asF32x4());
  const above = f.let(from(HALF_PI, PI).add(turned.add(from(HALF_PI_LOW, PI_LOW))));
  return withSignOf(above, y);
}

/** 1 where a magnitude is infinite, 0 where it is finite; NaN stays. */
function unitOfInfinite(x: F32x4): F32x4 {
  return x.eq(INFINITY).select(F32x4.constant(1), x.mul(0));
}

function withSignOf(magnitude: F32x4, x: F32x4): F32x4 {
  return magnitude.asI32x4().or(x.asI32x4().and(SIGN)).asF32x4();
}

/** √(x² + y²), rounded once or twice: in double precision no square overflows or vanishes. Infinite where x or y is. */
export function hypot(f: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  const [low, high] = lengths(f, x, y);
  const length = low.demote().shuffle(high.demote(), [0, 1, 4, 5]);
  const isInfinite = f.let(x.abs().eq(INFINITY).or(y.abs().eq(INFINITY)));
  return f.let(isInfinite.select(F32x4.constant(INFINITY), length));
}

/** x/√(x² + y²), the same way; where x or y is infinite, of the direction in which the point lies. */
export function directionCosine(f: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  const isInfinite = f.let(x.abs().eq(INFINITY).or(y.abs().eq(INFINITY)));
  const unit = (v: F32x4): F32x4 =>
    f.let(isInfinite.select(withSignOf(unitOfInfinite(f.let(v.abs())), v), v));
  const [u, v] = [unit(x), unit(y)];
  const [low, high] = lengths(f, u, v);
  const first = u.promoteLow().div(low);
  const second = upper(u).div(high);
  return f.let(first.demote().shuffle(second.demote(), [0, 1, 4, 5]));
}

function lengths(f: FunctionBody, x: F32x4, y: F32x4): readonly [F64x2, F64x2] {
  const length = (a: F64x2, b: F64x2): F64x2 => f.let(a.mul(a).add(b.mul(b)).sqrt());
  return [length(f.let(x.promoteLow()), f.let(y.promoteLow())), length(f.let(upper(x)), f.let(upper(y)))];
}

/** Lanes 2 and 3 in double precision. */
function upper(x: F32x4): F64x2 {
  return x.shuffle(x, [2, 3, 2, 3]).promoteLow();
}

import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, I32x4 } from "../emitter/vector.ts";
import { reduceLargeAngle } from "./largeAngle.ts";
import { polynomial } from "./polynomial.ts";

/** From here on angles take the branch of large ones: n below has at most 10 bits. */
const LARGE = 0x45000000; // 2048
/** Adding this rounds to a whole number, whose lowest bit is then the lowest bit of the sum. */
const ROUND = 1.5 * 2 ** 23;

// π in parts of 13 bits, so that their multiples by n, or by n − ½, are exact; the last has 24.
const PI_PARTS = [3.14111328125, 0.0004793405532836914, 3.1781382858753204e-8, 5.126688136514179e-12];

/** sin x, within 2.5 ulp for every finite x; NaN for infinite x. */
export function sin(f: FunctionBody, x: F32x4): F32x4 {
  return sinOfShifted(f, x, 0);
}

/** cos x = sin(x + π/2), within 2.5 ulp for every finite x; NaN for infinite x. */
export function cos(f: FunctionBody, x: F32x4): F32x4 {
  return sinOfShifted(f, x, 1);
}

/** sin(x + quarters·π/2) = (−1)ⁿ·sin r with x + quarters·π/2 = n·π + r and |r| ≤ π/2. */
function sinOfShifted(f: FunctionBody, x: F32x4, quarters: 0 | 1): F32x4 {
  const turns = quarters === 0 ? x.mul(1 / Math.PI) : x.mul(1 / Math.PI).add(0.5);
  const shifted = f.let(turns.add(ROUND));
  const rounded = f.let(shifted.sub(ROUND));
  const n = quarters === 0 ? rounded : f.let(rounded.sub(0.5));
  const r = f.variable(
    PI_PARTS.reduce((rest, part) => f.let(f.subtractProduct(rest, n, F32x4.constant(part))), x),
  );
  const halfTurns = f.variable(shifted.asI32x4());
  const magnitude = f.let(x.abs());
  const large = f.let(I32x4.constant(LARGE - 1).lt(magnitude.asI32x4()));
  f.when(large.any(), () => {
    const reduced = reduceLargeAngle(f, magnitude, quarters);
    const sign = x.asI32x4().and(0x80000000);
    const signed = quarters === 0 ? reduced.r.asI32x4().xor(sign).asF32x4() : reduced.r;
    // x − x is 0, and NaN where x is infinite.
    r.set(large.select(signed.add(x.sub(x)), r.value));
    halfTurns.set(large.select(reduced.halfTurns, halfTurns.value));
  });
  const z = f.let(r.value.mul(r.value));
  // Minimax on |r| ≤ π/2, relative: 6.2e-9.
  const p = polynomial(
    f,
    z,
    [-0.16666659712791443, 0.008333069272339344, -0.00019809776858892292, 2.606095677037956e-6],
  );
  const sine = f.madd(f.let(r.value.mul(z)), p, r.value);
  return f.let(sine.asI32x4().xor(halfTurns.value.shl(31)).asF32x4());
}

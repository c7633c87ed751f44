import { portable } from "@scoretape/autograd";
/** e^(x²) erfc(x) for x ≥ 0, to 2e-14 relative: the rational approximations of Cody 1969, Math. Comp. 23, 631–637. */
export function erfcx(x: number): number {
  if (x <= 0.46875) {
    const y = x * x;
    return portable.exp(y) * (1 - (x * polynomial(erfAbove, y)) / polynomial(erfBelow, y));
  }
  if (x <= 4) return polynomial(middleAbove, x) / polynomial(middleBelow, x);
  const y = 1 / (x * x);
  return (ONE_OVER_ROOT_PI - (y * polynomial(farAbove, y)) / polynomial(farBelow, y)) / x;
}

const ONE_OVER_ROOT_PI = 0.5641895835477563;

// Coefficients from that of the highest power.
const erfAbove = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const erfBelow = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const middleAbove = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleBelow = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const farAbove = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const farBelow = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

/** By Horner's rule. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = 0; i < coefficients.length; i++) value = value * x + (coefficients[i] as number);
  return value;
}

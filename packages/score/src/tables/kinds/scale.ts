import { portable } from "@scoretape/autograd";

/** A change of units of a number that varies continuously. */
export interface Scale {
  /** x → t, rising. */
  to(x: number): number;
  /** t → x; of any finite t. */
  from(t: number): number;
  /** log |dt/dx| at t. */
  logSlope(t: number): number;
}

/** t = x. */
export const linear: Scale = {
  to: (x) => x,
  from: (t) => Math.min(Math.max(t, -Number.MAX_VALUE), Number.MAX_VALUE),
  logSlope: () => 0,
};

/** t = log x, of x > 0. */
export const logarithmic: Scale = {
  to: (x) => portable.log(x),
  from: (t) => Math.min(Math.max(portable.exp(t), Number.MIN_VALUE), Number.MAX_VALUE),
  logSlope: (t) => -t,
};

/** So near an end, in shares of the range, a value is the end. */
const END = 2 ** -20;
/** The logit of half of that. */
const MOST = /* @__PURE__ */ portable.log(2 / END - 1);

/** t = log((x − low)/(high − x)), of low ≤ x ≤ high. Its ends are as far out as what is a millionth of the range from them. */
export function logistic(low: number, high: number): Scale {
  const range = high - low;
  return {
    to(x) {
      const [below, above] = [x - low, high - x];
      if (Math.min(below, above) < END * range) return below < above ? -MOST : MOST;
      return portable.log(below / above);
    },
    from(t) {
      // From the nearer end, whose distance keeps its digits.
      const share = 1 / (1 + portable.exp(Math.abs(t)));
      if (share < END) return t < 0 ? low : high;
      return t < 0 ? low + share * range : high - share * range;
    },
    logSlope: (t) => Math.abs(t) + 2 * portable.log1p(portable.exp(-Math.abs(t))) - portable.log(range),
  };
}

import type { IntegerColumn } from "../schema.ts";
import type { Coordinate } from "./cellCoordinate.ts";
import { intervals } from "./intervals.ts";
import { normalScored, scaled } from "./normalScore.ts";
import { inReach, numbersOf } from "./numbers.ts";
import { linear, logarithmic } from "./scale.ts";

/** The coordinate of whole numbers. */
export function integers(column: IntegerColumn): Coordinate {
  const { values, shares, margin } = column;
  return values === undefined || shares === undefined ? many(column) : few(values, shares, margin);
}

/** One of a few, by intervals. */
function few(values: readonly number[], shares: readonly number[], margin: number | undefined): Coordinate {
  const { encode, decode, logJacobian } = intervals(shares, margin);
  const places = new Map(values.map((value, place) => [value, place]));
  return {
    encode: (cells, uniform, refuse) =>
      numbersOf(cells, refuse).map((x, row) => {
        if (Number.isNaN(x)) return x;
        const place = places.get(x);
        return place === undefined
          ? refuse(row, String(x), `none of ${values.join(", ")}, which the column holds; leave the row out`)
          : encode(place, uniform(row));
      }),
    decode: (z) => ({
      kind: "number",
      values: z.map((value) => (Number.isNaN(value) ? value : (values[decode(value)] ?? value))),
    }),
    logJacobian,
  };
}

/** Any one, by x + u with u uniform in [0, 1). */
function many({ low, high, scale, marginal }: IntegerColumn): Coordinate {
  const units = scale === "log" ? logarithmic : linear;
  const continuum = marginal === undefined ? scaled(units) : normalScored(marginal, units);
  const [least, most] = [low ?? Number.MIN_SAFE_INTEGER, high ?? Number.MAX_SAFE_INTEGER];
  const decoded = (z: number): number => Math.min(Math.max(Math.floor(continuum.decode(z)), least), most) + 0;
  const point = (x: number, uniform: number): number => {
    const z = continuum.encode(x + uniform, uniform);
    // At its ends rounding may cross them, and of the largest numbers it takes the fraction away.
    if (Number.isFinite(z) && decoded(z) === x) return z;
    const middle = continuum.encode(x + 0.5, uniform);
    return decoded(middle) === x ? middle : continuum.encode(x, uniform);
  };
  return {
    encode: (cells, uniform, refuse) =>
      numbersOf(cells, refuse).map((x, row) => {
        if (Number.isNaN(x)) return x;
        if (!Number.isSafeInteger(x))
          return refuse(row, String(x), "not a whole number that keeps its digits");
        if (x < least || x > most || (scale === "log" && x < 0)) {
          return refuse(
            row,
            String(x),
            `not from ${low ?? "−∞"} to ${high ?? "∞"}, as the column's numbers are`,
          );
        }
        return inReach(point(x, uniform(row)), x, row, refuse);
      }),
    decode: (z) => ({
      kind: "number",
      values: z.map((value) => (Number.isNaN(value) ? value : decoded(value))),
    }),
    logJacobian: continuum.logJacobian,
  };
}

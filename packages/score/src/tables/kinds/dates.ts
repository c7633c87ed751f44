import { portable } from "@scoretape/autograd";
import type { DateColumn } from "../schema.ts";
import { labelled } from "./categories.ts";
import type { Coordinate } from "./cellCoordinate.ts";
import { dateFormat } from "./dateFormat.ts";
import { normalScored, scaled } from "./normalScore.ts";
import { inReach } from "./numbers.ts";
import { linear } from "./scale.ts";

/** The coordinate of dates: a point of the day, the minute, … that a date is, in days since 1970-01-01. */
export function dates({ format, marginal }: DateColumn): Coordinate {
  const meaning = dateFormat(format);
  if (meaning === null) throw new RangeError(`tableEncoder: ${JSON.stringify(format)} is no format of dates`);
  const { start, at, parse, write } = meaning;
  const continuum = marginal === undefined ? scaled(linear) : normalScored(marginal, linear);
  const decoded = (z: number): number => at(continuum.decode(z));
  const point = (stretch: number, uniform: number): number => {
    const pointAt = (u: number): number =>
      continuum.encode(start(stretch) + u * (start(stretch + 1) - start(stretch)), uniform);
    const z = pointAt(uniform);
    return decoded(z) === stretch ? z : pointAt(0.5);
  };
  return {
    encode(cells, uniform, refuse) {
      const { texts, codes } = labelled(cells);
      const stretches = texts.map(parse);
      return Float64Array.from(codes, (code, row) => {
        if (code < 0) return Number.NaN;
        const stretch = stretches[code] ?? null;
        const text = JSON.stringify(texts[code]);
        if (stretch === null) return refuse(row, text, `no date of the form ${format}, as the column's are`);
        const z = point(stretch, uniform(row));
        return Number.isFinite(z) ? z : inReach(z, stretch, row, refuse);
      });
    },
    decode(z) {
      const places = new Map<number, number>();
      const codes = Int32Array.from(z, (value) => {
        if (Number.isNaN(value)) return -1;
        const stretch = decoded(value);
        const known = places.get(stretch) ?? places.size;
        places.set(stretch, known);
        return known;
      });
      return { kind: "text", texts: Array.from(places.keys(), write), codes };
    },
    logJacobian(z) {
      const stretch = decoded(z);
      return continuum.logJacobian(z) + portable.log(start(stretch + 1) - start(stretch));
    },
  };
}

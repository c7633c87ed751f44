import { kindOf } from "@scoretape/autograd";
import { checkerboard } from "./checkerboard.ts";
import { cosine } from "./cosine.ts";
import type { DataSet } from "./dataSet.ts";
import { diagonal, line10d } from "./lines.ts";
import { eightGaussians, twentyFiveGaussians, twoModes } from "./mixtures.ts";
import { moons } from "./moons.ts";
import { oldFaithful } from "./oldFaithful.ts";
import { pinwheel } from "./pinwheel.ts";
import { circles, rings } from "./rings.ts";
import { swissRoll, twoSpirals } from "./spirals.ts";

function allSets(): readonly DataSet[] {
  return [
    oldFaithful,
    eightGaussians,
    twoSpirals,
    checkerboard,
    rings,
    moons,
    circles,
    swissRoll,
    pinwheel,
    cosine,
    diagonal,
    line10d,
    twentyFiveGaussians,
    twoModes,
  ];
}

/**
 * The names of the data sets that need no parameters.
 *
 * @example
 * ```ts
 * import { data } from "@scoretape/score";
 *
 * console.log(data.names().slice(0, 3).join(", ")); // old-faithful, 8gaussians, 2spirals
 * ```
 */
export function names(): string[] {
  return allSets().map(({ name }) => name);
}

/**
 * The data set of a name. Capitals, hyphens and spaces do not matter: "old-faithful" is "oldFaithful".
 *
 * @throws RangeError for an unknown name, with the known ones
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.byName("Old Faithful");
 * console.log(set.columns, set.units); // [ 'eruptions', 'waiting' ] [ 'minutes', 'minutes' ]
 * console.log(set.sample(random.key(0), 100).shape); // [ 100, 2 ]
 * ```
 */
export function byName(name: string): DataSet {
  if (typeof name !== "string") throw new TypeError(`byName: the name is ${kindOf(name)}; it is a text`);
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const found = allSets().find((set) => plain(set.name) === plain(name));
  if (found === undefined) {
    throw new RangeError(`byName: no data set is called "${name}"; there are ${names().join(", ")}`);
  }
  return found;
}

import { checkTexts } from "../check.ts";
import type { Description } from "./description.ts";
import { hasGaps } from "./filling.ts";
import type { Rows } from "./units.ts";

/** What may be said of a target. */
interface TargetWishes {
  readonly target?: readonly string[];
  readonly given?: readonly string[];
  readonly learn?: "score" | "energy";
}

/** Finding the regression takes time with the cube of the columns: it is for at most so many. */
const MOST = 1024;

/** The columns of a target and those given for it, where there is a target. */
export function partsOf(
  { columns, values, image }: Rows,
  { target, given, learn }: TargetWishes,
  kind: "mlp" | "unet",
): Pick<Description, "target" | "given"> {
  const fail = (complaint: string): never => {
    throw new RangeError(`describe: ${complaint}`);
  };
  if (target === undefined) {
    return given === undefined ? {} : fail("given is for a target; name the columns to learn as target too");
  }
  checkTexts("describe", target, "target");
  if (given !== undefined) checkTexts("describe", given, "given");
  if (target.length === 0) fail("target is empty; name the columns to learn");
  for (const [what, names] of Object.entries({ target, given: given ?? [] })) {
    for (const [i, name] of names.entries()) {
      if (!columns.includes(name)) {
        fail(`${what} "${name}" is no column; the columns are ${columns.slice(0, 12).join(", ")}`);
      }
      if (names.indexOf(name) !== i) fail(`${what} has "${name}" twice; name each column once`);
    }
  }
  const others = given ?? columns.filter((name) => !target.includes(name));
  const both = target.find((name) => others.includes(name));
  if (both !== undefined) fail(`"${both}" is target and given; a column is one of them`);
  if (others.length === 0)
    fail("all columns are target; leave one at least to be given, or learn without a target");
  if (kind === "unet" || image !== undefined) fail("a target is for rows of a table, and these are images");
  if (learn === "energy") fail('a target is learned by a score; leave out learn "energy"');
  if (columns.length > MOST) fail(`a target is learned of at most ${MOST} columns; take fewer`);
  if (hasGaps(values)) fail("a target is learned of rows without gaps; leave those with gaps out");
  return { target, given: others };
}

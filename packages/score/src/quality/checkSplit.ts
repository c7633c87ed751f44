import { ShapeError, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import { checkMoments, type NormalMoments, normalMoments } from "../data/normalMoments.ts";

/** Throws unless all are finite rows of the same columns, two or more of each. */
export function checkSplit(name: string, parts: Readonly<Record<string, Tensor>>): void {
  let width: number | undefined;
  for (const [what, x] of Object.entries(parts)) {
    checkData(name, x, what);
    const [n = 0, d = 0] = x.shape;
    if (n < 2) throw new ShapeError(`${name}: ${what} has shape [${n}, ${d}]; give two rows or more`);
    width ??= d;
    if (d !== width) {
      throw new ShapeError(
        `${name}: ${what} has ${d} columns, ${Object.keys(parts)[0]} has ${width}; they have the same columns`,
      );
    }
  }
}

/** The moments under which each training row is likeliest given the others, or those that are known already. */
export function momentsOf(name: string, training: Tensor, known: NormalMoments | undefined): NormalMoments {
  if (known === undefined) return normalMoments(training, { shrinkage: "leave-one-out" });
  checkMoments(name, known);
  const [, d] = training.shape;
  if (known.axes.shape.join() === `${d},${d}`) return known;
  throw new ShapeError(
    `${name}: moments have axes [${known.axes.shape.join(", ")}], the training rows ${d} columns; give those of these rows`,
  );
}

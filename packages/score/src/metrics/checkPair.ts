import { ShapeError, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";

/** Throws unless x and y are finite points of one dimension. */
export function checkPair(name: string, x: Tensor, y: Tensor): void {
  checkData(name, x, "x");
  checkData(name, y, "y");
  if (x.shape[1] !== y.shape[1]) {
    throw new ShapeError(
      `${name}: x [${x.shape.join(", ")}] and y [${y.shape.join(", ")}] have points of ` +
        `${x.shape[1]} and ${y.shape[1]} coordinates; they must be equal`,
    );
  }
}

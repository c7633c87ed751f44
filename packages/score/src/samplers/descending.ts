import { Tensor } from "@scoretape/autograd";
import { checkList, checkPositive } from "../check.ts";

/**
 * Noise levels as numbers. Throws unless there is one at least, and they fall and are above 0.
 *
 * @param end `zero` where the last of several may be 0
 */
export function descending(
  name: string,
  sigmas: Tensor | readonly number[],
  end: "positive" | "zero" = "positive",
): readonly number[] {
  const values = sigmas instanceof Tensor ? [...sigmas.data] : sigmas;
  checkList(name, values, "sigmas");
  if (values.length === 0) throw new RangeError(`${name}: sigmas is empty; give at least one noise level`);
  Array.from(values).forEach((sigma, i) => {
    const mayBeZero = end === "zero" && i > 0 && i === values.length - 1;
    if (!(mayBeZero && sigma === 0)) checkPositive(name, sigma, `sigma ${i}`);
    const before = values[i - 1];
    if (before !== undefined && sigma >= before) {
      throw new RangeError(
        `${name}: sigma ${i} is ${sigma} after ${before}; noise levels decrease, put them in descending order`,
      );
    }
  });
  return values;
}

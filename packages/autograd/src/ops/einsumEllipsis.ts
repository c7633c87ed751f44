import { broadcastShapes, type Shape, ShapeError, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { ELLIPSIS } from "./einsumSpec.ts";
import { squeeze } from "./layout.ts";

/** Operands with one letter for each axis, and the letters of the result. */
interface Lettered {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly operands: readonly Tensor[];
}

/**
 * Writes letters for ellipses, the same for axes that meet: counted from the last one, as in broadcasting. An axis of size 1
 * that meets a longer one is left out of its operand.
 *
 * @throws ShapeError when an operand has fewer axes than letters, or the axes of two ellipses do not broadcast
 * @throws SyntaxError when the result leaves axes of an ellipsis out
 */
export function spellOut(spec: string, { inputs, output, operands }: Lettered): Lettered {
  if (!inputs.some((letters) => letters.includes(ELLIPSIS))) return { inputs, output, operands };
  const covered = operands.map(({ shape }, i): Shape => {
    const letters = inputs[i] ?? "";
    const at = letters.indexOf(ELLIPSIS);
    if (at < 0) return [];
    const count = shape.length - (letters.length - 1);
    if (count >= 0) return shape.slice(at, at + count);
    throw new ShapeError(
      `einsum: "${spec}": operand ${i} is ${showShape(shape)}, ${shape.length} axes, fewer than its letters; ` +
        "give it an axis for each",
    );
  });
  const joint = covered.reduce((shape, own) => broadcastShapes(`einsum: "${spec}"`, shape, own), []);
  if (joint.length > 0 && !output.includes(ELLIPSIS)) {
    throw new SyntaxError(
      `einsum: "${spec}" leaves the axes ${showShape(joint)} of the ellipsis out of the result; write ... there, or letters`,
    );
  }
  // Greek ones: a spec has none.
  const letterOf = (axis: number): string => String.fromCharCode(0x3b1 + axis);
  const own = covered.map((shape) => {
    const first = joint.length - shape.length;
    return shape.map((size, k) => ({
      letter: letterOf(first + k),
      isRepeated: size === 1 && joint[first + k] !== 1,
    }));
  });
  const spelled = (letters: string, instead: readonly string[]): string =>
    letters.replace(ELLIPSIS, instead.join(""));
  return {
    inputs: inputs.map((letters, i) =>
      spelled(
        letters,
        (own[i] ?? []).flatMap(({ letter, isRepeated }) => (isRepeated ? [] : [letter])),
      ),
    ),
    output: spelled(
      output,
      joint.map((_, axis) => letterOf(axis)),
    ),
    operands: operands.map((x, i) => {
      const at = (inputs[i] ?? "").indexOf(ELLIPSIS);
      const repeated = (own[i] ?? []).flatMap(({ isRepeated }, k) => (isRepeated ? [at + k] : []));
      return repeated.length === 0 ? x : squeeze(x, repeated);
    }),
  };
}

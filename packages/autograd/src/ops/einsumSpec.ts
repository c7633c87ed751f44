import { kindOf } from "../arguments.ts";
import { ShapeError, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The size that a letter stands for, in every operand. */
export type Sizes = ReadonlyMap<string, number>;

/** What stands for "..." in the letters of an operand, or of the result. */
export const ELLIPSIS = "…";

/** The letters of each operand and of the result. @throws SyntaxError when the spec is malformed */
export function parse(spec: string): { inputs: string[]; output: string } {
  if (typeof spec !== "string") {
    throw new TypeError(`einsum: the spec is ${kindOf(spec)}; give a text, such as "ij,jk->ik"`);
  }
  const compact = spec.replaceAll(/\s/g, "").replaceAll("...", ELLIPSIS);
  const parts = compact.split("->");
  const [left = "", right] = parts;
  const wrong = /[^a-zA-Z,…]/.exec(left)?.[0] ?? /[^a-zA-Z…]/.exec(right ?? "")?.[0];
  if (parts.length > 2 || wrong !== undefined) {
    const found = wrong === undefined ? "more than one ->" : `the character ${JSON.stringify(wrong)}`;
    throw new SyntaxError(
      `einsum: "${spec}" has ${found}; write letters a-z and A-Z, operands separated by commas, then at most ` +
        'one -> and the letters of the result, as in "ij,jk->ik"; ... stands for any axes',
    );
  }
  const inputs = left.split(",");
  const all = inputs.join("");
  if (inputs.some((letters) => occurrences(ELLIPSIS, letters) > 1)) {
    throw new SyntaxError(`einsum: "${spec}" has two ellipses in one operand; write one, and letters`);
  }
  const single = [...all].filter((letter) => letter !== ELLIPSIS && occurrences(letter, all) === 1);
  const output = right ?? (all.includes(ELLIPSIS) ? ELLIPSIS : "") + single.sort().join("");
  for (const letter of output) {
    if (occurrences(letter, output) > 1) {
      throw new SyntaxError(`einsum: "${spec}" names index ${letter} twice in the result; name it once`);
    }
    if (!all.includes(letter)) {
      throw new SyntaxError(
        `einsum: "${spec}" has index ${letter} in the result and in no operand; use broadcastTo to add an axis`,
      );
    }
  }
  return { inputs, output };
}

/** How often a letter occurs in a text. */
export function occurrences(letter: string, text: string): number {
  return text.split(letter).length - 1;
}

/** The size of every letter. @throws ShapeError when an operand does not fit its letters, or they have two sizes */
export function sizesOf(spec: string, inputs: readonly string[], operands: readonly Tensor[]): Sizes {
  if (inputs.length !== operands.length) {
    throw new ShapeError(`einsum: "${spec}" is for ${inputs.length} operands, got ${operands.length}`);
  }
  const first = new Map<string, { size: number; operand: number }>();
  operands.forEach(({ shape }, operand) => {
    const letters = inputs[operand] ?? "";
    if (letters.length !== shape.length) {
      throw new ShapeError(
        `einsum: "${spec}": operand ${operand} is ${showShape(shape)}, ${shape.length} axes, but "${letters}" ` +
          `names ${letters.length}; give one letter per axis`,
      );
    }
    shape.forEach((size, axis) => {
      const letter = letters[axis] ?? "";
      const known = first.get(letter);
      if (known !== undefined && known.size !== size) {
        const earlier = operands[known.operand]?.shape ?? [];
        throw new ShapeError(
          `einsum: "${spec}": index ${letter} is ${known.size} in operand ${known.operand} ${showShape(earlier)} ` +
            `and ${size} in operand ${operand} ${showShape(shape)}; ` +
            (known.size === 1 || size === 1
              ? "size 1 is not broadcast: remove that axis with squeeze and its letter from the spec"
              : "one index has one size"),
        );
      }
      if (known === undefined) first.set(letter, { size, operand });
    });
  });
  return new Map([...first].map(([letter, { size }]) => [letter, size]));
}

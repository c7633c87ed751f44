import { type Shape, ShapeError, sizeAt } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { lift } from "./construct.ts";
import { spellOut } from "./einsumEllipsis.ts";
import { occurrences, parse, type Sizes, sizesOf } from "./einsumSpec.ts";
import { reshape, transpose } from "./layout.ts";
import { take } from "./movement.ts";
import { matmul } from "./products.ts";
import { sum } from "./reduce.ts";

/** A tensor with one letter per axis, all different. */
interface Labelled {
  readonly tensor: Tensor;
  readonly letters: string;
}

/**
 * The sum of products that index letters describe (Einstein's convention): `"ij,jk->ik"` is a matrix
 * product, `"bij,bj->bi"` one for each b, `"ii->i"` a diagonal, `"ii->"` a trace, `"i,j->ij"` an outer product.
 *
 * Every letter of the result comes once; the others are summed over. Without `->`, the result has the
 * letters that occur once in the whole spec, in alphabetical order (capitals first). `...` stands for any number of
 * axes, which are broadcast between operands and come in the result where it has `...`: first, without `->`. Two operands at a time
 * are contracted by one matrix product: the pair that takes the fewest multiplications, and of those the one
 * that leaves the fewest numbers. An index that only one operand has is summed before.
 *
 * @param spec one letter for each axis of each operand, operands separated by commas; spaces are ignored
 * @returns a tensor with one axis for each letter of the result
 * @throws SyntaxError when the spec is malformed, or its result leaves out what `...` stands for
 * @throws ShapeError when an operand's rank is not its number of letters, or a letter stands for two sizes;
 *   a size of 1 is broadcast within `...` alone
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "@scoretape/autograd";
 *
 * const A = tensor([[1, 2], [3, 4]]);
 * const v = tensor([[1, 1], [1, -1]]);
 * console.log(einsum("ii->", A).item()); // 5
 * // vᵀAv of each row v.
 * console.log(einsum("ni,ij,nj->n", v, A, v).toArray()); // [ 10, 0 ]
 * console.log(einsum("...i->...", v).toArray()); // [ 2, 0 ]
 * ```
 */
export function einsum(spec: string, ...operands: TensorLike[]): Tensor {
  const parsed = parse(spec);
  const like = operands.find((x) => typeof x !== "number") ?? 0;
  const lifted = operands.map((x) => lift("einsum", x, like));
  const { inputs, output, operands: tensors } = spellOut(spec, { ...parsed, operands: lifted });
  const sizes = sizesOf(spec, inputs, tensors);
  const labelled = tensors.map((tensor, i) => {
    const elsewhere = inputs.filter((_, j) => j !== i).join("") + output;
    return sumOut(diagonal({ tensor, letters: inputs[i] ?? "" }), elsewhere);
  });
  return arrange(contractAll(labelled, output, sizes), output);
}

// One operand

/** Reads axes of one letter at equal positions, so that every letter comes once. */
function diagonal({ tensor, letters }: Labelled): Labelled {
  const repeated = [...letters].find((letter) => occurrences(letter, letters) > 1);
  if (repeated === undefined) return { tensor, letters };
  const axes = [...letters].map((_, axis) => axis);
  const own = axes.filter((axis) => letters[axis] === repeated);
  const rest = axes.filter((axis) => letters[axis] !== repeated);
  const size = sizeAt(tensor.shape, own[0] ?? 0);
  const others = rest.map((axis) => sizeAt(tensor.shape, axis));
  const lined = reshape(transpose(tensor, [...own, ...rest]), [
    own.reduce((total) => total * size, 1),
    ...others,
  ]);
  // Element (i, i, ..., i) of a cube is number i·(1 + n + n² + ...) of its elements in order.
  const stride = own.reduce((total) => 1 + size * total, 0);
  const positions = Array.from({ length: size }, (_, i) => i * stride);
  return diagonal({
    tensor: take(lined, positions),
    letters: repeated + rest.map((axis) => letters[axis]).join(""),
  });
}

/** Sums over the letters that nothing else needs. */
function sumOut({ tensor, letters }: Labelled, needed: string): Labelled {
  const axes = [...letters].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { tensor, letters };
  return { tensor: sum(tensor, { axis: axes }), letters: only(letters, (letter) => needed.includes(letter)) };
}

/** The axes in the order of the given letters, which are the operand's own. */
function arrange({ tensor, letters }: Labelled, order: string): Tensor {
  return transpose(
    tensor,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}

// Two operands

/** Contracts two operands at a time until one is left, of the output's letters. */
function contractAll(operands: readonly Labelled[], output: string, sizes: Sizes): Labelled {
  const [first, second] = operands;
  if (first === undefined) throw new ShapeError("einsum: needs at least one operand");
  if (second === undefined) return first;
  let [fewest, smallest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let pair: readonly [Labelled, Labelled] = [first, second];
  const besides = (x: Labelled, y: Labelled): Labelled[] => operands.filter((z) => z !== x && z !== y);
  const neededBesides = (x: Labelled, y: Labelled): string =>
    besides(x, y)
      .map(({ letters }) => letters)
      .join("") + output;
  operands.forEach((x, i) => {
    for (const y of operands.slice(i + 1)) {
      const joint = x.letters + only(y.letters, (letter) => !x.letters.includes(letter));
      const needed = neededBesides(x, y);
      const kept = only(joint, (letter) => needed.includes(letter));
      const multiplications = product(joint, sizes);
      const growth = product(kept, sizes) - product(x.letters, sizes) - product(y.letters, sizes);
      if (multiplications < fewest || (multiplications === fewest && growth < smallest)) {
        [fewest, smallest] = [multiplications, growth];
        pair = [x, y];
      }
    }
  });
  const [x, y] = pair;
  const joined = contract(x, y, neededBesides(x, y), sizes);
  return contractAll([...besides(x, y), joined], output, sizes);
}

/**
 * Sums the product of two operands over the letters that both have and nothing else needs, as one product
 * of matrices [left, inner] @ [inner, right] for each value of the shared letters that stay; element by
 * element where such matrices would be single numbers times rows.
 */
function contract(x: Labelled, y: Labelled, needed: string, sizes: Sizes): Labelled {
  const shared = only(x.letters, (letter) => y.letters.includes(letter));
  const batch = only(shared, (letter) => needed.includes(letter));
  const inner = only(shared, (letter) => !needed.includes(letter));
  const left = only(x.letters, (letter) => !shared.includes(letter));
  const right = only(y.letters, (letter) => !shared.includes(letter));
  if (left === "" && right !== "" && inner === "") return contract(y, x, needed, sizes);
  if (right === "" && (left === "" || inner === "")) {
    const aligned = [...x.letters].map((letter) => (left.includes(letter) ? 1 : (sizes.get(letter) ?? 1)));
    const products = mul(x.tensor, reshape(arrange(y, shared), aligned));
    return sumOut({ tensor: products, letters: x.letters }, needed);
  }
  // An operand that already lies in the other order is read transposed rather than copied.
  const transposeX = x.letters === batch + inner + left;
  const transposeY = y.letters === batch + right + inner;
  const matrices = ({ tensor, letters }: Labelled, rows: string, columns: string): Tensor => {
    const ordered = arrange({ tensor, letters }, batch + rows + columns);
    return reshape(
      ordered,
      [...(batch === "" ? [] : [batch]), rows, columns].map((group) => product(group, sizes)),
    );
  };
  const blocks = matmul(
    transposeX ? matrices(x, inner, left) : matrices(x, left, inner),
    transposeY ? matrices(y, right, inner) : matrices(y, inner, right),
    { transposeX, transposeY },
  );
  const letters = batch + left + right;
  return { tensor: reshape(blocks, shapeOf(letters, sizes)), letters };
}

function only(letters: string, keep: (letter: string) => boolean): string {
  return [...letters].filter(keep).join("");
}

function shapeOf(letters: string, sizes: Sizes): Shape {
  return [...letters].map((letter) => sizes.get(letter) ?? 1);
}

/** The number of values that several letters take together. */
function product(letters: string, sizes: Sizes): number {
  return shapeOf(letters, sizes).reduce((total, size) => total * size, 1);
}

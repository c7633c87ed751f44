import { add, mul } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { einsum } from "../../ops/einsum.ts";
import { expandDims, reshape } from "../../ops/layout.ts";
import { matmul } from "../../ops/products.ts";
import { broadcastShapes, type Shape, sizeAt } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, MANY, type Rules } from "../call.ts";

/** α·A·B + β·C, with A and B transposed where that is said. */
function general(call: Call): Tensor {
  const [a, b, c] = [call.x(0), call.x(1), call.optional(2)];
  if (a.rank !== 2 || b.rank !== 2) throw call.failure(`it takes matrices, not ${a.rank} and ${b.rank} axes`);
  const [transposeX, transposeY] = [call.attribute("transA", 0) !== 0, call.attribute("transB", 0) !== 0];
  const shape = call.room([sizeAt(a.shape, transposeX ? 1 : 0), sizeAt(b.shape, transposeY ? 0 : 1)]);
  const product = scaled(call.attribute("alpha", 1), matmul(a, b, { transposeX, transposeY }));
  return c === undefined ? product : add(product, broadcastTo(scaled(call.attribute("beta", 1), c), shape));
}

function scaled(factor: number, x: Tensor): Tensor {
  return factor === 1 ? x : mul(factor, x);
}

/** The product of matrices as in NumPy: a vector is a row before, and a column behind, and loses that axis. */
function product(call: Call): Tensor {
  const [a, b] = [call.x(0), call.x(1)];
  if (a.rank === 0 || b.rank === 0) throw call.failure("it takes no scalars");
  const x = a.rank === 1 ? expandDims(a, 0) : a;
  const y = b.rank === 1 ? expandDims(b, 1) : b;
  const batch = broadcastShapes("MatMul", x.shape.slice(0, -2), y.shape.slice(0, -2));
  const [rows, columns] = [sizeAt(x.shape, x.rank - 2), sizeAt(y.shape, y.rank - 1)];
  call.room([...batch, sizeAt(x.shape, x.rank - 2), sizeAt(x.shape, x.rank - 1)]);
  call.room([...batch, sizeAt(y.shape, y.rank - 2), columns]);
  call.room([...batch, rows, columns]);
  return reshape(matmul(x, y), [...batch, ...(a.rank > 1 ? [rows] : []), ...(b.rank > 1 ? [columns] : [])]);
}

/** A sum of products. What lies between the operands and the result has no more elements than all indices together. */
function summed(call: Call): Tensor {
  const [equation, operands] = [call.anyText("equation"), call.all()];
  const inputs = (equation.split("->")[0] ?? "").replaceAll(/\s/g, "").split(",");
  const sizes = new Map<string, number>();
  let rest: Shape = [];
  operands.forEach(({ shape }, i) => {
    const [before = "", behind] = (inputs[i] ?? "").split("...");
    [...before].forEach((letter, axis) => {
      sizes.set(letter, shape[axis] ?? 1);
    });
    if (behind === undefined) return;
    [...behind].forEach((letter, axis) => {
      sizes.set(letter, shape[shape.length - behind.length + axis] ?? 1);
    });
    rest = broadcastShapes("Einsum", rest, shape.slice(before.length, shape.length - behind.length));
  });
  call.room([
    [...sizes.values(), ...rest].reduce((all, size) => all * size, 1) / contracted(equation, sizes),
  ]);
  return einsum(equation, ...operands);
}

/** How many terms a sum has: the sizes of the indices that the result does not have. */
function contracted(equation: string, sizes: ReadonlyMap<string, number>): number {
  const output = equation.split("->")[1];
  if (output === undefined) return 1;
  return [...sizes].reduce(
    (terms, [letter, size]) => (output.includes(letter) ? terms : terms * Math.max(1, size)),
    1,
  );
}

export const products: Rules = {
  Gemm: {
    inputs: [2, 3],
    attributes: { alpha: "float", beta: "float", transA: "int", transB: "int" },
    apply: general,
  },
  MatMul: { inputs: [2, 2], apply: product },
  Einsum: { inputs: [1, MANY], attributes: { equation: "text" }, apply: summed },
};

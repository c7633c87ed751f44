import type { FunctionBody } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";
import { storePartial } from "../partial.ts";
import { copyMatrix, eachProduct, PARAMETERS, type Product } from "./product.ts";

/** The left factor's elements that fit in registers beside the rest. */
const HELD = 8;

/**
 * A module with `matmul` for a short inner dimension `depth`, 1 to 8: the rows of the right factor are read side by side,
 * and each element of the product is finished at once.
 */
export function thinDepthMatmul(target: Target, depth: number): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const blockRows = Math.min(4, Math.floor(HELD / depth));
  module.define("matmul", PARAMETERS, (f, p) => {
    const padded = f.let(p.columns.add(3).and(-4).shl(2));
    eachProduct(f, p, ({ a, b, c }) => {
      copyMatrix(
        f,
        { at: b, rowStride: p.bStep, columnStride: p.bColumn },
        { at: p.scratch, rowStride: padded },
        p.depth,
        p.columns,
      );
      const right = [p.scratch];
      for (let k = 1; k < depth; k++) right.push(f.let(p.scratch.add(padded.mul(k))));
      const left = f.variable(a);
      const corner = f.variable(c);
      const row = f.variable(I32.constant(0));
      for (const height of blockRows > 1 ? [blockRows, 1] : [1]) {
        f.advance(row, f.let(p.rows.and(-height)), height, () => {
          multiplyRows(f, p, depth, height, left.value, right, corner.value);
          left.set(left.value.add(p.aRow.mul(height)));
          corner.set(corner.value.add(p.columns.shl(2).mul(height)));
        });
      }
    });
  });
  return module;
}

/** Some rows of the product: their elements of the left factor stay in registers. */
function multiplyRows(
  f: FunctionBody,
  p: Product,
  depth: number,
  height: number,
  left: I32,
  right: readonly I32[],
  corner: I32,
): void {
  const factors: F32x4[][] = [];
  const rows: I32[] = [];
  for (let i = 0; i < height; i++) {
    const from = i === 0 ? left : f.let(left.add(p.aRow.mul(i)));
    factors.push(
      Array.from({ length: depth }, (_, k) => f.let(F32x4.loadSplat(from.add(k === 0 ? 0 : p.aStep.mul(k))))),
    );
    rows.push(i === 0 ? corner : f.let(corner.add(p.columns.shl(2).mul(i))));
  }
  const products = (j: I32, store: (at: I32, value: F32x4) => void): void => {
    const b = right.map((row) => f.let(F32x4.load(row.add(j))));
    rows.forEach((row, i) => {
      let sum: F32x4 | undefined;
      b.forEach((value, k) => {
        const factor = factors[i]?.[k] as F32x4;
        sum = f.let(sum === undefined ? factor.mul(value) : f.madd(factor, value, sum));
      });
      store(row.add(j), sum as F32x4);
    });
  };
  const j = f.variable(I32.constant(0));
  f.advance(j, f.let(p.columns.and(-4).shl(2)), 16, () => {
    products(j.value, (at, value) => f.store(at, value));
  });
  const rest = f.let(p.columns.and(3));
  f.when(rest, () => {
    products(j.value, (at, value) => storePartial(f, f.let(at), value, rest));
  });
}

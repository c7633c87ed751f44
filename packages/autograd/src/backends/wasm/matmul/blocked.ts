import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { definePack } from "./pack.ts";
import { eachProduct, PARAMETERS } from "./product.ts";
import { defineTiles, TALL_ROWS, TILE_COLUMNS, TURN } from "./tile.ts";

// Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008: a slice of the right
// factor stays in the outer cache, a block of the left one in an inner cache, and a tile of the product
// in registers while it runs along a panel of each.

/** Steps along the inner axis that are summed in registers before the product is written. */
const DEPTH_BLOCK = 256;
/** Columns of the right factor that are packed at once. */
const COLUMN_BLOCK = 512;
/** Rows of the left factor that stay in the inner cache, beside a panel of the right one. Tall tiles leave four of them to a low one. */
const ROW_BLOCK = 28;
/** Bytes of an element. */
const ELEMENT = 4;
/** Elements of the largest tile. */
const SPARE = TALL_ROWS * TILE_COLUMNS;
/** Bytes of a packed block of the left factor. */
const PACKED_A = ELEMENT * ROW_BLOCK * DEPTH_BLOCK;

/**
 * A module with `matmul`: c[i, j] = Σₖ a[i, k]·b[k, j], for every matrix of a batch. Strides are in bytes, and any; c is
 * dense. The left factor is packed, unless its rows are read `inPlace`: then the steps of each have to lie side by side.
 * The scratch memory needs {@link blockedScratchBytes}.
 */
export function blockedMatmul(target: Target, inPlace: boolean): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const packA = inPlace ? null : definePack(module, "packA", TURN);
  const packB = definePack(module, "packB", TILE_COLUMNS);
  const tiles = defineTiles(module, !inPlace);
  module.define("matmul", PARAMETERS, (f, p) => {
    const { rows, columns, depth, scratch } = p;
    const cRow = f.let(columns.shl(2));
    const spare = scratch;
    const packedA = f.let(scratch.add(ELEMENT * SPARE));
    const packedB = f.let(packedA.add(inPlace ? 0 : PACKED_A));
    eachProduct(f, p, ({ a, b, c }) => {
      f.range(0, columns, COLUMN_BLOCK, (column) => {
        const width = f.let(f.let(columns.sub(column)).min(I32.constant(COLUMN_BLOCK)));
        const step = f.variable(I32.constant(0));
        f.repeat(() => {
          const steps = f.let(f.let(depth.sub(step.value)).min(I32.constant(DEPTH_BLOCK)));
          const right = b.add(p.bStep.mul(step.value)).add(p.bColumn.mul(column));
          f.call(packB, right, p.bColumn, p.bStep, width, steps, packedB);
          f.range(0, rows, ROW_BLOCK, (row) => {
            const height = f.let(f.let(rows.sub(row)).min(I32.constant(ROW_BLOCK)));
            const left = f.let(a.add(p.aRow.mul(row)).add(p.aStep.mul(step.value)));
            if (packA !== null) f.call(packA, left, p.aStep, p.aRow, steps, height, packedA);
            const [from, rowStride, turn] =
              packA === null
                ? [left, p.aRow, I32.constant(ELEMENT * TURN)]
                : [packedA, I32.constant(ELEMENT * TURN), height.mul(ELEMENT * TURN)];
            const corner = c.add(cRow.mul(row)).add(column.shl(2));
            f.call(
              tiles,
              height,
              width,
              steps,
              from,
              rowStride,
              turn,
              packedB,
              corner,
              cRow,
              step.value,
              spare,
            );
          });
          step.set(step.value.add(DEPTH_BLOCK));
          return step.value.lt(depth);
        });
      });
    });
  });
  return module;
}

/** Bytes of scratch memory that a blocked product of any size needs. */
export function blockedScratchBytes(columns: number, depth: number, inPlace: boolean): number {
  const width = Math.min(Math.ceil(columns / TILE_COLUMNS) * TILE_COLUMNS, COLUMN_BLOCK);
  const steps = Math.min(depth, DEPTH_BLOCK);
  return ELEMENT * (SPARE + width * steps) + (inPlace ? 0 : PACKED_A);
}

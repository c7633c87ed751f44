import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { definePack } from "./pack.ts";
import { eachProduct, PARAMETERS, type Start } from "./product.ts";
import { defineTiles, TILE_COLUMNS } from "./tile.ts";

// Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008: a slice of the right
// factor stays in the outer cache, a block of the left one in the middle cache, and a tile of the product
// in registers while it runs along a panel of each.

/** Steps along the inner axis that are summed in registers before the product is written. */
const DEPTH_BLOCK = 256;
/** Columns of the right factor that are packed at once. */
const COLUMN_BLOCK = 512;
/** Tiles of rows of the left factor that are packed at once. */
const ROW_TILES = 16;

export interface BlockedOptions {
  /** Rows of a tile: 4; with fused multiply-adds, 6 is faster in V8 from version 13 on. */
  readonly tileRows: 4 | 6;
  readonly start: Start;
}

/**
 * A module with `matmul`: c[i, j] = Σₖ a[i, k]·b[k, j], for every matrix of a batch. Strides are in bytes,
 * and any; c is dense. The scratch memory needs {@link blockedScratchBytes}.
 */
export function blockedMatmul(target: Target, { tileRows, start }: BlockedOptions): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const packA = definePack(module, "packA", tileRows);
  const packB = definePack(module, "packB", TILE_COLUMNS);
  const tiles = defineTiles(module, tileRows);
  const rowBlock = tileRows * ROW_TILES;
  module.define("matmul", PARAMETERS, (f, p) => {
    const { rows, columns, depth, scratch } = p;
    const cRow = f.let(columns.shl(2));
    const spare = scratch;
    const initial = f.let(scratch.add(4 * tileRows * TILE_COLUMNS));
    const packedA = f.let(initial.add(4 * COLUMN_BLOCK));
    const packedB = f.let(packedA.add(4 * rowBlock * DEPTH_BLOCK));
    f.clear(initial, I32.constant(4 * COLUMN_BLOCK));
    eachProduct(f, p, ({ a, b, c }) => {
      f.range(0, columns, COLUMN_BLOCK, (column) => {
        const width = f.let(f.let(columns.sub(column)).min(I32.constant(COLUMN_BLOCK)));
        const step = f.variable(I32.constant(0));
        f.repeat(() => {
          const steps = f.let(f.let(depth.sub(step.value)).min(I32.constant(DEPTH_BLOCK)));
          if (start === "bias") {
            f.when(
              step.value,
              () => f.clear(initial, I32.constant(4 * COLUMN_BLOCK)),
              () => f.copy(initial, p.bias.add(column.shl(2)), width.shl(2)),
            );
          }
          const accumulate = start === "output" ? I32.constant(1) : step.value;
          const right = b.add(p.bStep.mul(step.value)).add(p.bColumn.mul(column));
          f.call(packB, right, p.bColumn, p.bStep, width, steps, packedB);
          f.range(0, rows, rowBlock, (row) => {
            const height = f.let(f.let(rows.sub(row)).min(I32.constant(rowBlock)));
            const left = a.add(p.aRow.mul(row)).add(p.aStep.mul(step.value));
            f.call(packA, left, p.aRow, p.aStep, height, steps, packedA);
            const corner = c.add(cRow.mul(row)).add(column.shl(2));
            f.call(tiles, height, width, steps, packedA, packedB, corner, cRow, initial, accumulate, spare);
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
export function blockedScratchBytes({ tileRows }: BlockedOptions, columns: number, depth: number): number {
  const width = Math.min(Math.ceil(columns / TILE_COLUMNS) * TILE_COLUMNS, COLUMN_BLOCK);
  const steps = Math.min(depth, DEPTH_BLOCK);
  return 4 * (tileRows * TILE_COLUMNS + COLUMN_BLOCK + tileRows * ROW_TILES * DEPTH_BLOCK + width * steps);
}

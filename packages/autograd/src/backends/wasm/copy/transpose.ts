import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32, type I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";
import { transpose4 } from "../transpose.ts";

/** A module with `run(batches, rows, columns, x, y)`: y [batches, columns, rows] gets the transposed matrices of x. */
export function transposeModule(target: Target): ModuleBuilder {
  const module = new ModuleBuilder(target);
  module.define("run", ["batches", "rows", "columns", "x", "y"], (f, { batches, rows, columns, x, y }) => {
    const xRow = f.let(columns.shl(2));
    const yRow = f.let(rows.shl(2));
    const bytes = f.let(rows.mul(xRow));
    const wholeRows = f.let(rows.and(-4));
    const wholeColumns = f.let(columns.and(-4));
    const from = f.variable(x);
    const to = f.variable(y);
    f.times(batches, () => {
      const place = (row: I32, column: I32) => ({
        source: f.let(from.value.add(row.mul(xRow)).add(column.shl(2))),
        target: f.let(to.value.add(column.mul(yRow)).add(row.shl(2))),
      });
      f.range(0, wholeColumns, 4, (column) => {
        f.range(0, wholeRows, 4, (row) => {
          const { source, target } = place(row, column);
          const line = (i: number): F32x4 => f.let(F32x4.load(source.add(xRow.mul(i))));
          transpose4(f, [line(0), line(1), line(2), line(3)]).forEach((values, i) => {
            f.store(target.add(yRow.mul(i)), values);
          });
        });
      });
      const one = (row: I32, column: I32): void => {
        const { source, target } = place(row, column);
        f.store(target, F32.load(source));
      };
      // What the blocks leave: columns on the right of them, and rows below them.
      f.range(wholeColumns, columns, 1, (column) => f.times(rows, (row) => one(row, column)));
      f.range(wholeRows, rows, 1, (row) => f.times(wholeColumns, (column) => one(row, column)));
      from.set(from.value.add(bytes));
      to.set(to.value.add(bytes));
    });
  });
  return module;
}

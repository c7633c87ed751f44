import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32, F64, I32 } from "../emitter/scalar.ts";

/**
 * A module with `run(outer, middle, inner, x, y, reverse)`: running sums along the middle axis of
 * x [outer, middle, inner], in double precision, from its end if `reverse` is 1.
 */
export function cumulativeSumModule(target: Target): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const parameters = ["outer", "middle", "inner", "x", "y", "reverse"] as const;
  module.define("run", parameters, (f, { outer, middle, inner, x, y, reverse }) => {
    const stride = f.let(inner.shl(2));
    const block = f.let(stride.mul(middle));
    const start = f.let(reverse.select(block.sub(stride), I32.constant(0)));
    const step = f.let(reverse.select(stride.mul(-1), stride));
    const line = f.variable(start);
    f.times(outer, () => {
      f.range(line.value, f.let(line.value.add(stride)), 4, (first) => {
        const at = f.variable(first);
        const sum = f.variable(F64.constant(0));
        f.times(middle, () => {
          sum.set(sum.value.add(F32.load(x.add(at.value)).toF64()));
          f.store(y.add(at.value), sum.value.toF32());
          at.set(at.value.add(step));
        });
      });
      line.set(line.value.add(block));
    });
  });
  return module;
}

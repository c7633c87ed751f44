import type { FunctionBody } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32, type I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";

/**
 * A module with `run(size of each axis, x's stride along each, y's stride along each, x, y)`: copies the
 * elements of a box from one walk to another. Strides are in bytes and may be 0 or negative; x and y are the
 * addresses of the first elements.
 */
export function stridedCopyModule(target: Target, rank: number): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const names = [
    ...axes.map((axis) => `size${axis}`),
    ...axes.map((axis) => `xStride${axis}`),
    ...axes.map((axis) => `yStride${axis}`),
    ...["x", "y"],
  ];
  module.define("run", names, (f, _, parameters) => {
    const walks = axes.map((axis) => ({
      size: parameters[axis] as I32,
      x: parameters[rank + axis] as I32,
      y: parameters[2 * rank + axis] as I32,
    }));
    copyAxis(f, walks, parameters[3 * rank] as I32, parameters[3 * rank + 1] as I32);
  });
  return module;
}

interface AxisWalk {
  readonly size: I32;
  readonly x: I32;
  readonly y: I32;
}

function copyAxis(f: FunctionBody, [axis, ...inner]: readonly AxisWalk[], x: I32, y: I32): void {
  if (axis === undefined) {
    f.store(y, F32.load(x));
    return;
  }
  const from = f.variable(x);
  const to = f.variable(y);
  const eachElement = (): void => {
    f.times(axis.size, () => {
      copyAxis(f, inner, from.value, to.value);
      from.set(from.value.add(axis.x));
      to.set(to.value.add(axis.y));
    });
  };
  if (inner.length > 0) eachElement();
  else {
    const dense = axis.x.eq(4).and(axis.y.eq(4));
    f.when(dense, () => copyDense(f, f.let(from.value.sub(to.value)), to.value, axis.size), eachElement);
  }
}

/** Elements side by side; `distance` is from their new place to their old one. */
function copyDense(f: FunctionBody, distance: I32, y: I32, size: I32): void {
  const at = f.variable(y);
  f.advance(at, f.let(y.add(size.and(-4).shl(2))), 16, () =>
    f.store(at.value, F32x4.load(at.value.add(distance))),
  );
  f.advance(at, f.let(y.add(size.shl(2))), 4, () => f.store(at.value, F32.load(at.value.add(distance))));
}

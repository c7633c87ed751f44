import { concat, slice } from "../../ops/movement.ts";
import { type PadMode, pad } from "../../ops/padding.ts";
import { type Bound, stridedSlice } from "../../ops/stridedSlice.ts";
import { sizeAt } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, MANY, type Rules } from "../call.ts";

function joined(call: Call): Tensor {
  const all = call.all();
  const [{ shape }] = [call.x(0)];
  const axis = call.axis(call.attribute("axis", 0), shape.length);
  call.room(
    shape.with(
      axis,
      all.reduce((total, part) => total + (part.shape[axis] ?? 0), 0),
    ),
  );
  return concat(all, axis);
}

/** Parts along an axis, of the sizes that are given, or of equal ones but for the last. */
function split(call: Call): readonly Tensor[] {
  const x = call.x(0);
  const axis = call.axis(call.attribute("axis", 0), x.rank);
  const size = sizeAt(x.shape, axis);
  const { length: count } = call.node.outputs;
  const said = call.attribute("num_outputs", count);
  if (said !== count) throw call.failure(`num_outputs is ${said}, but it has ${count} results`);
  const each = Math.ceil(size / count);
  const sizes =
    call.numbers(1) ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
  if (sizes.length !== count || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw call.failure(
      `${size} elements along axis ${axis} do not go into parts of ${sizes.slice(0, 8).join(", ")}`,
    );
  }
  let from = 0;
  return sizes.map((length) => {
    const start = x.shape.map((_, i) => (i === axis ? from : 0));
    from += length;
    return slice(x, start, x.shape.with(axis, from));
  });
}

/** Ranges along axes; bounds outside of an axis are moved to its ends, as in Python. */
function sliced(call: Call): Tensor {
  const x = call.x(0);
  const [starts = [], ends = []] = [call.numbers(1), call.numbers(2)];
  const axes = (call.numbers(3) ?? starts.map((_, i) => i)).map((axis) => call.axis(axis, x.rank));
  const steps = call.numbers(4) ?? starts.map(() => 1);
  if (
    new Set(axes).size < axes.length ||
    [ends, axes, steps].some(({ length }) => length !== starts.length)
  ) {
    throw call.failure("starts, ends, axes and steps differ in number, or an axis is named twice");
  }
  const begin: Bound[] = x.shape.map(() => null);
  const end: Bound[] = x.shape.map(() => null);
  const step = x.shape.map(() => 1);
  axes.forEach((axis, i) => {
    const stride = sizeAt(steps, i);
    const [from, to] = rangeOf(sizeAt(x.shape, axis), sizeAt(starts, i), sizeAt(ends, i), stride);
    [begin[axis], end[axis], step[axis]] = [from, to, stride];
  });
  return stridedSlice(x, begin, end, step);
}

/** The bounds of a range in an axis of some size; null at the end of the axis that the step goes to. */
function rangeOf(size: number, start: number, end: number, step: number): readonly [Bound, Bound] {
  const placed = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, low), high);
  if (step > 0) {
    const from = placed(start, 0, size);
    return [from, Math.max(from, placed(end, 0, size))];
  }
  const from = placed(start, -1, size - 1);
  const to = placed(end, -1, size - 1);
  if (from <= to) return [0, 0];
  return [from, to === -1 ? null : to];
}

const modes = {
  constant: "constant",
  edge: "edge",
  reflect: "reflect",
  wrap: "wrap",
} as const satisfies Record<string, PadMode>;

/** Elements around x; a negative number of them takes some away. */
function padded(call: Call): Tensor {
  const x = call.x(0);
  const axes = (call.numbers(3) ?? x.shape.map((_, axis) => axis)).map((axis) => call.axis(axis, x.rank));
  const pads = call.numbers(1) ?? [];
  if (pads.length !== 2 * axes.length || new Set(axes).size < axes.length) {
    throw call.failure(`${pads.length} pads for ${axes.length} axes, or an axis is named twice`);
  }
  const widths = x.shape.map((_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? ([0, 0] as const) : ([sizeAt(pads, at), sizeAt(pads, at + axes.length)] as const);
  });
  call.room(
    x.shape.map(
      (size, axis) => size + Math.max(0, widths[axis]?.[0] ?? 0) + Math.max(0, widths[axis]?.[1] ?? 0),
    ),
  );
  const cut = slice(
    x,
    widths.map(([before]) => Math.max(0, -before)),
    x.shape.map((size, axis) => size - Math.max(0, -(widths[axis]?.[1] ?? 0))),
  );
  const around = widths.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  const mode = modes[call.text("mode", "constant", ["constant", "edge", "reflect", "wrap"])];
  return pad(cut, around, mode === "constant" ? { value: call.number(2) ?? 0 } : { mode });
}

/** What joins tensors along an axis, cuts them, and puts elements around them. */
export const parts: Rules = {
  Concat: { inputs: [1, MANY], attributes: { axis: "int" }, apply: joined },
  Split: {
    inputs: [1, 2],
    outputs: MANY,
    settings: [1],
    attributes: { axis: "int", num_outputs: "int" },
    apply: split,
  },
  Slice: { inputs: [3, 5], settings: [1, 2, 3, 4], apply: sliced },
  Pad: { inputs: [2, 4], settings: [1, 2, 3], attributes: { mode: "text" }, apply: padded },
};

import { takeAlong } from "../../ops/along.ts";
import { add } from "../../ops/arithmetic.ts";
import { less, where } from "../../ops/choice.ts";
import { slice, take } from "../../ops/movement.ts";
import { type PadMode, pad } from "../../ops/padding.ts";
import { sizeAt } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";

/** Indices counted from the front. */
function fromFront(call: Call, i: number, size: number): Tensor {
  const indices = call.x(i);
  if (!call.isKnown(i)) return where(less(indices, 0), add(indices, size), indices);
  const wrong = indices.data.find((index) => !(Number.isInteger(index) && index >= -size && index < size));
  if (wrong !== undefined)
    throw call.failure(`index ${wrong} is outside of the ${size} elements of its axis`);
  return where(less(indices, 0), add(indices, size), indices);
}

function gathered(call: Call): Tensor {
  const x = call.x(0);
  const axis = call.axis(call.attribute("axis", 0), x.rank);
  call.room([...x.shape.slice(0, axis), ...call.x(1).shape, ...x.shape.slice(axis + 1)]);
  return take(x, fromFront(call, 1, sizeAt(x.shape, axis)), axis);
}

/** Along the other axes the indices may be fewer than x is long, as for PyTorch's gather. */
function gatheredAlong(call: Call): Tensor {
  const x = call.x(0);
  const axis = call.axis(call.attribute("axis", 0), x.rank);
  const { shape } = call.x(1);
  const ends = x.shape.map((size, i) => (i === axis ? size : Math.min(size, shape[i] ?? size)));
  const part = slice(
    x,
    ends.map(() => 0),
    ends,
  );
  return takeAlong(part, fromFront(call, 1, sizeAt(x.shape, axis)), axis);
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

export const indexing: Rules = {
  Gather: { inputs: [2, 2], attributes: { axis: "int" }, apply: gathered },
  GatherElements: { inputs: [2, 2], attributes: { axis: "int" }, apply: gatheredAlong },
  Pad: { inputs: [2, 4], settings: [1, 2, 3], attributes: { mode: "text" }, apply: padded },
};

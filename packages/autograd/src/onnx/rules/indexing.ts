import { takeAlong } from "../../ops/along.ts";
import { add } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { equal, less, where } from "../../ops/choice.ts";
import { reshape } from "../../ops/layout.ts";
import { slice, take } from "../../ops/movement.ts";
import { sizeAt } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
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

function oneHot(call: Call): Tensor {
  const [indices, depth = 0] = [call.x(0), call.number(1)];
  const [off = 0, on = 1] = call.numbers(2) ?? [];
  const axis = call.axis(call.attribute("axis", -1), indices.rank + 1);
  const shape = call.room(indices.shape.toSpliced(axis, 0, depth));
  const line = shape.map((_, i) => (i === axis ? depth : 1));
  const places = new Dense(
    line,
    asLike(
      indices,
      Array.from({ length: depth }, (_, i) => i),
    ),
  );
  const at = reshape(indices, indices.shape.toSpliced(axis, 0, 1));
  return where(equal(where(less(at, 0), add(at, depth), at), places), on, off);
}

function asLike(x: Tensor, numbers: readonly number[]): Float32Array | Float64Array {
  return x.dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

/** The part of each matrix on and above a diagonal, or on and below it. */
function triangle(call: Call): Tensor {
  const x = call.x(0);
  const [rows, columns] = [sizeAt(x.shape, x.rank - 2), sizeAt(x.shape, x.rank - 1)];
  const [isUpper, k = 0] = [call.attribute("upper", 1) !== 0, call.number(1)];
  const mask = Array.from({ length: rows * columns }, (_, i) => {
    const above = (i % columns) - Math.floor(i / columns) - k;
    return (isUpper ? above >= 0 : above <= 0) ? 1 : 0;
  });
  return where(broadcastTo(new Dense([rows, columns], asLike(x, mask)), x.shape), x, 0);
}

/** What goes by the numbers of places. */
export const indexing: Rules = {
  Gather: { inputs: [2, 2], attributes: { axis: "int" }, apply: gathered },
  GatherElements: { inputs: [2, 2], attributes: { axis: "int" }, apply: gatheredAlong },
  OneHot: {
    inputs: [3, 3],
    settings: [1, 2],
    attributes: { axis: "int" },
    kind: "float",
    apply: oneHot,
  },
  Trilu: { inputs: [1, 2], settings: [1], attributes: { upper: "int" }, apply: triangle },
};

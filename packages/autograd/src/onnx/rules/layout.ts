import { broadcastTo } from "../../ops/broadcast.ts";
import { reshape, transpose } from "../../ops/layout.ts";
import { broadcastShapes, type Shape, sizeAt, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";

/** The shape that Reshape asks for: 0 is the size that x has there, unless `allowzero`, and −1 what is left. */
function reshaped(call: Call): Tensor {
  const x = call.x(0);
  const copies = call.attribute("allowzero", 0) === 0;
  const wanted = (call.numbers(1) ?? []).map((size, axis) =>
    size === 0 && copies ? sizeAt(x.shape, axis) : size,
  );
  call.room(wanted.map((size) => (size === -1 ? 1 : size)));
  return reshape(x, wanted);
}

/** The axes that an attribute or an argument says, counted from the front. */
function axesOf(call: Call, rank: number): readonly number[] | undefined {
  return call.numbers(1)?.map((axis) => call.axis(axis, rank));
}

function squeezed(call: Call): Tensor {
  const x = call.x(0);
  const axes = axesOf(call, x.rank) ?? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const wrong = axes.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined) throw call.failure(`axis ${wrong} has size ${x.shape[wrong]}, not 1`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueezed(call: Call): Tensor {
  const x = call.x(0);
  const rank = x.rank + (call.numbers(1)?.length ?? 0);
  call.room(Array<number>(rank).fill(1));
  const axes = axesOf(call, rank) ?? [];
  if (new Set(axes).size < axes.length) throw call.failure("an axis is named twice");
  const sizes = x.shape.values();
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sizes.next().value ?? 1))),
  );
}

function flattened(call: Call): Tensor {
  const x = call.x(0);
  const axis = call.attribute("axis", 1);
  const at = axis === x.rank ? axis : call.axis(axis, x.rank);
  return reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
}

/** Copies along axes; sizes of 1, of x or of the shape that is asked for, give way to the other one. */
function expanded(call: Call, shape: Shape): Tensor {
  const x = call.x(0);
  call.room(shape);
  return broadcastTo(x, call.room(broadcastShapes("Expand", x.shape, shape)));
}

function tiled(call: Call): Tensor {
  const x = call.x(0);
  const repeats = call.numbers(1) ?? [];
  if (repeats.length !== x.rank) throw call.failure(`${repeats.length} numbers of copies for ${x.rank} axes`);
  const shape = call.room(x.shape.map((size, axis) => size * sizeAt(repeats, axis)));
  call.room(repeats);
  const apart = reshape(
    x,
    x.shape.flatMap((size) => [1, size]),
  );
  return reshape(
    broadcastTo(
      apart,
      x.shape.flatMap((size, axis) => [sizeAt(repeats, axis), size]),
    ),
    shape,
  );
}

/** Blocks of channels laid out as pixels, of images [n, channels, height, width]: in the order of TensorFlow (DCR) or PyTorch (CRD). */
function depthToSpace(call: Call): Tensor {
  const x = call.x(0);
  const [n = 0, channels = 0, height = 0, width = 0] = planes(call, x);
  const size = blockSize(call);
  const depth = channels / (size * size);
  if (!Number.isInteger(depth)) throw call.failure(`${channels} channels are no multiple of ${size}²`);
  const isFirst = call.text("mode", "DCR", ["DCR", "CRD"]) === "DCR";
  const apart = isFirst ? [n, size, size, depth, height, width] : [n, depth, size, size, height, width];
  const order = isFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return reshape(transpose(reshape(x, apart), order), [n, depth, height * size, width * size]);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.x(0);
  const [n = 0, channels = 0, height = 0, width = 0] = planes(call, x);
  const size = blockSize(call);
  const [rows, columns] = [height / size, width / size];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw call.failure(`${height} by ${width} pixels do not go into blocks of ${size} by ${size}`);
  }
  const order = call.text("mode", "DCR", ["DCR", "CRD"]) === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  const apart = transpose(reshape(x, [n, channels, rows, size, columns, size]), order);
  return reshape(apart, [n, channels * size * size, rows, columns]);
}

function planes(call: Call, { shape, rank }: Tensor): Shape {
  if (rank !== 4) throw call.failure(`its input has ${rank} axes, not the 4 of [n, channels, height, width]`);
  return shape;
}

function blockSize(call: Call): number {
  const size = call.attribute("blocksize", 0);
  if (size < 1) throw call.failure(`blocksize is ${size}; it is from 1`);
  return size;
}

/** What gives the same elements another shape, another order, or copies. */
export const layout: Rules = {
  Reshape: { inputs: [2, 2], settings: [1], attributes: { allowzero: "int" }, apply: reshaped },
  Squeeze: { inputs: [1, 2], settings: [1], apply: squeezed },
  Unsqueeze: { inputs: [2, 2], settings: [1], apply: unsqueezed },
  Flatten: { inputs: [1, 1], attributes: { axis: "int" }, apply: flattened },
  Transpose: {
    inputs: [1, 1],
    attributes: { perm: "ints" },
    apply: (call) => transpose(call.x(0), call.list("perm")),
  },
  Expand: { inputs: [2, 2], settings: [1], apply: (call) => expanded(call, call.numbers(1) ?? []) },
  Tile: { inputs: [2, 2], settings: [1], apply: tiled },
  DepthToSpace: { inputs: [1, 1], attributes: { blocksize: "int", mode: "text" }, apply: depthToSpace },
  SpaceToDepth: { inputs: [1, 1], attributes: { blocksize: "int", mode: "text" }, apply: spaceToDepth },
};

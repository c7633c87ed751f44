import { bind } from "../../op.ts";
import { add } from "../../ops/arithmetic.ts";
import { conv, convInputOp } from "../../ops/convolution.ts";
import { reshape, transpose } from "../../ops/layout.ts";
import { padZeros } from "../../ops/movement.ts";
import { type Shape, sizeAt, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";
import { counts, reachOf, windowAttributes, windowsOf } from "./windows.ts";

// In ONNX the channels come before the spatial axes, here behind them.

/** [n, channels, ...spatial] → [n, ...spatial, channels]. */
function channelsLast(x: Tensor): Tensor {
  return transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]);
}

function channelsFirst(x: Tensor): Tensor {
  return transpose(x, [0, x.rank - 1, ...x.shape.slice(2).map((_, i) => i + 1)]);
}

/** [a, b, ...window] → [...window, b, a]. */
function windowFirst(kernel: Tensor): Tensor {
  return transpose(kernel, [...kernel.shape.slice(2).map((_, i) => i + 2), 1, 0]);
}

/** The spatial sizes of an image and of a kernel. */
function spatialOf(call: Call, x: Tensor, kernel: Tensor): readonly [image: Shape, window: Shape] {
  if (x.rank !== kernel.rank || (x.rank !== 3 && x.rank !== 4)) {
    throw call.failure(
      `an image of ${x.rank} axes and a kernel of ${kernel.rank}; there are convolutions over one or two spatial axes`,
    );
  }
  const window = kernel.shape.slice(2);
  const said = call.list("kernel_shape") ?? window;
  if (said.some((size, axis) => size !== window[axis]) || said.length !== window.length) {
    throw call.failure(`kernel_shape is [${said.slice(0, 8)}], but the kernel's is [${window}]`);
  }
  return [x.shape.slice(2), window];
}

/** A number for each channel, added to an image. */
function biased(y: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? y : add(y, reshape(bias, [bias.size, ...y.shape.slice(2).map(() => 1)]));
}

function convolution(call: Call): Tensor {
  const [x, kernel] = [call.x(0), call.x(1)];
  const [image, size] = spatialOf(call, x, kernel);
  const { before, after, ...moves } = windowsOf(call, image, size);
  const padded = image.map((own, axis) => own + sizeAt(before, axis) + sizeAt(after, axis));
  call.room([...x.shape.slice(0, 2), ...padded]);
  const places = padded.map((own, axis) =>
    Math.max(0, Math.floor((own - reachOf(moves, axis)) / sizeAt(moves.stride, axis)) + 1),
  );
  call.room([sizeAt(x.shape, 0), sizeAt(kernel.shape, 0), ...places]);
  const isEven = before.every((zeros, axis) => zeros === after[axis]);
  const last = channelsLast(x);
  const around = before.map((zeros, axis) => [zeros, sizeAt(after, axis)] as const);
  const y = conv(isEven ? last : padZeros(last, [[0, 0], ...around, [0, 0]]), windowFirst(kernel), {
    stride: moves.stride,
    dilation: moves.dilation,
    padding: isEven ? before : "valid",
    groups: call.attribute("group", 1),
  });
  return biased(channelsFirst(y), call.optional(2));
}

/** What is transposed to a convolution of the result with the kernel: its derivative's adjoint. */
function transposed(call: Call): Tensor {
  const [x, kernel] = [call.x(0), call.x(1)];
  const [places, window] = spatialOf(call, x, kernel);
  const stride = counts(call, "strides", places);
  const dilation = counts(call, "dilations", places);
  const groups = call.attribute("group", 1);
  const channels = sizeAt(x.shape, 1);
  if (channels !== sizeAt(kernel.shape, 0) || !(groups >= 1) || channels % groups !== 0) {
    throw call.failure(`${channels} channels and a kernel of ${kernel.shape[0]} in ${groups} groups`);
  }
  const { before, after, image } = imageOf(call, places, { window, stride, dilation });
  call.room([sizeAt(x.shape, 0), groups * sizeAt(kernel.shape, 1), ...image]);
  const parameters = { image, window, stride, before, after, dilation, groups };
  const y = bind(convInputOp, parameters, channelsLast(x), windowFirst(kernel));
  return biased(channelsFirst(y), call.optional(2));
}

/** The image that a transposed convolution gives, and what is cut off around it. */
function imageOf(
  call: Call,
  places: Shape,
  moves: { readonly window: Shape; readonly stride: Shape; readonly dilation: Shape },
) {
  const more = call.list("output_padding") ?? places.map(() => 0);
  const wanted = call.list("output_shape");
  const automatic = call.text("auto_pad", "NOTSET", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]);
  const whole = places.map(
    (size, axis) =>
      sizeAt(moves.stride, axis) * (size - 1) + (more[axis] ?? Number.NaN) + reachOf(moves, axis),
  );
  const pads = call.list("pads") ?? places.flatMap(() => [0, 0]);
  const isSame = automatic.startsWith("SAME");
  const cut = whole.map((size, axis) => {
    if (wanted !== undefined) return size - (wanted.at(axis - places.length) ?? Number.NaN);
    if (isSame) return Math.max(0, size - sizeAt(places, axis) * sizeAt(moves.stride, axis));
    return (pads[axis] ?? Number.NaN) + (pads[axis + places.length] ?? Number.NaN);
  });
  const isGiven = wanted === undefined && !isSame;
  const before = cut.map((size, axis) =>
    isGiven ? (pads[axis] ?? 0) : automatic === "SAME_UPPER" ? Math.floor(size / 2) : Math.ceil(size / 2),
  );
  const after = cut.map((size, axis) => size - sizeAt(before, axis));
  const image = whole.map((size, axis) => size - sizeAt(cut, axis));
  const isWrong = places.some((size, axis) => {
    const room = sizeAt(image, axis) + sizeAt(cut, axis) - reachOf(moves, axis);
    return Math.floor(room / sizeAt(moves.stride, axis)) + 1 !== size || !(sizeAt(image, axis) >= 0);
  });
  if (isWrong || [...before, ...after].some((zeros) => !(zeros >= 0)) || sizeOf(places) === 0) {
    throw call.failure(`places [${places}], pads, output_padding and output_shape do not fit together`);
  }
  return { before, after, image };
}

const attributes = { ...windowAttributes, group: "int" } as const;

export const convolutions: Rules = {
  Conv: { inputs: [2, 3], attributes, apply: convolution },
  ConvTranspose: {
    inputs: [2, 3],
    attributes: { ...attributes, output_padding: "ints", output_shape: "ints" },
    apply: transposed,
  },
};

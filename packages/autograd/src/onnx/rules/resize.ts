import { moveAxis } from "../../ops/layout.ts";
import { take } from "../../ops/movement.ts";
import { matmul } from "../../ops/products.ts";
import { sizeAt } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";

/** Where in the old axis a place of the new one lies, for one axis: ONNX's `coordinate_transformation_mode`. */
const coordinates = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, { scale, after }) => (after > 1 ? (i + 0.5) / scale - 0.5 : 0),
  half_pixel_symmetric: (i, { scale, before, after }) =>
    (before / 2) * (1 - after / (scale * before)) + (i + 0.5) / scale - 0.5,
  align_corners: (i, { before, after }) => (after === 1 ? 0 : (i * (before - 1)) / (after - 1)),
  asymmetric: (i, { scale }) => i / scale,
} as const satisfies Record<string, (i: number, axis: Resized) => number>;

/** The whole number that a coordinate is rounded to: ONNX's `nearest_mode`. */
const roundings = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
} as const satisfies Record<string, (x: number) => number>;

/** How an axis changes. */
interface Resized {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
  readonly scale: number;
}

/** The axes that change, from scales or from sizes. */
function changes(call: Call, { shape, rank }: Tensor): Resized[] {
  const axes = (call.list("axes") ?? shape.map((_, axis) => axis)).map((axis) => call.axis(axis, rank));
  const [scales = [], sizes = []] = [call.numbers(2), call.numbers(3)];
  const given = sizes.length > 0 ? sizes : scales;
  if (given.length !== axes.length)
    throw call.failure(`${given.length} sizes or scales for ${axes.length} axes`);
  return axes.flatMap((axis, i) => {
    const [before, number] = [sizeAt(shape, axis), sizeAt(given, i)];
    const after = sizes.length > 0 ? number : Math.floor(before * number);
    const scale = sizes.length > 0 ? after / before : number;
    if (!(scale > 0) || before === 0) throw call.failure(`axis ${axis} of size ${before} by ${number}`);
    return scale === 1 ? [] : [{ axis, before, after, scale }];
  });
}

function resized(call: Call): Tensor {
  const x = call.x(0);
  const mode = call.text("mode", "nearest", ["nearest", "linear"]);
  if (call.attribute("antialias", 0) !== 0 || call.attribute("exclude_outside", 0) !== 0) {
    throw call.failure("antialias and exclude_outside are not computed here; export the model without them");
  }
  call.text("keep_aspect_ratio_policy", "stretch", ["stretch"]);
  const place =
    coordinates[
      call.text(
        "coordinate_transformation_mode",
        "half_pixel",
        Object.keys(coordinates) as (keyof typeof coordinates)[],
      )
    ];
  const rounding =
    roundings[
      call.text("nearest_mode", "round_prefer_floor", Object.keys(roundings) as (keyof typeof roundings)[])
    ];
  const all = changes(call, x);
  call.room(all.reduce<readonly number[]>((shape, { axis, after }) => shape.with(axis, after), x.shape));
  return all.reduce((y, change) => {
    const places = Array.from({ length: change.after }, (_, i) => place(i, change));
    return mode === "nearest" ? nearest(y, change, places.map(rounding)) : between(call, y, change, places);
  }, x);
}

/** The elements at some places, those outside being the ones at the ends. */
function nearest(x: Tensor, { axis, before }: Resized, places: readonly number[]): Tensor {
  return take(
    x,
    places.map((at) => inside(at, before)),
    axis,
  );
}

function inside(at: number, size: number): number {
  return Math.min(Math.max(at, 0), size - 1);
}

/** Weighted means of two neighbours, as a product with a matrix. */
function between(call: Call, x: Tensor, { axis, before, after }: Resized, places: readonly number[]): Tensor {
  call.room([after, before]);
  const weights = new Float64Array(after * before);
  places.forEach((place, i) => {
    const low = Math.floor(place);
    for (const [at, weight] of [
      [low, low + 1 - place],
      [low + 1, place - low],
    ] as const) {
      const k = i * before + inside(at, before);
      weights[k] = (weights[k] ?? 0) + weight;
    }
  });
  const matrix = new Dense([after, before], x.dtype === "float32" ? Float32Array.from(weights) : weights);
  return moveAxis(matmul(moveAxis(x, axis, x.rank - 1), matrix, { transposeY: true }), x.rank - 1, axis);
}

const attributes = {
  antialias: "int",
  axes: "ints",
  coordinate_transformation_mode: "text",
  cubic_coeff_a: "float",
  exclude_outside: "int",
  extrapolation_value: "float",
  keep_aspect_ratio_policy: "text",
  mode: "text",
  nearest_mode: "text",
} as const;

export const resizing: Rules = {
  Resize: { inputs: [1, 4], settings: [1, 2, 3], attributes, apply: resized },
};

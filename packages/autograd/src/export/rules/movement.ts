import type { MovementParameters } from "../../backend.ts";
import { linesAlong } from "../../backends/lines.ts";
import { sizeAt, sizeOf } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import type { Rules } from "./rule.ts";

/** Every op that moves elements. */
export const movement: Rules<keyof MovementParameters> = {
  reshape: (b, { parameters: { shape } }, x) => b.reshape(x, shape),
  stopGradient: (_b, _equation, x) => x,
  cast: (b, { parameters: { dtype } }, x) => (dtype === "uint32" ? word(b, x) : b.convert(x, dtype)),
  broadcastTo: (b, { parameters: { shape } }, x) => b.broadcast(x, shape),
  transpose: (b, { parameters: { axes } }, x) => b.transpose(x, axes),
  slice: (b, { parameters: { start, end } }, x) => b.slice(x, start, end),
  pad: (b, { parameters: { before, after } }, x) => b.pad(x, before, after),
  flip: (b, { parameters: { axes } }, x) => b.reverse(x, axes),
  concat: (b, { parameters: { axis } }, ...parts) => b.concatenate(parts, axis),
  take: (b, { parameters: { axis } }, x, indices) => b.gather(x, indices, axis),
  takeAlong: (b, { parameters: { axis } }, x, indices) => takeAlong(b, x, indices, axis),
};

/** A number as uint32, as the language converts it: without its fraction, modulo 2³². From 2⁶³ on it is 0. */
function word(b: Builder, x: Value): Value {
  if (x.type !== "float32" && x.type !== "float64") return b.convert(x, "uint32");
  const isMeant = b.compare("less", b.unary("abs", x), 2 ** 63);
  const whole = b.convert(b.select(isMeant, x, 0), "int64");
  return b.convert(b.binary("and", whole, 2 ** 32 - 1), "uint32");
}

/** The elements that indices name, each in its own line along an axis. */
export function takeAlong(b: Builder, x: Value, indices: Value, axis: number): Value {
  if (sizeOf(indices.shape) === 0) return b.constant(0, indices.shape, x.type);
  const places = placesAlong(b, indices, axis, sizeAt(x.shape, axis));
  return b.reshape(b.gather(b.reshape(x, [sizeOf(x.shape)]), places, 0), indices.shape);
}

/** The places in a whole array, one after another, that indices name in their lines along an axis of the given size. */
export function placesAlong(b: Builder, indices: Value, axis: number, size: number): Value {
  const { outer, middle, inner } = linesAlong(indices.shape, axis, axis + 1);
  const shape = [outer, middle, inner];
  let places = b.reshape(b.convert(indices, "int64"), shape);
  if (inner > 1) places = b.add(b.mul(places, inner), b.iota(shape, 2));
  if (outer > 1) places = b.add(places, b.mul(b.iota(shape, 0), size * inner));
  return b.reshape(places, [outer * middle * inner]);
}

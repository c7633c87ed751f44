import type { Values } from "../../dtype.ts";
import { encodeUtf8 } from "../../safetensors/utf8.ts";
import type { Shape } from "../../shape.ts";
import { littleEndian } from "../littleEndian.ts";
import type { ElementType, Value } from "../primitives.ts";

const types: Readonly<Record<ElementType, string>> = {
  float32: "f32",
  float64: "f64",
  uint32: "ui32",
  uint64: "ui64",
  int64: "i64",
  bool: "i1",
};

/** `tensor<2x3xf32>` */
export function typeOf({ shape, type }: Pick<Value, "shape" | "type">): string {
  return `tensor<${[...shape, types[type]].join("x")}>`;
}

/** `array<i64: 1, 2>` */
export function integers(list: readonly number[]): string {
  return list.length === 0 ? "array<i64>" : `array<i64: ${list.join(", ")}>`;
}

/** A text between quotes. */
export function quoted(text: string): string {
  const escaped = Array.from(encodeUtf8(text), (byte) => {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;
    return isPlain ? String.fromCharCode(byte) : `\\${hex([byte])}`;
  });
  return `"${escaped.join("")}"`;
}

/** `dense<...> : tensor<...>`: one number for all elements, or the bytes of each. */
export function dense(values: number | Values, shape: Shape, type: ElementType): string {
  const whole = typeOf({ shape, type });
  if (typeof values === "number") return `dense<${literal(values, type)}> : ${whole}`;
  if (values.length === 1) return `dense<${literal(values[0] ?? 0, type)}> : ${whole}`;
  return `dense<"0x${hex(littleEndian(values))}"> : ${whole}`;
}

function literal(value: number, type: ElementType): string {
  if (type !== "float32" && type !== "float64") return type === "bool" ? String(value !== 0) : String(value);
  const rounded = type === "float32" ? Math.fround(value) : value;
  if (Number.isFinite(rounded) && !Object.is(rounded, -0)) {
    const text = rounded.toExponential();
    return text.includes(".") ? text : text.replace("e", ".0e");
  }
  const bytes = littleEndian(type === "float32" ? Float32Array.of(rounded) : Float64Array.of(rounded));
  return `0x${hex(bytes.toReversed())}`;
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("");
}

import type { ElementType } from "../primitives.ts";

/** What ONNX calls types. */
export const types: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

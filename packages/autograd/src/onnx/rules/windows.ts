import { type Shape, sizeAt } from "../../shape.ts";
import type { Call } from "../call.ts";

/** How a window moves over spatial axes, a number for each. */
export interface Windows {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export const windowAttributes = {
  auto_pad: "text",
  dilations: "ints",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

/** What reaches over `window` elements that are `dilation` apart. */
export function reachOf({ window, dilation }: Pick<Windows, "window" | "dilation">, axis: number): number {
  return (sizeAt(window, axis) - 1) * sizeAt(dilation, axis) + 1;
}

/** What the attributes say of windows over an image. */
export function windowsOf(call: Call, image: Shape, window: readonly number[]): Windows {
  const stride = counts(call, "strides", image);
  const dilation = counts(call, "dilations", image);
  if (window.length !== image.length || window.some((size) => size < 1)) {
    throw call.failure(`the window [${window.slice(0, 8)}] does not fit ${image.length} spatial axes`);
  }
  const automatic = call.text("auto_pad", "NOTSET", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]);
  if (automatic === "NOTSET") {
    const pads = call.list("pads") ?? image.flatMap(() => [0, 0]);
    if (pads.length !== 2 * image.length || pads.some((size) => !(size >= 0))) {
      throw call.failure(`pads are [${pads.slice(0, 8)}]; there are two from 0 for each spatial axis`);
    }
    return { window, stride, dilation, before: pads.slice(0, image.length), after: pads.slice(image.length) };
  }
  const missing = image.map((size, axis) => {
    if (automatic === "VALID") return 0;
    const step = sizeAt(stride, axis);
    return Math.max(0, (Math.ceil(size / step) - 1) * step + reachOf({ window, dilation }, axis) - size);
  });
  const [less, more] = [
    missing.map((size) => Math.floor(size / 2)),
    missing.map((size) => Math.ceil(size / 2)),
  ];
  const isLower = automatic === "SAME_LOWER";
  return { window, stride, dilation, before: isLower ? more : less, after: isLower ? less : more };
}

/** A number from 1 for each spatial axis; 1 unless said. */
export function counts(call: Call, name: string, image: Shape): readonly number[] {
  const list = call.list(name) ?? image.map(() => 1);
  if (list.length === image.length && list.every((count) => Number.isInteger(count) && count >= 1))
    return list;
  throw call.failure(
    `${name} are [${list.slice(0, 8)}]; there is one from 1 for each of the ${image.length} spatial axes`,
  );
}

import type { ImageShape } from "@scoretape/score/model";
import { encode } from "fast-png";
import { sizeOf } from "./shape.ts";

/** Images of one shape, with values from −1 to 1; what lies outside is cut off where they are drawn. */
export interface Pictures {
  readonly shape: ImageShape;
  readonly count: number;
  readonly values: Float32Array;
}

/** Images side by side in one picture. */
export interface Grid {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface GridOptions {
  /** Images in a row; as many as there are rows unless said. */
  readonly columns?: number;
  /** Pixels by which each pixel is shown, a side; so many that an image is about 56 wide unless said. */
  readonly scale?: number;
}

/** An image is about so wide. */
const SIDE = 56;
const GAP = 2;
/** The grey between images, which is neither black nor white. */
const BETWEEN = 128;

/** Images in a grid with a thin gap between them, as PNG: each pixel is a square of whole pixels, and nothing is lost. */
export function imageGrid({ shape, count, values }: Pictures, options: GridOptions = {}): Grid {
  const [h, w, channels] = shape;
  const { columns = Math.ceil(Math.sqrt(count)), scale = Math.max(1, Math.round(SIDE / Math.max(h, w))) } =
    options;
  const across = Math.min(columns, count);
  const pitch = { x: w * scale + GAP, y: h * scale + GAP };
  const width = across * pitch.x - GAP;
  const height = Math.ceil(count / across) * pitch.y - GAP;
  const data = new Uint8Array(width * height * channels).fill(BETWEEN);
  for (let image = 0; image < count; image++) {
    const left = (image % across) * pitch.x;
    const top = Math.floor(image / across) * pitch.y;
    for (let y = 0; y < h * scale; y++) {
      for (let x = 0; x < w * scale; x++) {
        const from = ((image * h + Math.floor(y / scale)) * w + Math.floor(x / scale)) * channels;
        const to = ((top + y) * width + left + x) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = byteOf(values[from + c] ?? 0);
      }
    }
  }
  return { png: encode({ width, height, channels, data, depth: 8 }), width, height };
}

/** One of the images as PNG, each pixel one pixel. */
export function imagePng({ shape, values }: Pictures, index = 0): Uint8Array {
  const [height, width, channels] = shape;
  const size = sizeOf(shape);
  const data = Uint8Array.from({ length: size }, (_, i) => byteOf(values[index * size + i] ?? 0));
  return encode({ width, height, channels, data, depth: 8 });
}

/** From −1, black, to 1, white, as a byte. */
function byteOf(value: number): number {
  return Math.round(127.5 * (Math.min(1, Math.max(-1, value)) + 1));
}

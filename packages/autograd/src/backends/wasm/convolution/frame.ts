import type { Plane } from "../../convolutionSizes.ts";
import type { FunctionBody } from "../emitter/body.ts";
import type { I32 } from "../emitter/scalar.ts";

/** Bytes of an element. */
export const ELEMENT = 4;

/** An image and what lies around it: the elements that a window meets, wherever it is. */
export interface Framing {
  readonly image: Plane;
  readonly channels: number;
  /** The sizes of the frame. */
  readonly frame: Plane;
  /** Where the image's first element lies in the frame; may be outside. */
  readonly before: Plane;
  /** From one element of the image to the next in the frame; zeros lie between. */
  readonly spacing: Plane;
}

/** Where a framed image lies. Sizes are in bytes. */
export interface Frame {
  /** The scratch memory that it takes: none where the image is its own frame, and read where it is. */
  readonly bytes: number;
  readonly line: number;
  readonly pixel: number;
  /** What {@link placeImage} needs. */
  readonly parameters: Readonly<Record<FrameParameter, number>>;
}

/** An image is copied into its frame in lines of pieces; from and to are where the first begins. */
export const FRAME_PARAMETERS = [
  "frameBytes",
  "from",
  "to",
  "imageLines",
  "fromLine",
  "toLine",
  "pieces",
  "fromPiece",
  "toPiece",
  "pieceBytes",
] as const;

type FrameParameter = (typeof FRAME_PARAMETERS)[number];

/** What a vector that is read at the frame's very end touches behind it, at most. */
const BEHIND = 16;

/** Lines of so many bytes, or a multiple, would share few places of a cache: they are kept apart. */
const CROWDED = 512;
/** Bytes of a line of a cache. */
export const CACHE_LINE = 64;

/** Decides how images get their frame. */
export function planFrame({ image, channels, frame, before, spacing }: Framing): Frame {
  const pixel = ELEMENT * channels;
  const isInPlace =
    before.height === 0 &&
    before.width === 0 &&
    frame.height <= image.height &&
    frame.width <= image.width &&
    Math.max(spacing.height, spacing.width) === 1;
  const width = pixel * (isInPlace ? image.width : frame.width);
  const line = isInPlace || width % CROWDED > 0 ? width : width + CACHE_LINE;
  const bytes = isInPlace ? 0 : Math.ceil((line * frame.height + BEHIND) / CACHE_LINE) * CACHE_LINE;
  const rows = shownOf(image.height, frame.height, before.height, spacing.height);
  const columns = shownOf(image.width, frame.width, before.width, spacing.width);
  const isDense = spacing.width === 1;
  const parameters = {
    frameBytes: bytes,
    from: pixel * (rows.first * image.width + columns.first),
    to: rows.place * line + columns.place * pixel,
    imageLines: rows.count,
    fromLine: pixel * image.width,
    toLine: spacing.height * line,
    pieces: isDense ? 1 : columns.count,
    fromPiece: pixel,
    toPiece: spacing.width * pixel,
    pieceBytes: isDense ? columns.count * pixel : pixel,
  };
  return { bytes, line, pixel, parameters };
}

/** The elements of an axis that lie inside of the frame: the first, its place there, and how many. */
function shownOf(size: number, frame: number, before: number, spacing: number) {
  const first = Math.max(0, Math.ceil(-before / spacing));
  const last = Math.min(size - 1, Math.floor((frame - 1 - before) / spacing));
  return { first, place: before + first * spacing, count: Math.max(0, last - first + 1) };
}

/** Copies an image into its frame, whose other elements are zeros already; the address of what the window meets first. */
export function placeImage(
  f: FunctionBody,
  p: Readonly<Record<FrameParameter, I32>>,
  image: I32,
  frame: I32,
): I32 {
  const base = f.variable(image);
  f.when(p.frameBytes, () => {
    base.set(frame);
    const [from, to] = [f.variable(image.add(p.from)), f.variable(frame.add(p.to))];
    f.times(p.imageLines, () => {
      const [source, target] = [f.variable(from.value), f.variable(to.value)];
      f.times(p.pieces, () => {
        f.copy(target.value, source.value, p.pieceBytes);
        source.set(source.value.add(p.fromPiece));
        target.set(target.value.add(p.toPiece));
      });
      from.set(from.value.add(p.fromLine));
      to.set(to.value.add(p.toLine));
    });
  });
  return base.value;
}

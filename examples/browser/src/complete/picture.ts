import { PIXELS, SIDE } from "./messages.ts";
import type { Place } from "./place.ts";
import type { Sheet } from "./sheet.ts";

type Color = readonly [red: number, green: number, blue: number];

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];
/** What was erased, and the ends of what is filled in: from a dark to a light blue. */
const [HOLE, DARK, LIGHT]: readonly [Color, Color, Color] = [
  [96, 110, 138],
  [8, 28, 66],
  [176, 214, 255],
];
const CURSOR = "#e8590c";

/** Draws a sheet on a canvas: what is known in grey, what was erased or is filled in in blue. */
export class SheetPicture {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser has no 2-D canvas");
    this.#canvas = canvas;
    this.#context = context;
  }

  /** @param cursor where the brush is that the keys move; null where none is shown */
  draw(sheet: Sheet, cursor: Place | null, radius: number): void {
    const size = this.#canvas.width / SIDE;
    for (let i = 0; i < PIXELS; i++) {
      this.#context.fillStyle = `rgb(${colorOf(sheet, i).join()})`;
      this.#context.fillRect((i % SIDE) * size, Math.floor(i / SIDE) * size, size, size);
    }
    if (cursor === null) return;
    this.#context.strokeStyle = CURSOR;
    this.#context.lineWidth = 2;
    this.#context.beginPath();
    this.#context.arc(cursor.x * size, cursor.y * size, radius * size, 0, 2 * Math.PI);
    this.#context.stroke();
  }
}

function colorOf({ pixels, known, filling }: Sheet, i: number): Color {
  if (known[i] === 1) return between(BLACK, WHITE, pixels[i] ?? 0);
  return filling === null ? HOLE : between(DARK, LIGHT, filling[i] ?? 0);
}

/** The colour at a value from −1 to 1, to which others are cut off. */
function between(from: Color, to: Color, value: number): Color {
  const share = (Math.min(1, Math.max(-1, value)) + 1) / 2;
  const at = (channel: 0 | 1 | 2): number =>
    Math.round(from[channel] + share * (to[channel] - from[channel]));
  return [at(0), at(1), at(2)];
}

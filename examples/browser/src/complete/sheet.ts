import { PIXELS, SIDE } from "./messages.ts";
import { distance, type Place } from "./place.ts";

/** What a brush does to pixels. */
export type Tool = "erase" | "draw";

const [BLACK, WHITE] = [-1, 1];
/** The radius of a drawn line, in pixels, and how softly it ends. */
const [PEN, SOFTNESS] = [1.1, 1];
export const PEN_RADIUS = PEN + SOFTNESS;

/** An image that is drawn and erased, and what fills the erased part. Pixels are from −1, black, to 1, white. */
export class Sheet {
  readonly pixels = new Float32Array(PIXELS).fill(BLACK);
  /** 1 where a pixel is known, 0 where it was erased. */
  readonly known = new Uint8Array(PIXELS).fill(1);
  /** What stands in the erased part, where anything does. */
  filling: Float32Array | null = null;

  /** Another image, all of it known. */
  show(pixels: Float32Array): void {
    this.pixels.set(pixels);
    this.restore();
  }

  /** Nothing but black. */
  clear(): void {
    this.pixels.fill(BLACK);
    this.restore();
  }

  /** What was erased, again. */
  restore(): void {
    this.known.fill(1);
    this.filling = null;
  }

  /** Uses a tool at a place. */
  touch(tool: Tool, place: Place, eraser: number): void {
    this.filling = null;
    const radius = tool === "erase" ? eraser : PEN_RADIUS;
    for (let i = 0; i < PIXELS; i++) {
      const away = distance(place, { x: (i % SIDE) + 0.5, y: Math.floor(i / SIDE) + 0.5 });
      if (away > radius) continue;
      if (tool === "erase") this.known[i] = 0;
      else this.#ink(i, WHITE - (WHITE - BLACK) * Math.max(0, (away - PEN) / SOFTNESS));
    }
  }

  /** Erases what lies right of the middle. */
  eraseRight(): void {
    this.filling = null;
    for (let i = 0; i < PIXELS; i++) if (i % SIDE >= SIDE / 2) this.known[i] = 0;
  }

  /** Ink adds to what is known, and makes known what was erased. */
  #ink(i: number, value: number): void {
    this.pixels[i] = Math.max(this.known[i] === 1 ? (this.pixels[i] ?? BLACK) : BLACK, value);
    this.known[i] = 1;
  }
}

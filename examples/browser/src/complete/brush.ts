import { SIDE } from "./messages.ts";
import { distance, type Place } from "./place.ts";

const MOVES: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Moves a brush over the canvas, by pointer or by keys. */
export class Brush {
  readonly #canvas: HTMLCanvasElement;
  readonly #use: (place: Place) => void;
  readonly #moved: () => void;
  #place: Place = { x: SIDE / 2, y: SIDE / 2 };
  #isMovedByKeys = false;

  /**
   * @param use called with each place that is touched
   * @param moved called where the brush that the keys move is to be drawn anew
   */
  constructor(canvas: HTMLCanvasElement, use: (place: Place) => void, moved: () => void) {
    this.#canvas = canvas;
    this.#use = use;
    this.#moved = moved;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#isMovedByKeys = false;
      this.#place = this.#placeOf(event);
      use(this.#place);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#stroke(this.#placeOf(event));
    });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => {
      this.#isMovedByKeys = false;
      moved();
    });
  }

  /** Where the brush is while keys move it; else the pointer shows where. */
  get cursor(): Place | null {
    return this.#isMovedByKeys ? this.#place : null;
  }

  #placeOf({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return { x: ((clientX - left) / width) * SIDE, y: ((clientY - top) / height) * SIDE };
  }

  /** A line of touches, close to each other, however far the pointer went from one event to the next. */
  #stroke(to: Place): void {
    const from = this.#place;
    const touches = Math.ceil(2 * distance(from, to));
    for (let k = 1; k <= touches; k++) {
      const share = k / touches;
      this.#use({ x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) });
    }
    this.#place = to;
  }

  #key(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (move === undefined && event.key !== " ") return;
    event.preventDefault();
    this.#isMovedByKeys = true;
    if (move === undefined) this.#use(this.#place);
    else {
      const inside = (value: number): number => Math.min(SIDE, Math.max(0, value));
      this.#place = { x: inside(this.#place.x + move.x), y: inside(this.#place.y + move.y) };
    }
    this.#moved();
  }
}

import { abs, max, type Tensor } from "@scoretape/autograd";

const COLORS = { data: "#c9ced4", samples: "#0b5fd9" } as const;
/** Pixels of a point. */
const DOT = 3;

/** Draws points of the plane on a canvas. */
export class Picture {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  /** The picture shows [−reach, reach]². */
  readonly #reach: number;

  constructor(canvas: HTMLCanvasElement, points: Tensor) {
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser has no 2-D canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#reach = 1.3 * max(abs(points)).item();
    canvas.dataset["reach"] = String(this.#reach);
  }

  draw(points: Tensor, samples: Tensor): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#dots(points, COLORS.data);
    this.#dots(samples, COLORS.samples);
  }

  #dots({ data }: Tensor, color: string): void {
    const { width, height } = this.#canvas;
    this.#context.fillStyle = color;
    for (let i = 0; i + 1 < data.length; i += 2) {
      const x = (0.5 + (data[i] ?? 0) / (2 * this.#reach)) * width;
      const y = (0.5 - (data[i + 1] ?? 0) / (2 * this.#reach)) * height;
      this.#context.fillRect(Math.round(x - DOT / 2), Math.round(y - DOT / 2), DOT, DOT);
    }
  }
}

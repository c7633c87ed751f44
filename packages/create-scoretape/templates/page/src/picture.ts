import { max, min, type Tensor } from "@scoretape/autograd";

/** Draws points of the plane in grey, and samples in blue. */
export function draw(canvas: HTMLCanvasElement, points: Tensor, samples: Tensor): void {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no 2-D canvas");
  const [low, high] = [min(points).item(), max(points).item()];
  const [from, size] = [low - 0.1 * (high - low), 1.2 * (high - low)];
  const place = (value: number) => (canvas.width * (value - from)) / size;

  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [cloud, color] of [[points, "#c9ced4"] as const, [samples, "#0b5fd9"] as const]) {
    context.fillStyle = color;
    for (const point of cloud) {
      const [x = 0, y = 0] = point.data;
      context.fillRect(place(x) - 1.5, canvas.height - place(y) - 1.5, 3, 3);
    }
  }
}

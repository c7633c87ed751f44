import { random, tensor } from "@scoretape/autograd";
import { describe, expect, test } from "vitest";
import { bent } from "../src/images/bent.ts";

const [height, width, channels] = [24, 20, 2];
const image = [height, width, channels] as const;
const key = random.key(2);
/** Images whose first channel is the row, and whose second is the column. */
const ramps = tensor(
  Array.from({ length: 3 * height * width * channels }, (_, i) => {
    const pixel = Math.floor(i / channels) % (height * width);
    return i % channels === 0 ? Math.floor(pixel / width) : pixel % width;
  }),
  { shape: [3, height * width * channels] },
);

/** What is at a pixel of an image. */
function at(x: typeof ramps, n: number, row: number, column: number): [number, number] {
  const from = ((n * height + row) * width + column) * channels;
  return [x.data[from] ?? Number.NaN, x.data[from + 1] ?? Number.NaN];
}

describe("bent", () => {
  test("changes nothing where nothing is asked for", () => {
    expect(bent(ramps, image, { shift: 0, distortion: 0 }, key)).toBe(ramps);
  });

  test("takes what is at (I + d·U)p + t·u, a map of its own for each image", () => {
    const [shift, distortion] = [1.5, 0.2];
    const x = bent(ramps, image, { shift, distortion }, key);
    const [row, column] = [12, 10];
    const maps = [0, 1, 2].map((n) => {
      const [here, below, right] = [
        at(x, n, row, column),
        at(x, n, row + 1, column),
        at(x, n, row, column + 1),
      ];
      // Far from the border a ramp stays one.
      at(x, n, row - 2, column + 3).forEach((value, k) => {
        const straight = here.map(
          (one, j) => one - 2 * ((below[j] ?? 0) - one) + 3 * ((right[j] ?? 0) - one),
        );
        expect(value).toBeCloseTo(straight[k] ?? Number.NaN, 4);
      });
      const slopes = [below[0] - here[0] - 1, right[0] - here[0], below[1] - here[1], right[1] - here[1] - 1];
      for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(distortion + 1e-5);
      // The middle is at 11.5 and 9.5, half a pixel from here.
      expect(Math.abs(here[0] - row)).toBeLessThan(shift + distortion);
      return slopes;
    });
    expect(new Set(maps.flat().map((slope) => slope.toFixed(4))).size).toBe(12);
    expect(Math.max(...maps.flat().map(Math.abs))).toBeGreaterThan(distortion / 2);
  });

  test("has the image again beyond its border", () => {
    const spot = tensor(
      Array.from({ length: 400 }, (_, i) => (i % 16 === 0 ? 1 : 0)),
      { shape: [25, 16] },
    );
    const moved = bent(spot, [4, 4, 1], { shift: 3, distortion: 0 }, key);
    for (let n = 0; n < 25; n++) {
      const total = [...moved.data.subarray(16 * n, 16 * n + 16)].reduce((sum, value) => sum + value, 0);
      expect(total).toBeCloseTo(1, 5);
    }
    expect([...moved.data]).not.toEqual([...spot.data]);
  });
});

import fc from "fast-check";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/images/decode.ts";
import { imageGrid, imagePng } from "../../src/images/grid.ts";
import { decodeNpy, encodeNpy } from "../../src/images/npy.ts";
import { runs } from "../runs.ts";
import { noise } from "../support/images.ts";

const side = fc.integer({ min: 1, max: 6 });
const colours = fc.constantFrom(1 as const, 3 as const);

describe("a grid of images", () => {
  test("shows each pixel as a square of whole pixels, images apart by a thin grey", () => {
    const size = fc.record({
      h: side,
      w: side,
      c: colours,
      count: side,
      columns: side,
      scale: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(size, ({ h, w, c, count, columns, scale }) => {
        const bytes = noise(count * h * w * c, count);
        const values = Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
        const { png, width, height } = imageGrid({ shape: [h, w, c], count, values }, { columns, scale });
        const { data, ...shown } = decode(png);
        const across = Math.min(columns, count);
        expect([shown.width, shown.height, shown.channels, shown.depth]).toEqual([width, height, c, 8]);
        expect(width).toBe(across * (w * scale + 2) - 2);
        expect(height).toBe(Math.ceil(count / across) * (h * scale + 2) - 2);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [column, row] = [Math.floor(x / (w * scale + 2)), Math.floor(y / (h * scale + 2))];
            const [i, j] = [
              Math.floor((y % (h * scale + 2)) / scale),
              Math.floor((x % (w * scale + 2)) / scale),
            ];
            const image = row * across + column;
            const inside =
              y % (h * scale + 2) < h * scale && x % (w * scale + 2) < w * scale && image < count;
            for (let channel = 0; channel < c; channel++) {
              const expected = inside ? bytes[((image * h + i) * w + j) * c + channel] : 128;
              expect(data[(y * width + x) * c + channel]).toBe(expected);
            }
          }
        }
      }),
      runs(40),
    );
  });

  test("cuts off what is darker than black or brighter than white", () => {
    const { data } = decode(
      imageGrid({ shape: [1, 3, 1], count: 1, values: Float32Array.of(-7, 0, 9) }, { scale: 1 }).png,
    );
    expect([...data]).toEqual([0, 128, 255]);
  });
});

test("an image is read as it was written", () => {
  fc.assert(
    fc.property(side, side, colours, fc.nat(99), (h, w, c, seed) => {
      const values = Float32Array.from(noise(2 * h * w * c, seed), (byte) => (2 * byte) / 255 - 1);
      const { shape, values: read } = decodeImage(imagePng({ shape: [h, w, c], count: 2, values }, 1));
      expect(shape).toEqual([h, w, c]);
      expect([...read]).toEqual([...values.subarray(h * w * c)]);
    }),
    runs(40),
  );
});

test("an array for NumPy is read as it was written, its numbers at a multiple of 64 bytes", () => {
  fc.assert(
    fc.property(fc.array(side, { minLength: 1, maxLength: 4 }), (shape) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, (_, i) => i / 3);
      const file = encodeNpy(data, shape);
      const read = decodeNpy(file);
      expect([read.shape, Array.from(read.data)]).toEqual([shape, [...data]]);
      expect((file.length - 4 * count) % 64).toBe(0);
      expect(Buffer.from(file).subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
    }),
    runs(40),
  );
});

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/images/decode.ts";
import type { Images } from "../../src/images/images.ts";
import { openImages } from "../../src/images/open.ts";
import { ImageError } from "../../src/images/raster.ts";
import { fitted } from "../../src/images/resize.ts";
import { UserError } from "../../src/terminal/user-error.ts";
import { runs } from "../runs.ts";
import { makeWorkplace, type Workplace } from "../support/files.ts";
import { idxOf, jpegOf, noise, npyOf, pngOf } from "../support/images.ts";

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

const side = fc.integer({ min: 1, max: 9 });
const inUnits = (bytes: ArrayLike<number>, most = 255): number[] =>
  Array.from(bytes, (byte) => Math.fround((2 * byte) / most - 1));

function opened(path: string, how = {}): Images {
  const images = openImages(path, how);
  if (images === null) throw new Error(`${path} is no place of images`);
  return images;
}

describe("a PNG", () => {
  test("of bytes gives them back, in grey and in colour, as values from -1 to 1", () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom(1 as const, 3 as const),
        fc.nat(),
        (height, width, channels, seed) => {
          const data = noise(height * width * channels, seed);
          const { shape, values } = decodeImage(pngOf({ height, width, channels, data }));
          expect(shape).toEqual([height, width, channels]);
          expect([...values]).toEqual(inUnits(data));
        },
      ),
      runs(50),
    );
  });

  test("of 16 bits keeps them", () => {
    const data = Uint16Array.of(0, 1, 257, 32768, 65534, 65535);
    const { values } = decodeImage(pngOf({ height: 2, width: 3, depth: 16, data }));
    expect([...values]).toEqual(inUnits(data, 65535));
  });

  test("with opacity is read where all is opaque, and refused elsewhere", () => {
    for (const channels of [2, 4] as const) {
      const data = noise(6 * channels).map((byte, i) => (i % channels === channels - 1 ? 255 : byte));
      const opaque = data.filter((_, i) => i % channels !== channels - 1);
      const whole = decodeImage(pngOf({ height: 2, width: 3, channels, data }));
      expect([...whole.values]).toEqual(inUnits(opaque));
      data[channels - 1] = 254;
      expect(() => decodeImage(pngOf({ height: 2, width: 3, channels, data }))).toThrow(/not opaque/);
    }
  });

  test("of a palette, of few bits or in seven passes is what it shows", () => {
    // Made by an encoder of its own; each shows a 3 × 5 image.
    for (const [name, base64] of Object.entries(handmade)) {
      const { shape, values } = decodeImage(Buffer.from(base64, "base64"));
      expect([name, shape.slice(0, 2)]).toEqual([name, [3, 5]]);
      const grey = Array.from({ length: 15 }, (_, i) => values[i * shape[2]] ?? Number.NaN);
      expect(grey.map((value) => Math.round((value + 1) / 2))).toEqual(checks);
    }
  });
});

const checks = [1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1];
const handmade = {
  oneBit: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQAAAABzTfhVAAAADklEQVR4nGNYwJDBcAIABSYB0QMvdWgAAAAASUVORK5CYII=",
  fourBits:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADBAAAAAC7rXclAAAAE0lEQVR4nGP48IGBgR9I/Gf4AAAiYgW/Tej7ugAAAABJRU5ErkJggg==",
  palette:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAMAAABs6DXKAAAABlBMVEUAAAD/+v/YrmuYAAAAFElEQVR4nGNgZGBkAAJGEA0kGBgBAFYACTIPoz0AAAAASUVORK5CYII=",
  paletteOfTwoBits:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAABlBMVEUAAAD/+v/YrmuYAAAAEUlEQVR4nGNwYWAQcWAIcAAABG0BKeykqs4AAAAASUVORK5CYII=",
  passes:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAEJWqqyAAAAFElEQVR4nGP4z8DA8B8MwQwgBrIBUcQH+ZayarsAAAAASUVORK5CYII=",
};

describe("a JPEG", () => {
  test.each([true, false])("gives its values nearly back, in colour: %s", (colour) => {
    const { shape, values } = decodeImage(jpegOf(16, 16, colour));
    expect(shape).toEqual([16, 16, colour ? 3 : 1]);
    const at = (row: number, column: number, channel: number): number =>
      (255 * ((values[(row * 16 + column) * shape[2] + channel] ?? 0) + 1)) / 2;
    for (const row of [2, 8, 13]) expect(Math.abs(at(row, 7, 0) - 12 * row)).toBeLessThan(12);
    if (colour) expect(Math.abs(at(5, 10, 2) - 135)).toBeLessThan(20);
  });
});

describe("arrays", () => {
  test("of bytes in IDX, gzipped or not, find the labels that lie beside them", () => {
    const data = noise(3 * 4 * 5);
    for (const [name, pack] of [
      ["train-images-idx3-ubyte", (bytes: Uint8Array) => bytes],
      ["train-images.idx3-ubyte.gz", gzipSync],
    ] as const) {
      const path = place.write(name, pack(idxOf([3, 4, 5], data)));
      place.write(
        name.replace("images", "labels").replace("idx3", "idx1"),
        pack(idxOf([3], Uint8Array.of(9, 2, 9))),
      );
      const { shape, count, values, classes } = opened(path);
      expect([shape, count]).toEqual([[4, 5, 1], 3]);
      expect([...values]).toEqual(inUnits(data));
      expect(classes).toEqual({ names: ["2", "9"], labels: Uint32Array.of(1, 0, 1) });
    }
  });

  test("of NumPy are read in every kind of number, both orders of bytes and all layouts", () => {
    const big = Buffer.from(Float32Array.of(0, 0.25, 0.5, 1, 1, 0, 0, 0).buffer).swap32();
    for (const [kind, shape, data, expected] of [
      ["|u1", [2, 2, 2], Uint8Array.of(0, 1, 2, 255, 7, 0, 0, 0), inUnits([0, 1, 2, 255, 7, 0, 0, 0])],
      ["<u2", [2, 1, 2, 1], Uint16Array.of(0, 65535, 3, 4), inUnits([0, 65535, 3, 4], 65535)],
      ["<f4", [2, 1, 1, 3], Float32Array.of(0, 0.5, 1, 1, 0, 0.25), [-1, 0, 1, 1, -1, -0.5]],
      ["<f8", [2, 1, 2], Float64Array.of(-1, 0.5, 1, 0), [-1, 0.5, 1, 0]],
      [">f4", [2, 2, 2], big, [-1, -0.5, 0, 1, 1, -1, -1, -1]],
    ] as const) {
      const { values, count } = opened(place.write("a.npy", npyOf(kind, shape, data)));
      expect([kind, count, [...values]]).toEqual([kind, 2, expected]);
    }
  });

  test.each([
    ["[n] or [n, c]", npyOf("|u1", [2, 2], noise(4)), /has the shape \[2, 2\]; images are/],
    ["two channels", npyOf("|u1", [2, 1, 1, 2], noise(4)), /has the shape/],
    ["no pixels", npyOf("|u1", [2, 0, 2], noise(0)), /has the shape/],
    [
      "pixels above 1",
      npyOf("<f4", [2, 1, 1], Float32Array.of(0, 2)),
      /pixels from 0 to 2; give whole numbers/,
    ],
    ["pixels that are none", npyOf("<f4", [2, 1, 1], Float32Array.of(0, Number.NaN)), /a pixel that is NaN/],
    ["whole pixels below 0", npyOf("|i1", [2, 1, 1], Int8Array.of(0, -2)), /pixels from -2 to 0/],
    ["objects", npyOf("|O", [2, 1, 1], noise(2)), /lacks a shape or a kind|numbers of the kind/],
    ["complex numbers", npyOf("<c8", [2, 1, 1], noise(16)), /numbers of the kind c8/],
    ["too few numbers", npyOf("<f4", [3, 1, 1], Float32Array.of(0, 1)), /12 bytes are announced, and 8/],
    ["one image", npyOf("|u1", [1, 2, 2], noise(4)), /has one image; at least 2/],
    ["no image", npyOf("|u1", [0, 2, 2], noise(0)), /has no images; at least 2/],
  ])("of %s are refused by the name of the file", (_, bytes, message) => {
    const path = place.write("bad.npy", bytes);
    expect(() => openImages(path, {})).toThrow(UserError);
    expect(() => openImages(path, {})).toThrow(message);
    expect(() => openImages(path, {})).toThrow(path);
  });
});

describe("labels", () => {
  const images = () => place.write("three.npy", npyOf("|u1", [3, 1, 1], noise(3)));

  test("are numbers in their order or names, from every kind of file", () => {
    const path = images();
    for (const [name, content, names, labels] of [
      ["labels.npy", npyOf("<i8", [3], BigInt64Array.of(10n, 9n, 10n)), ["9", "10"], [1, 0, 1]],
      ["labels.idx", idxOf([3], Uint8Array.of(1, 0, 1)), ["0", "1"], [1, 0, 1]],
      ["labels.txt", "cat\r\ndog\ncat\n", ["cat", "dog"], [0, 1, 0]],
    ] as const) {
      const { classes } = opened(path, { labels: place.write(name, content) });
      expect([name, classes]).toEqual([name, { names, labels: Uint32Array.from(labels) }]);
    }
  });

  test.each([
    ["of another number", "a\nb\n", /labels\.txt has 2 labels, and there are 3 images/],
    ["with an empty line", "a\n\nb\n", /labels\.txt has no label in line 2/],
    ["that are bytes", noise(40), /labels\.txt (is no file of labels|has no label)/],
  ])("%s are refused", (_, content, message) => {
    const labels = place.write("labels.txt", content);
    expect(() => openImages(images(), { labels })).toThrow(message);
  });

  test("that are no whole numbers in a list are refused", () => {
    const labels = place.write("labels.npy", npyOf("<f4", [3], Float32Array.of(0, 0.5, 1)));
    expect(() => openImages(images(), { labels })).toThrow(/3 numbers that are no labels/);
  });
});

describe("a table of pixels", () => {
  test("is images of the shape that is said, with a column of labels where one is named", () => {
    const path = place.write("pixels.csv", "a,b,c,d,digit\n0,1,2,16,3\n4,5,6,7,1\n");
    const how = { shape: [2, 2, 1] as const, labels: "digit" };
    const { shape, values, classes, remarks } = opened(path, how);
    expect(shape).toEqual([2, 2, 1]);
    expect([...values]).toEqual(inUnits([0, 1, 2, 16, 4, 5, 6, 7], 16));
    expect(classes).toEqual({ names: ["1", "3"], labels: Uint32Array.of(1, 0) });
    expect(remarks).toContain(`${path}: pixels from 0, black, to 16, white`);
    expect(() => openImages(path, { shape: [2, 2, 1] })).toThrow(
      /has 5 columns, and an image of 2×2 has 4 numbers/,
    );
    expect(() => openImages(path, { ...how, labels: "none" })).toThrow(/no column "none"/);
    expect(openImages(path, {})).toBe(null);
  });

  test.each([
    [1, "0,0.25\n1,0.5\n"],
    [255, "0,200\n3,4\n"],
    [100, "0,100\n3,4\n"],
    [1000, "0,1000\n3,4\n"],
  ])("has white at %d where its numbers say so", (white, text) => {
    const { values } = opened(place.write("white.csv", text), { shape: [1, 2, 1] });
    expect([...values]).toEqual(inUnits(text.match(/[\d.]+/g)?.map(Number) ?? [], white));
  });

  test("below 0 is refused", () => {
    const path = place.write("below.csv", "0,-1\n1,1\n");
    expect(() => openImages(path, { shape: [1, 2, 1] })).toThrow(/below\.csv has pixels from -1 to 1/);
  });
});

describe("an image that is cropped and scaled", () => {
  test("stays as bright as its middle, and flat where that is flat", () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        fc.constantFrom(1 as const, 3 as const),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (h, w, to, c, value) => {
          const flat = new Float32Array(h * w * c).fill(value);
          const { shape, values } = fitted({ shape: [h, w, c], values: flat }, to, to);
          expect(shape).toEqual([to, to, c]);
          for (const found of values) expect(found).toBeCloseTo(value, 5);
        },
      ),
      runs(100),
    );
  });

  test("that is larger by a whole number loses nothing but detail: means stay", () => {
    const values = Float32Array.from(noise(144), (byte) => byte / 255);
    const small = fitted({ shape: [12, 12, 1], values }, 3, 3);
    const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(Math.abs(mean(small.values) - mean(values))).toBeLessThan(0.05);
    expect(fitted({ shape: [12, 12, 1], values }, 12, 12).values).toBe(values);
  });

  test("that is smaller has means, in which fine detail is lost", () => {
    const checkerboard = Float32Array.from({ length: 225 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    for (const value of fitted({ shape: [15, 15, 1], values: checkerboard }, 3, 3).values) {
      expect(Math.abs(value)).toBeLessThan(0.1);
    }
  });

  test("keeps the middle, and left from right and top from bottom", () => {
    // 4 × 8, of which the middle 4 × 4 is dark to the left and bright to the right; all beside it is neither.
    const values = Float32Array.from({ length: 32 }, (_, i) => [9, 9, -1, -1, 1, 1, 9, 9][i % 8] ?? 0);
    expect([...fitted({ shape: [4, 8, 1], values }, 4, 4).values]).toEqual(
      Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? -1 : 1)),
    );
    const tall = Float32Array.from(
      { length: 32 },
      (_, i) => [9, 9, -1, -1, 1, 1, 9, 9][Math.floor(i / 4)] ?? 0,
    );
    expect([...fitted({ shape: [8, 4, 1], values: tall }, 4, 4).values]).toEqual(
      Array.from({ length: 16 }, (_, i) => (i < 8 ? -1 : 1)),
    );
  });
});

describe("damaged files", () => {
  const whole: Readonly<Record<string, Uint8Array>> = {
    "grey.png": pngOf({ height: 6, width: 5 }),
    "colour.png": pngOf({ height: 4, width: 5, channels: 3 }),
    "palette.png": Buffer.from(handmade.palette, "base64"),
    "passes.png": Buffer.from(handmade.passes, "base64"),
    "colour.jpeg": jpegOf(16, 16, true),
    "a.npy": npyOf("<f4", [2, 2, 2], Float32Array.of(0, 1, 0, 1, 0, 1, 0, 0.5)),
    "b-images-idx3-ubyte": idxOf([2, 2, 2], noise(8)),
    "b-images-idx3-ubyte.gz": gzipSync(idxOf([2, 2, 2], noise(8))),
    "labels.txt": Buffer.from("a\nb\n"),
  };

  /** What becomes of bytes: an image, or one line that says why not. */
  function judged(name: string, bytes: Uint8Array): void {
    const path = place.write(`damaged/${name}`, bytes);
    const isLabels = name === "labels.txt";
    const read = (): unknown => {
      if (/png|jpeg/.test(name)) return decodeImage(bytes);
      return isLabels
        ? openImages(place.write("two.npy", npyOf("|u1", [2, 1, 1], noise(2))), { labels: path })
        : openImages(path, {});
    };
    try {
      read();
    } catch (error) {
      expect(error instanceof ImageError || error instanceof UserError, String(error)).toBe(true);
      expect(String(error)).not.toMatch(/\n/);
    }
  }

  test.each(Object.entries(whole))("%s that ends early or has other bytes", (name, bytes) => {
    fc.assert(
      fc.property(
        fc.nat(bytes.length),
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
        (end, flips) => {
          judged(name, bytes.subarray(0, end));
          const flipped = Uint8Array.from(bytes);
          for (const [at, byte] of flips) flipped[at] = byte;
          judged(name, flipped);
        },
      ),
      runs(100),
    );
  });

  test("cut anywhere are no images", () => {
    const uncut = [
      "grey.png",
      "palette.png",
      "colour.jpeg",
      "a.npy",
      "b-images-idx3-ubyte",
      "b-images-idx3-ubyte.gz",
    ];
    for (const name of uncut) {
      const bytes = whole[name] ?? new Uint8Array();
      // Of a JPEG the last lines are short.
      const most = bytes.length - (name === "colour.jpeg" ? 20 : 0);
      for (let end = 12; end < most; end++) {
        const path = place.write("cut", bytes.subarray(0, end));
        const isImage = /png|jpeg/.test(name);
        const read = () => (isImage ? decodeImage(bytes.subarray(0, end)) : openImages(path, {}));
        expect(read, `${name}, ${end} bytes`).toThrow();
      }
    }
  });
});

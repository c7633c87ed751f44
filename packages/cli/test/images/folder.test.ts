import { mkdirSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderImages } from "../../src/images/folder.ts";
import { openImages } from "../../src/images/open.ts";
import { UserError } from "../../src/terminal/user-error.ts";
import { makeWorkplace, type Workplace } from "../support/files.ts";
import { jpegOf, pngOf } from "../support/images.ts";

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

const flat = (byte: number, side = 2): Uint8Array =>
  pngOf({ height: side, width: side, data: new Uint8Array(side * side).fill(byte) });

/** Each image by its first pixel, as a byte. */
function bytesOf({ values, count }: { readonly values: Float32Array; readonly count: number }): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.round((255 * ((values[(i * values.length) / count] ?? 0) + 1)) / 2),
  );
}

describe("a folder", () => {
  test("of images has them in the order of their names, and no classes", () => {
    for (const [name, byte] of [
      ["b.png", 20],
      ["a.PNG", 10],
      ["c.png", 30],
    ] as const)
      place.write(`flat/${name}`, flat(byte));
    place.write("flat/.hidden.png", "nothing");
    place.write("flat/notes.txt", "of whom they are");
    const images = folderImages(place.path("flat"), {});
    expect([images.shape, bytesOf(images), images.classes]).toEqual([[2, 2, 1], [10, 20, 30], null]);
    expect(images.remarks).toEqual([`${place.path("flat")}: left out notes.txt, no PNG or JPEG by name`]);
    const labels = place.write("flat.txt", "x\ny\nx\n");
    expect(openImages(place.path("flat"), { labels })?.classes?.names).toEqual(["x", "y"]);
  });

  test("of folders has a class for each, in the order of numbers where they are some", () => {
    for (const [name, byte] of [
      ["10/a.png", 1],
      ["9/a.png", 2],
      ["9/b.png", 3],
    ] as const)
      place.write(`classes/${name}`, flat(byte));
    const images = folderImages(place.path("classes"), {});
    const { names = [], labels = [] } = images.classes ?? {};
    expect(bytesOf(images).map((byte, i) => [byte, names[labels[i] ?? -1]])).toEqual([
      [1, "10"],
      [2, "9"],
      [3, "9"],
    ]);
    expect(names).toEqual(["9", "10"]);
    // By links, too.
    mkdirSync(place.path("links"));
    for (const name of ["9", "10"]) symlinkSync(place.path("classes", name), place.path("links", name));
    expect(folderImages(place.path("links"), {}).classes).toEqual(images.classes);
  });

  test("is in colour where one image is, and else in grey, however they were saved", () => {
    const grey = pngOf({ height: 2, width: 2, channels: 3, data: new Uint8Array(12).fill(40) });
    for (const name of ["a.png", "b.png"]) place.write(`grey/${name}`, grey);
    expect(folderImages(place.path("grey"), {}).shape).toEqual([2, 2, 1]);
    place.write("grey/c.png", pngOf({ height: 2, width: 2, channels: 3 }));
    const mixed = folderImages(place.path("grey"), {});
    expect([mixed.shape, bytesOf(mixed).slice(0, 2)]).toEqual([
      [2, 2, 3],
      [40, 40],
    ]);
    for (const value of mixed.values.subarray(0, 12)) expect(value).toBeCloseTo((2 * 40) / 255 - 1, 6);
    // A model of grey images has them in grey.
    expect(folderImages(place.path("grey"), { shape: [2, 2, 1] }).shape).toEqual([2, 2, 1]);
  });

  test("of many sizes is cropped and scaled where that was asked for", () => {
    place.write("sizes/a.png", flat(10, 4));
    place.write("sizes/b.jpg", jpegOf(16, 24, false));
    const scaled = folderImages(place.path("sizes"), { resize: 3 });
    expect([scaled.shape, scaled.count]).toEqual([[3, 3, 1], 2]);
    expect(() => folderImages(place.path("sizes"), {})).toThrow(
      /sizes.b\.jpg has 16×24 pixels, and the images before it 4×4; scale all .* with --resize/,
    );
  });

  test("tells how many images of which size there are before it reads them", () => {
    const told: unknown[] = [];
    const expectation = (count: number, shape: readonly number[]): void => {
      told.push([count, ...shape]);
      throw new UserError("too many");
    };
    place.write("many/a.png", flat(1, 5));
    place.write("many/b.png", "not looked at");
    expect(() => folderImages(place.path("many"), { expect: expectation })).toThrow("too many");
    expect(told).toEqual([[2, 5, 5, 1]]);
  });
});

describe("a folder that cannot be used is told by the name of the guilty file", () => {
  test.each([
    ["nothing", [], /has no PNG or JPEG files/],
    [
      "an empty class",
      ["a/1.png", "b/"],
      /.b has no PNG or JPEG files; of a folder of folders each is a class/,
    ],
    ["images beside classes", ["a/1.png", "c.png"], /has images \(c\.png\) beside folders \(a\)/],
    ["classes within classes", ["a/1.png", "a/b/2.png"], /a.b is a folder within a class/],
    ["one image", ["a.png"], /has one image; at least 2/],
  ] as const)("%s", (name, files, message) => {
    const folder = `of ${name}`;
    mkdirSync(place.path(folder));
    for (const file of files) {
      if (file.endsWith("/")) mkdirSync(place.path(folder, file));
      else place.write(`${folder}/${file}`, flat(1));
    }
    expect(() => openImages(place.path(folder), {})).toThrow(UserError);
    expect(() => openImages(place.path(folder), {})).toThrow(message);
    expect(() => openImages(place.path(folder), {})).toThrow(place.path(folder));
  });

  test("an image that is none", () => {
    place.write("none/a.png", flat(1));
    const file = place.write("none/b.png", "GIF89a");
    expect(() => openImages(place.path("none"), {})).toThrow(`${file} is neither a PNG nor a JPEG`);
    place.write("none/b.png", "");
    expect(() => openImages(place.path("none"), {})).toThrow(`${file} is empty`);
  });

  test("one image alone is no folder", () => {
    const file = place.write("one.png", flat(1));
    expect(() => openImages(file, {})).toThrow(`${file} is one image; give a folder of them`);
  });
});

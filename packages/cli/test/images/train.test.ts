import { existsSync, readFileSync } from "node:fs";
import { loadTraining } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { decodeNpy } from "../../src/images/npy.ts";
import { scoretape } from "../support/cli.ts";
import { filesIn, makeWorkplace, shadesOf, type Workplace } from "../support/files.ts";
import { idxOf, noise, npyOf, pngOf } from "../support/images.ts";
import { short } from "../support/trained.ts";

vi.unmock("../../src/plots/png.ts");

// Trainings on images by the command.

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
  for (let i = 0; i < 40; i++) {
    const [name, data] = [i % 3 === 0 ? "cat" : "dog", noise(48, i)];
    // As at the border of many: a pixel that is black in every image.
    place.write(
      `pets/${name}/${i}.png`,
      pngOf({ height: 4, width: 4, channels: 3, data: data.fill(0, 0, 3) }),
    );
  }
});
afterAll(() => place.remove());

const train = (data: string, out: string, ...flags: string[]) =>
  scoretape(["train", data, "--out", place.path(out), "--network", "mlp", ...short, ...flags]);
const modelIn = (out: string) => loadTraining(readFileSync(place.path(out, "model.safetensors")));

describe("a training on a folder of classes", () => {
  beforeAll(async () => {
    const { code, stderr } = await train(place.path("pets"), "pets-model");
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("leaves a model that knows shape and classes, samples as an array, and pictures", () => {
    const { description } = modelIn("pets-model");
    expect([description.image, description.classes]).toEqual([
      [4, 4, 3],
      ["cat", "dog"],
    ]);
    expect(description.columns.slice(0, 4)).toEqual([
      "row 1 column 1 red",
      "row 1 column 1 green",
      "row 1 column 1 blue",
      "row 1 column 2 red",
    ]);
    expect(filesIn(place.path("pets-model"))).toEqual(
      [
        ...["loss.png", "loss.svg", "quality.png", "quality.svg", "samples.png", "samples.svg"],
        ...["model.safetensors", "report.json", "samples.npy"],
      ].sort(),
    );
    const { shape, data } = decodeNpy(readFileSync(place.path("pets-model", "samples.npy")));
    expect(shape).toEqual([20, 4, 4, 3]);
    for (const value of Array.from(data)) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    expect(shadesOf(readFileSync(place.path("pets-model", "samples.png")))).toBeGreaterThan(100);
  });

  test("is gone on with, measured and drawn", async () => {
    const model = place.path("pets-model");
    for (const argv of [
      ["train", "--resume", "--out", model, "--steps", "31", ...short.slice(-4)],
      ["evaluate", model, ...short.slice(-4)],
      ["evaluate", model, place.path("pets"), ...short.slice(-4)],
      ["plot", model, ...short.slice(-4)],
    ]) {
      const { code, stderr } = await scoretape(argv);
      expect([argv[0], code, stderr]).toEqual([argv[0], 0, ""]);
    }
    expect(modelIn("pets-model").state.step).toBe(31);
  });

  test("does not go on with other classes", async () => {
    const labels = place.write("labels.txt", "cat\ndog\nfox\nfox\n".repeat(10));
    const { code, stderr } = await scoretape([
      "train",
      "--resume",
      "--out",
      place.path("pets-model"),
      "--labels",
      labels,
    ]);
    expect(stderr).toMatch(
      /has the classes cat, dog, fox, and the training to resume cat, dog; give the same --labels\n$/,
    );
    expect(code).toBe(2);
  });

  test("does not go on with other labels of the same classes", async () => {
    const again = [
      "train",
      "--resume",
      "--out",
      place.path("pets-model"),
      "--steps",
      "32",
      ...short.slice(-4),
    ];
    // A folder's images come by class, 14 cats first.
    const told = (cats: number): string => `${"cat\n".repeat(cats)}${"dog\n".repeat(40 - cats)}`;
    const labels = place.write("swapped.txt", told(15));
    const { code, stderr } = await scoretape([...again, "--labels", labels]);
    expect(stderr).toMatch(
      /pets tells of some images that they are of another class .*; give the same --labels, [^\n]*\n$/,
    );
    expect(code).toBe(2);
    const same = place.write("same.txt", told(14));
    expect((await scoretape([...again, "--labels", same])).code).toBe(0);
  });

  test("measures a model by images of another size, scaled to its own", async () => {
    for (let i = 0; i < 6; i++) place.write(`large/${i}.png`, pngOf({ height: 9, width: 12, channels: 3 }));
    const argv = ["evaluate", place.path("pets-model"), place.path("large"), ...short.slice(-4)];
    expect(await scoretape(argv)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/fault/) });
  });
});

test("a table of pixels with labels is read in the same way again", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [...noise(4, i), i % 2].join(","));
  const file = place.write("pixels.csv", ["a,b,c,d,digit", ...rows].join("\n"));
  const { code, stderr } = await train(file, "table", "--image", "2x2", "--labels", "digit");
  expect([code, stderr]).toEqual([0, `scoretape: ${file}: pixels from 0, black, to 255, white\n`]);
  expect(modelIn("table").description).toMatchObject({
    image: [2, 2, 1],
    classes: ["0", "1"],
    reading: { drop: ["digit"] },
  });
  const again = ["train", "--resume", "--out", place.path("table"), "--steps", "31", ...short.slice(-4)];
  expect((await scoretape([...again, "--labels", "digit"])).code).toBe(0);
  expect((await scoretape([...again, "--steps", "32"])).stderr).toMatch(/has the classes none/);
  expect((await scoretape(["evaluate", place.path("table"), ...short.slice(-4)])).code).toBe(0);
});

test("the bundled digits are images of ten classes", async () => {
  const { code, stdout } = await train("Digits", "digits", "--dry-run");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/digits: 1,797 images of 8×8 in 10 classes\n/)]);
  expect((await scoretape(["list"])).stdout).toMatch(/ {2}digits +1797 images/);
  expect(existsSync(place.path("digits"))).toBe(false);
});

test("a checkpoint is drawn while the training goes on", async () => {
  const out = place.path("drawn");
  const { code } = await scoretape(
    [
      "train",
      place.path("pets"),
      "--out",
      out,
      "--network",
      "mlp",
      ...short,
      "--steps",
      "100000",
      "--checkpoint-every",
      "20",
    ],
    { interruptWhen: () => existsSync(`${out}/samples.svg`) },
  );
  expect(code).toBe(130);
  expect(readFileSync(`${out}/samples.svg`, "utf8")).toMatch(/at step [\d,]+/);
  expect(existsSync(`${out}/report.json`)).toBe(false);
});

describe("what cannot be used ends with one line and code 2", () => {
  const array = () => place.write("gray.npy", npyOf("|u1", [40, 3, 3], noise(360)));
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    [
      "a folder without images",
      () => [place.write("text/notes.txt", "").replace("/notes.txt", "")],
      /text has no PNG or JPEG files/,
    ],
    [
      "a damaged image",
      () => {
        const pets = ["a.png", "b.png"].map((name) =>
          place.write(`bad/${name}`, pngOf({ height: 4, width: 4 })),
        );
        place.write("bad/b.png", pngOf({ height: 4, width: 4 }).subarray(0, 50));
        return [pets[0]?.replace("/a.png", "") ?? ""];
      },
      /bad.b\.png is no whole PNG/,
    ],
    [
      "labels of another number",
      () => [array(), "--labels", place.write("few.txt", "a\nb\n")],
      /few\.txt has 2 labels, and there are 40/,
    ],
    [
      "labels that are not there",
      () => [array(), "--labels", place.path("none.txt")],
      /cannot read .*none\.txt/,
    ],
    [
      "labels of a table",
      () => [place.write("a.csv", "1,2\n2,3\n"), "--labels", "b"],
      /--labels is for images; .*--image/,
    ],
    [
      "scaling of a table",
      () => [place.write("a.csv", "1,2\n2,3\n"), "--resize", "8"],
      /--resize is for images/,
    ],
    [
      "another shape",
      () => [place.write("a.csv", "1,2\n2,3\n"), "--image", "2x2"],
      /a\.csv has 2 columns, and an image of 2×2 has 4/,
    ],
    [
      "scaling of a data set",
      () => ["digits", "--resize", "4"],
      /--resize 4: that is for files, and digits is a data set/,
    ],
    [
      "a shape of a data set",
      () => ["digits", "--image", "8x8"],
      /--image is for files, and digits is a data set/,
    ],
    ["two sizes", () => [array(), "--image", "2x2", "--resize", "2"], /--image and --resize both say/],
    [
      "images that are all equal",
      () => [place.write("same.npy", npyOf("|u1", [40, 2, 2], new Uint8Array(160)))],
      /same\.npy: all images are equal/,
    ],
    [
      "one image",
      () => [place.write("one-idx3-ubyte", idxOf([1, 2, 2], noise(4)))],
      /one-idx3-ubyte has one image/,
    ],
    [
      "more than the memory holds",
      () => [place.path("pets"), "--resize", "1024", "--network", "mlp", "--hidden", "100000"],
      /this needs about .* GiB.*, and .* has/,
    ],
  ];

  test.each(cases)("%s", async (_, words, message) => {
    const [data = "", ...flags] = words();
    const { code, stdout, stderr } = await train(data, "refused", ...flags);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
    expect(existsSync(place.path("refused"))).toBe(false);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { random, wasm } from "@scoretape/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/images/decode.ts";
import { decodeNpy } from "../../src/images/npy.ts";
import { picturesOf } from "../../src/images/pictures.ts";
import { openModel } from "../../src/model/store.ts";
import { flowSamples } from "../../src/sampling/flow.ts";
import { scoretape } from "../support/cli.ts";
import { filesIn, makeWorkplace, type Workplace } from "../support/files.ts";
import { noise, npyOf, pngOf } from "../support/images.ts";
import { short } from "../support/trained.ts";

// Verbs on images, with a model of images that are one grey all over, from black to white, and a little noise.

let place: Workplace;
const SIDE = 3;
const flat = (byte: number, side = SIDE): Uint8Array =>
  pngOf({ height: side, width: side, data: new Uint8Array(side * side).fill(byte) });

beforeAll(async () => {
  place = makeWorkplace();
  const greys = Array.from({ length: 300 }, (_, i) => {
    const jitter = noise(SIDE * SIDE, i);
    return Array.from(jitter, (byte) => 20 + ((i * 37) % 200) + (byte >> 4));
  }).flat();
  const file = place.write("greys.npy", npyOf("|u1", [300, SIDE, SIDE], Uint8Array.from(greys)));
  const sizes = [
    ...short,
    "--network",
    "mlp",
    "--steps",
    "400",
    "--hidden",
    "32-32",
    "--batch",
    "64",
    "--learning-rate",
    "0.01",
    "--levels",
    "10",
  ];
  const { code, stderr } = await scoretape([
    "train",
    file,
    "--out",
    place.path("model"),
    ...sizes,
    "--step-size",
    "0.5",
  ]);
  if (code !== 0) throw new Error(stderr);
  place.write("dark.png", flat(40));
  place.write("bright.png", flat(210));
  place.write("large.png", flat(90, 7));
  place.write(
    "spot.png",
    pngOf({ height: SIDE, width: SIDE, data: Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 0) }),
  );
  place.write("rows.csv", Array.from({ length: 30 }, (_, i) => `${i},${(i * 7) % 11}`).join("\n"));
  await scoretape(["train", place.path("rows.csv"), "--out", place.path("rows"), ...short]);
});
afterAll(() => place.remove());

const run = (...words: readonly string[]) => scoretape(words);
const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
const spreadOf = (values: ArrayLike<number>): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(Array.from(values, (value) => (value - mean) ** 2)));
};
/** Each image of a file of NumPy. */
function imagesIn(path: string): number[][] {
  const { shape, data: values } = decodeNpy(readFileSync(path));
  const [count = 0] = shape;
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => Array.from(values).slice(i * size, (i + 1) * size));
}

describe("denoise", () => {
  test("gives one grey for one with noise, near the clean one", async () => {
    const bytes = random
      .normal(random.key(3), [SIDE * SIDE])
      .data.map((z) => Math.min(255, Math.max(0, 120 + 30 * z)));
    const noisy = place.write(
      "noisy.png",
      pngOf({ height: SIDE, width: SIDE, data: Uint8Array.from(bytes) }),
    );
    const out = place.path("clean.png");
    expect(await run("denoise", place.path("model"), noisy, "--out", out)).toEqual({
      code: 0,
      stdout: `${out}\n`,
      stderr: "",
    });
    const [before, after] = [noisy, out].map((path) => decodeImage(readFileSync(path)).values);
    if (before === undefined || after === undefined) throw new Error("no images");
    expect(after.length).toBe(SIDE * SIDE);
    expect(spreadOf(after)).toBeLessThan(0.4 * spreadOf(before));
    expect(Math.abs(meanOf(after) - meanOf(before))).toBeLessThan(0.15);
  });
});

describe("inpaint", () => {
  test.each(["left", "right", "top", "bottom", "center"])(
    "paints the %s to fit the rest, of which no byte changes",
    async (mask) => {
      const bytes = new Uint8Array(SIDE * SIDE).fill(180);
      const shown = (i: number): boolean => {
        const [y, x] = [Math.floor(i / SIDE), i % SIDE];
        return (
          { left: x > 0, right: x < 2, top: y > 0, bottom: y < 2, center: x !== 1 || y !== 1 }[mask] ?? true
        );
      };
      const broken = place.write(
        "broken.png",
        pngOf({ height: SIDE, width: SIDE, data: bytes.map((byte, i) => (shown(i) ? byte : 0)) }),
      );
      const out = place.path(`painted-${mask}`);
      expect(
        (await run("inpaint", place.path("model"), broken, "--mask", mask, "--count", "6", "--out", out))
          .code,
      ).toBe(0);
      for (let image = 1; image <= 6; image++) {
        const { values } = decodeImage(readFileSync(`${out}/000${image}.png`));
        values.forEach((value, i) => {
          const byte = Math.round(127.5 * (value + 1));
          if (shown(i)) expect(byte).toBe(180);
          else expect(Math.abs(byte - 180)).toBeLessThan(40);
        });
      }
    },
  );

  test("paints what is white in a mask's file", async () => {
    const [image, mask] = [
      place.write("half.png", flat(150)),
      place.write(
        "mask.png",
        pngOf({ height: SIDE, width: SIDE, data: Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 255) }),
      ),
    ];
    const [first, second] = await Promise.all(
      ["1", "2"].map(async (seed) => {
        const out = place.path(`seed-${seed}.npy`);
        await run(
          "inpaint",
          place.path("model"),
          image,
          "--mask",
          mask,
          "--count",
          "1",
          "--seed",
          seed,
          "--out",
          out,
        );
        return imagesIn(out)[0] ?? [];
      }),
    );
    const changed = first?.flatMap((value, i) => (value === second?.[i] ? [] : [i]));
    expect(changed).toEqual([0, 8]);
  });
});

describe("interpolate", () => {
  test("leads from one image to the other, each between them one that could be", async () => {
    const out = place.path("between.npy");
    const ends = ["dark.png", "bright.png"].map((name) => place.path(name));
    expect((await run("interpolate", place.path("model"), ...ends, "--count", "7", "--out", out)).code).toBe(
      0,
    );
    const images = imagesIn(out);
    const greys = images.map(meanOf);
    expect(images.length).toBe(7);
    // The ends come back: 40 and 210 as bytes.
    expect(Math.abs((greys[0] ?? 0) - (40 / 127.5 - 1))).toBeLessThan(0.1);
    expect(Math.abs((greys.at(-1) ?? 0) - (210 / 127.5 - 1))).toBeLessThan(0.1);
    for (const [i, image] of images.entries()) {
      expect(spreadOf(image), `image ${i}`).toBeLessThan(0.12);
      if (i > 0) expect(greys[i]).toBeGreaterThan((greys[i - 1] ?? 1) - 0.08);
    }
  });
});

describe("sample --from", () => {
  test("stays the nearer to the image, the less noise it gets", async () => {
    const spread = async (sigma: string): Promise<{ away: number; own: number }> => {
      const out = place.path("like.npy");
      const { code } = await run(
        ...["sample", place.path("model"), "--from", place.path("dark.png"), "--sigma", sigma],
        ...["--count", "200", "--out", out],
      );
      expect(code).toBe(0);
      const images = imagesIn(out);
      for (const image of images) expect(spreadOf(image)).toBeLessThan(0.25);
      const greys = images.map(meanOf);
      return { away: Math.abs(meanOf(greys) - (40 / 127.5 - 1)), own: spreadOf(greys) };
    };
    const [little, much] = [await spread("0.1"), await spread("3")];
    expect(little.away).toBeLessThan(0.1);
    expect(much.own).toBeGreaterThan(3 * little.own);
  });

  test("differs by the seed, and is the same for the same", async () => {
    const csv = async (...flags: string[]): Promise<string> =>
      (await run("sample", place.path("model"), "--from", place.path("dark.png"), "--count", "2", ...flags))
        .stdout;
    expect(await csv()).toBe(await csv());
    expect(await csv("--seed", "8")).not.toBe(await csv());
  });
});

describe("a U-Net that was told classes", () => {
  const levels = { dark: 40, bright: 200 };
  beforeAll(async () => {
    for (let i = 0; i < 60; i++) {
      for (const [name, level] of Object.entries(levels)) {
        const bytes = noise(16, i).map((byte) => level + (byte >> 4));
        place.write(`tones/${name}/${i}.png`, pngOf({ height: 4, width: 4, data: bytes }));
      }
    }
    const sizes = ["--channels", "8", "--steps", "300", "--batch", "32", "--samples", "20"];
    const { code, stderr } = await run("train", place.path("tones"), "--out", place.path("unet"), ...sizes);
    if (code > 1) throw new Error(stderr);
    place.write("tone.png", flat(60, 4));
  });

  const greysOf = async (...words: readonly string[]): Promise<number[]> => {
    const out = place.path("class.npy");
    const { code, stderr } = await run(...words, "--count", "20", "--out", out);
    expect([code, stderr]).toEqual([0, ""]);
    return imagesIn(out).map((image) => 127.5 * (meanOf(image) + 1));
  };

  test("draws the one that is asked for, and each in turn where none is", async () => {
    const [dark, bright, both] = [
      await greysOf("sample", place.path("unet"), "--class", "dark"),
      await greysOf("sample", place.path("unet"), "--class", "bright", "--guidance", "0.5"),
      await greysOf("sample", place.path("unet")),
    ];
    expect(meanOf(dark)).toBeLessThan(90);
    expect(meanOf(bright)).toBeGreaterThan(160);
    // In the order of the names, bright comes first.
    expect(meanOf(both.filter((_, i) => i % 2 === 0))).toBeGreaterThan(
      meanOf(both.filter((_, i) => i % 2 === 1)) + 50,
    );
  });

  test("has its classes drawn in turn while it is trained", () => {
    const { model } = openModel(place.path("unet"));
    const samples = flowSamples(model, 40, random.key(0), { steps: 18, backend: wasm() });
    const greys = picturesOf(model.description, [4, 4, 1], samples).values;
    const means = Array.from({ length: 40 }, (_, i) => meanOf(greys.subarray(16 * i, 16 * (i + 1))));
    const ofTurn = (turn: number): number => meanOf(means.filter((_, i) => i % 2 === turn));
    expect(ofTurn(0)).toBeGreaterThan(ofTurn(1) + 0.4);
  });

  test("leads an image that is given to the class, if its noise lets it", async () => {
    const like = ["sample", place.path("unet"), "--from", place.path("tone.png"), "--class", "bright"];
    expect(meanOf(await greysOf(...like, "--sigma", "5"))).toBeGreaterThan(140);
    expect(meanOf(await greysOf(...like, "--sigma", "0.1"))).toBeLessThan(90);
  });

  test("has no other class", async () => {
    for (const verb of [
      ["sample", place.path("unet")],
      ["inpaint", place.path("unet"), place.path("tone.png")],
    ]) {
      const { code, stderr } = await run(...verb, "--class", "brigt");
      expect([code, stderr]).toEqual([
        2,
        `scoretape: ${place.path("unet")} has no class "brigt"; did you mean "bright"? the classes are bright, dark\n`,
      ]);
    }
  });
});

describe("samples that are images", () => {
  test("go to a grid, an array, or a folder of a grid and each, and are the same in all", async () => {
    const model = place.path("model");
    const few = ["--count", "5", "--steps-per-level", "2", "--step-size", "0.5"];
    const { stdout } = await run("sample", model, ...few);
    expect(stdout.split("\n").length).toBe(7);
    const csv = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number));
    await run("sample", model, ...few, "--out", place.path("s.npy"));
    imagesIn(place.path("s.npy")).forEach((image, i) => {
      image.forEach((value, j) => {
        expect(value).toBeCloseTo(csv[i]?.[j] ?? Number.NaN, 5);
      });
    });
    await run("sample", model, ...few, "--out", place.path("s.png"));
    const folder = await run("sample", model, ...few, "--out", place.path("s"));
    expect(folder.stdout).toBe(`${place.path("s", "grid.png")}\n`);
    const each = Array.from({ length: 5 }, (_, i) => `000${i + 1}.png`);
    expect(filesIn(place.path("s"))).toEqual([...each, "grid.png"]);
    expect(readFileSync(place.path("s", "grid.png")).equals(readFileSync(place.path("s.png")))).toBe(true);
    each.forEach((name, i) => {
      const { values } = decodeImage(readFileSync(place.path("s", name)));
      values.forEach((value, j) => {
        expect(value).toBeCloseTo(csv[i]?.[j] ?? Number.NaN, 5);
      });
    });
  });
});

describe("what cannot be done ends with one line and code 2", () => {
  const at = (name: string): string => place.path(name);
  test.each([
    [
      "a model of rows",
      () => ["interpolate", at("rows"), at("dark.png"), at("dark.png")],
      /rows is a model of rows that are no images/,
    ],
    [
      "an image where rows are denoised",
      () => ["denoise", at("rows"), at("dark.png")],
      /dark\.png: it is not a text file/,
    ],
    [
      "a model of rows and an image",
      () => ["sample", at("rows"), "--from", at("dark.png")],
      /--from is for models of images, and .*rows is one of rows; leave it out/,
    ],
    [
      "an image of another size",
      () => ["denoise", at("model"), at("large.png")],
      /large\.png has 7×7 pixels, and the model's images 3×3; scale it with --resize 3/,
    ],
    [
      "another size to scale to",
      () => ["denoise", at("model"), at("large.png"), "--resize", "4"],
      /--resize 3/,
    ],
    [
      "no image",
      () => ["interpolate", at("model"), at("dark.png"), at("rows.csv")],
      /rows\.csv is neither a PNG nor a JPEG/,
    ],
    ["an image that is not there", () => ["denoise", at("model"), at("none.png")], /cannot read .*none\.png/],
    [
      "noise without an image",
      () => ["sample", at("model"), "--sigma", "1"],
      /--sigma is for an image; give one with --from/,
    ],
    ["a size without an image", () => ["sample", at("model"), "--resize", "3"], /--resize is for an image/],
    [
      "to write over the image",
      () => ["denoise", at("model"), at("dark.png"), "--out", at("dark.png")],
      /cannot write .*dark\.png: it is read from/,
    ],
    ["to write over the model", () => ["sample", at("model"), "--out", at("model/model.safetensors")], /./],
  ])("%s", async (_, words, message) => {
    const { code, stdout, stderr } = await run(...words());
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
  });

  test("and leaves the model as it was", () => {
    expect(existsSync(at("model/model.safetensors"))).toBe(true);
  });
});

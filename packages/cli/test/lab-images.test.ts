import { mul, random, slice, sum, type Tensor, take, tensor, wasm } from "@scoretape/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Images } from "../src/images/images.ts";
import { holds, theory } from "../src/lab/claim.ts";
import { judgeOf, worthOf } from "../src/lab/classes/judge.ts";
import { describeParts, drawImages, drawingSteps, learnParts, turns } from "../src/lab/classes/learn.ts";
import { type Parts, partsOf } from "../src/lab/classes/parts.ts";
import type { Laboratory } from "../src/lab/experiment.ts";
import { goal, shifted } from "../src/lab/goal.ts";
import { inpaint, inpaintingSteps, pointsFrom } from "../src/lab/images/inpaint.ts";
import { sourceOf } from "../src/lab/images/source.ts";
import { copiesAmong, nearestTo } from "../src/lab/nearest.ts";
import { exactly } from "../src/lab/statistics.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";
import { idxOf, noise } from "./support/images.ts";

const key = random.key(11);

const laboratory: Laboratory = {
  key,
  quick: true,
  backend: wasm(),
  model: null,
  data: null,
  size: (_, quick) => quick,
  track: (_, work) => work(() => undefined),
};

/** Images of 4×4 pixels, bright above or below by their class, each with a grain of its own. */
function halves(count: number): Images {
  const labels = Uint32Array.from({ length: count }, (_, i) => i % 2);
  const grain = random.uniform(key, [count * 16], { low: -0.3, high: 0.3 }).data;
  const values = Float32Array.from(grain, (value, i) => {
    const isAbove = i % 16 < 8;
    return (isAbove === (labels[Math.floor(i / 16)] === 0) ? 0.5 : -0.5) + value;
  });
  return { shape: [4, 4, 1], count, values, classes: { names: ["above", "below"], labels }, remarks: [] };
}

function partsOfHalves(): Parts {
  return partsOf(halves(300), { training: 200, test: 100 }, key);
}

function rowsOf({ data, shape: [n = 0, d = 0] }: Tensor): string[] {
  return Array.from({ length: n }, (_, i) => data.slice(i * d, (i + 1) * d).join());
}

describe("a goal", () => {
  const of = (value: number, relation: "at least" | "at most", reach = 0.1) =>
    goal({
      what: "share",
      measured: { value, low: value - reach, high: value + reach },
      relation,
      limit: exactly(1),
      origin: theory("one"),
    });

  test("is reached by the number itself, whatever its interval", () => {
    expect([0.999, 1, 1.001].map((value) => holds(of(value, "at least")))).toEqual([false, true, true]);
    expect([0.999, 1, 1.001].map((value) => holds(of(value, "at most")))).toEqual([true, true, false]);
  });

  test("is missed by a repetition as often as its standard errors say", () => {
    // The interval of 99 % reaches 2.576 standard errors.
    const away = 0.1 / 2.576;
    expect(of(1, "at least").falseAlarm).toBeCloseTo(0.5, 3);
    expect(of(1 + away, "at least").falseAlarm).toBeCloseTo(0.1587, 3);
    expect(of(1 - 2 * away, "at most").falseAlarm).toBeCloseTo(0.0228, 3);
    expect(of(1 - away, "at least").falseAlarm).toBeCloseTo(0.8413, 3);
    expect([of(2, "at least", 0).falseAlarm, of(2, "at most", 0).falseAlarm]).toEqual([0, 1]);
  });

  test("may leave room, which moves a number with its interval", () => {
    expect(shifted({ value: 1, low: 0.5, high: 2 }, -0.25)).toEqual({ value: 0.75, low: 0.25, high: 1.75 });
  });
});

test("copies are as many as lie nearer than one in a hundred of the held-out images", () => {
  const heldOut = Float64Array.from({ length: 1000 }, (_, i) => 1 + (999 - i) / 1000);
  const samples = Float64Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 0 : 1.5));
  expect(copiesAmong(samples, heldOut).value).toBe(0.25);
  expect(copiesAmong(heldOut, heldOut).value).toBe(0.01);
});

describe("two parts of images", () => {
  test("have each image at most once, with its own class", () => {
    const images = halves(60);
    const { training, test: held, names } = partsOf(images, { training: 30, test: 20 }, key);
    expect(names).toEqual(["above", "below"]);
    expect([training.images.shape, held.images.shape]).toEqual([
      [30, 16],
      [20, 16],
    ]);
    const all = new Map(
      rowsOf(tensor(images.values, { shape: [60, 16] })).map((row, i) => [row, i % 2] as const),
    );
    const seen = [training, held].flatMap((part) =>
      rowsOf(part.images).map((row, i) => {
        expect(all.get(row)).toBe(part.labels.data[i]);
        return row;
      }),
    );
    expect(new Set(seen).size).toBe(50);
    expect(rowsOf(training.images)).not.toEqual(
      rowsOf(tensor(images.values, { shape: [60, 16] })).slice(0, 30),
    );
  });

  test("want classes, and enough images", () => {
    const images = halves(10);
    expect(() => partsOf({ ...images, classes: null }, { training: 5, test: 5 }, key)).toThrow(/labels/);
    expect(() => partsOf(images, { training: 8, test: 5 }, key)).toThrow(/there are 10 images; 8 .* 5/);
  });
});

describe("a judge", () => {
  const parts = partsOfHalves();
  const judge = judgeOf(parts, { epochs: 20, shift: 0, splits: 9 }, key);
  const worth = (images: Tensor, labels: Tensor) => worthOf(images, labels, judge, parts, random.key(3));

  test("knows the classes of images that it has not seen", () => {
    expect(judge.agreement.value).toBe(1);
    expect(judge.confidence.value).toBeGreaterThan(0.9);
  });

  test("finds fresh images as good as the test images, but for the classes that they are said to be of", () => {
    const { test: held } = parts;
    const fresh = worth(held.images, held.labels);
    expect(fresh.agreement).toEqual(judge.agreement);
    expect(fresh.confidence).toEqual(judge.confidence);
    expect(fresh.nearness).toBe(1);
    expect(fresh.copies).toEqual(judge.copies);
    expect(fresh.frechet.value).toBeLessThan(1.5 * judge.floor.value);
    const wrong = tensor(
      held.labels.data.map((label) => 1 - label),
      { dtype: "uint32" },
    );
    expect(worth(held.images, wrong).agreement.value).toBe(0);
  });

  test("finds images of one class far away, and copies to be copies", () => {
    const { training } = parts;
    const above = [...training.labels.data.keys()].filter((i) => training.labels.data[i] === 0);
    const one = worth(take(training.images, above), take(training.labels, above));
    expect(one.frechet.value).toBeGreaterThan(3 * judge.floor.value);
    expect(one.copies.value).toBe(1);
    expect(one.nearness).toBe(0);
  });
});

describe("a network of images by class", () => {
  const parts = partsOfHalves();
  const description = describeParts(parts, { steps: 80, channels: [8], levels: 6 });

  test("is trained on all of the training images, and draws classes in turn", async () => {
    expect(description.settings).toMatchObject({ testFraction: 0, validation: 0 });
    const heard: number[] = [];
    const advance = (steps: number): undefined => {
      heard.push(steps);
    };
    const model = await learnParts(laboratory, description, parts.training, { key }, advance);
    expect(heard).toHaveLength(80);
    const drawing = { model, count: 150, guidance: 1 };
    const drawn = await drawImages(laboratory, drawing, key, advance);
    expect(heard).toHaveLength(80 + drawingSteps(description, 150));
    expect(drawn.shape).toEqual([150, 16]);
    expect(drawn.data.every((value) => value >= -1 && value <= 1)).toBe(true);
    const labels = turns(parts, 150).data;
    const upper = sum(slice(drawn, [0, 0], [150, 8]), { axis: 1 }).data;
    const lower = sum(slice(drawn, [0, 8], [150, 16]), { axis: 1 }).data;
    const right = [...labels.keys()].filter((i) => (upper[i] ?? 0) > (lower[i] ?? 0) === (labels[i] === 0));
    expect(right.length).toBeGreaterThan(140);
    expect(rowsOf(pointsFrom(model, drawn))).not.toEqual(rowsOf(drawn));
  });

  test("inpainting keeps the left halves, and copies the right half of the nearest", async () => {
    const small: Parts = {
      ...parts,
      test: {
        images: slice(parts.test.images, [0, 0], [20, 16]),
        labels: slice(parts.test.labels, [0], [20]),
      },
    };
    const judge = judgeOf(small, { epochs: 10, shift: 0, splits: 3 }, key);
    const model = await learnParts(laboratory, description, parts.training, { key }, () => undefined);
    const left = tensor(Array.from({ length: 16 }, (_, i) => Number(i % 4 < 2)));
    let heard = 0;
    const result = await inpaint(laboratory, model, small, judge, { steps: 12, key }, (steps) => {
      heard += steps;
      return undefined;
    });
    expect(heard).toBe(inpaintingSteps(20, 12));
    const { whole, drawn, copied, hidden } = result;
    expect(whole).toBe(small.test.images);
    expect(rowsOf(mul(left, copied))).toEqual(rowsOf(mul(left, whole)));
    expect(rowsOf(hidden)).toEqual(rowsOf(mul(left, whole)));
    // To the value of a byte.
    drawn.data.forEach((value, i) => {
      if (i % 4 < 2) expect(Math.abs(value - (whole.data[i] ?? 0))).toBeLessThan(1 / 127);
    });
    const { rows } = nearestTo(mul(left, parts.training.images), mul(left, whole));
    copied.data.forEach((value, i) => {
      const row = rows[Math.floor(i / 16)] ?? 0;
      if (i % 4 >= 2) expect(value).toBe(parts.training.images.data[16 * row + (i % 16)]);
    });
    // The left half tells the class: the right half is bright where the left is.
    expect(result.ofDrawn.value).toBeGreaterThan(0.9);
    expect(result.ofCopied.value).toBe(1);
    expect(result.copies.value).toBeLessThan(0.2);
  });
});

describe("the images of lab images", () => {
  let place: Workplace;
  beforeAll(() => {
    place = makeWorkplace();
  });
  afterAll(() => place.remove());

  test("are 10,000 digits of 28 × 28 pixels, all ten of them, white on black", () => {
    const { images, accuracy } = sourceOf(null);
    expect([images.count, images.shape, accuracy]).toEqual([10_000, [28, 28, 1], 0.98]);
    expect(images.classes?.names).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    const { labels } = images.classes ?? { labels: new Uint32Array() };
    expect(labels).toHaveLength(10_000);
    expect(new Set(labels).size).toBe(10);
    expect(images.values.every((value) => value >= -1 && value <= 1)).toBe(true);
    const mean = images.values.reduce((total, value) => total + value, 0) / images.values.length;
    // MNIST's mean is 0.13 of white.
    expect((mean + 1) / 2).toBeCloseTo(0.13, 2);
    // Ones have less ink than zeros.
    const ink = (digit: number): number =>
      images.values.reduce(
        (total, value, i) => total + (labels[Math.floor(i / 784)] === digit ? value + 1 : 0),
        0,
      ) / labels.filter((label) => label === digit).length;
    expect(ink(1)).toBeLessThan(0.6 * ink(0));
  });

  test("may be others, of which it is not known how well they can be told apart", () => {
    const path = place.write("fashion-images-idx3-ubyte", idxOf([6, 4, 4], noise(96)));
    place.write("fashion-labels-idx1-ubyte", idxOf([6], Uint8Array.of(0, 1, 0, 1, 1, 0)));
    const { name, images, accuracy } = sourceOf(path);
    expect([name, accuracy, images.shape]).toEqual([path, null, [4, 4, 1]]);
    expect(images.classes?.labels).toEqual(Uint32Array.of(0, 1, 0, 1, 1, 0));
    expect(() => sourceOf(place.write("table.csv", "a,b\n1,2\n"))).toThrow(/is a table; give images/);
    expect(() => sourceOf(place.path("nowhere-idx3-ubyte"))).toThrow(
      /cannot read .*nowhere-idx3-ubyte: no such/,
    );
  });
});

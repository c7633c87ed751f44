import { argMax, random, type Tensor, tensor } from "@scoretape/autograd";
import { imageClassifier, judgeImages, trainImageClassifier } from "@scoretape/score/images";
import { describe, expect, test } from "vitest";

/** A bar, upright or lying, somewhere in an image of 8 × 8 with noise: 0 or 1. */
function bars(seed: number, n: number): { readonly images: Tensor; readonly labels: Tensor } {
  const noise = random.normal(random.key(seed), [n, 64]);
  const places = random.uniform(random.key(seed + 1), [n]).data;
  const images = noise.data.map((value, i) => {
    const [image, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    const place = Math.floor(8 * (places[image] ?? 0));
    return 0.5 * value + ((image % 2 === 0 ? row : column) === place ? 2 : -0.5);
  });
  const labels = tensor(
    Array.from({ length: n }, (_, i) => i % 2),
    { dtype: "uint32" },
  );
  return { images: tensor(images, { shape: [n, 64] }), labels };
}

const classifier = imageClassifier({ image: [8, 8, 1], classes: 2 });
const training = bars(0, 200);
const options = { classifier, ...training, key: random.key(2), epochs: 6, batchSize: 20 };

describe("an image classifier", () => {
  test("tells images that it did not learn from", () => {
    const fresh = bars(10, 300);
    const parameters = trainImageClassifier(options);
    const { agreement, confidence, features, seen } = judgeImages(classifier, parameters, fresh.images, {
      labels: fresh.labels,
    });
    expect(agreement).toBeGreaterThan(0.95);
    expect(confidence).toBeGreaterThan(0.8);
    const logits = classifier.logits(parameters, features);
    expect([...argMax(logits, { axis: 1 }).data]).toEqual([...seen.data]);
    const wrong = tensor(
      [...fresh.labels.data].map((label) => 1 - label),
      { dtype: "uint32" },
    );
    expect(judgeImages(classifier, parameters, fresh.images, { labels: wrong }).agreement).toBeCloseTo(
      1 - (agreement ?? 0),
      10,
    );
  });

  test("learns the same from the same key, and each step says where it is", () => {
    const seen: number[] = [];
    const short = {
      ...options,
      epochs: 1,
      shift: 2,
      onStep: ({ step, steps }: { step: number; steps: number }) => seen.push(step / steps),
    };
    const [a, b, c] = [short, short, { ...short, key: random.key(3) }].map((how) => [
      ...trainImageClassifier(how).output.weight.data,
    ]);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(seen.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) / 10));
  });

  test("learns from moved images what it does not from those in place", () => {
    // The bar is always in the first row or column; the test images have it elsewhere.
    const still = {
      images: tensor(
        training.images.data.map((_, i) => {
          const [image, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
          return (image % 2 === 0 ? row : column) === 0 ? 2 : -0.5;
        }),
        { shape: [200, 64] },
      ),
      labels: training.labels,
    };
    const fresh = bars(10, 300);
    const [moved, fixed] = [4, 0].map(
      (shift) =>
        judgeImages(classifier, trainImageClassifier({ ...options, ...still, shift }), fresh.images, {
          labels: fresh.labels,
        }).agreement,
    );
    expect(moved ?? 0).toBeGreaterThan((fixed ?? 1) + 0.1);
  });

  test.each([
    ["imageClassifier: classes is 0", () => imageClassifier({ image: [8, 8, 1], classes: 0 })],
    [
      "imageClassifier: images of 8 × 8 in 1 classes",
      () => imageClassifier({ image: [8, 8, 1], classes: 1 }),
    ],
    ["imageClassifier: image is ", () => imageClassifier({ image: [8, 8], classes: 2 })],
    [
      "imageClassifier: x has shape [1, 3]",
      () => classifier.features(classifier.init(random.key(0)), tensor([[1, 2, 3]])),
    ],
    [
      "trainImageClassifier: labels[0] is 2; classes run from 0 to 1",
      () =>
        trainImageClassifier({
          ...options,
          labels: tensor(new Array<number>(200).fill(2), { dtype: "uint32" }),
        }),
    ],
    ["trainImageClassifier: shift is -1", () => trainImageClassifier({ ...options, shift: -1 })],
    [
      "judgeImages: labels is float32 [2]",
      () =>
        judgeImages(classifier, classifier.init(random.key(0)), training.images, { labels: tensor([0, 1]) }),
    ],
  ])("%s", (message, mistake) => {
    expect(mistake).toThrow(message);
  });
});

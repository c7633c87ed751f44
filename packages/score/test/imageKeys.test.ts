import { type Key, random, zeros } from "@scoretape/autograd";
import {
  frechetReference,
  imageClassifier,
  imageQuality,
  trainImageClassifier,
} from "@scoretape/score/images";
import { describe, expect, test } from "vitest";
import { KeyRecorder } from "../../autograd/test/support/keyRecorder.ts";
import { keyTakers } from "../../autograd/test/support/keyTakers.ts";

const image = [4, 4, 1];
const set = { images: zeros([6, 16]), labels: zeros([6], { dtype: "uint32" }) };
const classifier = imageClassifier({ image, classes: 2 });

const cases: Readonly<Record<string, (key: Key) => unknown>> = {
  "images.frechetReference": (key) =>
    frechetReference(random.normal(random.key(0), [8, 2]), { key, splits: 2 }),
  "images.frechetReference().to": (key) =>
    frechetReference(random.normal(random.key(0), [8, 2]), { key: random.key(1), splits: 2 }).to(
      zeros([8, 2]),
      key,
    ),
  "images.imageClassifier().init": (key) => classifier.init(key),
  "images.imageQuality": (key) =>
    imageQuality({ image, classes: 2, training: set, test: set, samples: set, key, epochs: 1 }),
  "images.trainImageClassifier": (key) =>
    trainImageClassifier({ classifier, ...set, key, epochs: 2, batchSize: 2, shift: 1 }),
};

test("every function on images with a key has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(keyTakers(new URL("../", import.meta.url), "images"));
});

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each(Object.entries(cases))("%s", (_name, run) => {
    const recorder = new KeyRecorder();
    run(recorder.key(7));
    expect(recorder.coincidences()).toEqual([]);
    expect(recorder.drawn).toBeGreaterThan(0);
  });
});

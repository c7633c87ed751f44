import { describe, expect, test } from "vitest";
import { checkGradients, type Key, mul, nn, random, sin, tensor } from "../src/index.ts";
import { KeyRecorder } from "./support/keyRecorder.ts";
import { keyTakers } from "./support/keyTakers.ts";

const shape = [3, 4];
const cases: Readonly<Record<string, (key: Key) => unknown>> = {
  checkGradients: (key) => checkGradients((a, b) => mul(sin(a), b), [tensor([1, 2]), tensor(3)], { key }),
  "nn.attention().init": (key) => nn.attention(4, { heads: 2 }).init(key),
  "nn.conv().init": (key) => nn.conv(2, 3).init(key),
  "nn.embedding().init": (key) => nn.embedding(3, 4).init(key),
  "nn.groupNorm().init": (key) => nn.groupNorm(4, { groups: 2 }).init(key),
  "nn.dense().init": (key) => nn.dense(3, 4).init(key),
  "nn.glorotNormal": (key) => nn.glorotNormal(key, shape),
  "nn.glorotUniform": (key) => nn.glorotUniform(key, shape),
  "nn.heNormal": (key) => nn.heNormal(key, shape),
  "nn.heUniform": (key) => nn.heUniform(key, shape),
  "nn.lecunNormal": (key) => nn.lecunNormal(key, shape),
  "nn.lecunUniform": (key) => nn.lecunUniform(key, shape),
  "nn.mlp().init": (key) => nn.mlp([2, 3, 4, 2]).init(key),
  "nn.zeros": (key) => nn.zeros(key, shape),
  "random.bits": (key) => random.bits(key, shape),
  "random.categorical": (key) => random.categorical(key, tensor([1, 2]), shape),
  "random.foldIn": (key) => [0, 1, 2].map((i) => random.normal(random.foldIn(key, i), shape)),
  "random.normal": (key) => random.normal(key, shape),
  "random.permutation": (key) => random.permutation(key, 5),
  "random.rademacher": (key) => random.rademacher(key, shape),
  "random.sphere": (key) => random.sphere(key, shape),
  "random.split": (key) =>
    [...random.split(key, 3), random.foldIn(key, 0)].map((each) => random.normal(each, shape)),
  "random.uniform": (key) => random.uniform(key, shape, { low: -1 }),
};

/** What starts without a draw. */
const WITHOUT_DRAWS = ["nn.groupNorm().init", "nn.zeros"];

test("every public function with a key has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(keyTakers(new URL("../", import.meta.url)));
});

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each(Object.entries(cases))("%s", (name, run) => {
    const recorder = new KeyRecorder();
    run(recorder.key(7));
    expect(recorder.coincidences()).toEqual([]);
    expect(recorder.drawn > 0).toBe(!WITHOUT_DRAWS.includes(name));
  });
});

describe("the recorder of keys sees", () => {
  test.each<[string, (key: Key) => unknown]>([
    ["two draws of one key", (key) => [random.normal(key, [2]), random.uniform(key, [])]],
    ["the same draw twice", (key) => [random.normal(key, [2]), random.normal(key, [2])]],
    ["a draw of a key that others are made of", (key) => random.normal(key, random.foldIn(key, 1).shape)],
    [
      "two draws of one key by two ways",
      (key) => [0, 0].map((i) => random.rademacher(random.foldIn(random.foldIn(key, 3), i), [2])),
    ],
  ])("%s", (_, run) => {
    const recorder = new KeyRecorder();
    run(recorder.key(0));
    expect(recorder.coincidences()).toHaveLength(1);
  });

  test("a draw that is repeated on purpose as such only where the function that is named made it", () => {
    const recorder = new KeyRecorder();
    const key = recorder.key(0);
    function twice(): void {
      for (let i = 0; i < 2; i++) random.normal(key, [2]);
    }
    twice();
    expect(recorder.coincidences({ repeatedBy: ["other"] })).toHaveLength(1);
    expect(recorder.coincidences({ repeatedBy: ["twice"] })).toEqual([]);
    random.normal(key, [2]);
    expect(recorder.coincidences({ repeatedBy: ["twice"] })).toHaveLength(1);
  });
});

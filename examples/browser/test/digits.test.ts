import { readFileSync } from "node:fs";
import { loadModel } from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { completeDigit, drawDigit } from "../src/complete/digits.ts";
import { PIXELS, SIDE } from "../src/complete/messages.ts";

const file = readFileSync(new URL("../model/mnist.safetensors", import.meta.url));
const model = loadModel(file);
const pixels = drawDigit(model, { kind: "draw", label: 5, seed: 2 }, () => {});
const known = Uint8Array.from(pixels, (_, i) => (i % SIDE < SIDE / 2 ? 1 : 0));

/** The mean absolute difference of two images where a mask is as asked. */
function distance(a: Float32Array, b: Float32Array, where: 0 | 1): number {
  const differences = [...a].flatMap((value, i) =>
    known[i] === where ? [Math.abs(value - (b[i] ?? Number.NaN))] : [],
  );
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
}

describe("the model that the page loads", () => {
  test("is of images of MNIST and their classes, without its training, in less than a megabyte", () => {
    expect(file.length).toBeLessThan(1e6);
    expect(model.state).toBeNull();
    expect(model.description.image).toEqual([SIDE, SIDE, 1]);
    expect(model.description.classes).toEqual([..."0123456789"]);
  });

  test("lies beside the names and the license of the images that it was trained on", () => {
    const text = readFileSync(new URL("../model/README.md", import.meta.url), "utf8");
    for (const told of ["MNIST", "Yann LeCun", "Corinna Cortes", "Share Alike 3.0", "mnist"]) {
      expect(text).toContain(told);
    }
  });
});

describe("a digit", () => {
  test("is drawn with pixels from black to white, the same for the same seed", () => {
    expect(pixels.length).toBe(PIXELS);
    expect(pixels.every((value) => value >= -1 && value <= 1)).toBe(true);
    const again = drawDigit(model, { kind: "draw", label: 5, seed: 2 }, () => {});
    const other = drawDigit(model, { kind: "draw", label: 5, seed: 3 }, () => {});
    expect([...again]).toEqual([...pixels]);
    expect([...other]).not.toEqual([...pixels]);
  });

  test("keeps what is known of it, and what is completed differs with the seed and the class", () => {
    const complete = (seed: number, label: number | null): Float32Array =>
      completeDigit(model, { kind: "complete", pixels, known, label, seed }, () => {});
    const [one, same, other, told] = [
      complete(1, null),
      complete(1, null),
      complete(2, null),
      complete(1, 6),
    ];
    expect([...same]).toEqual([...one]);
    for (const image of [one, other, told]) expect(distance(image, pixels, 1)).toBeLessThan(1e-6);
    for (const image of [other, told, new Float32Array(PIXELS).fill(-1)]) {
      expect(distance(one, image, 0)).toBeGreaterThan(0.05);
    }
  });

  test("is shown on its way, from noise to the end", () => {
    const shares: number[] = [];
    const states: Float32Array[] = [];
    const whole = completeDigit(
      model,
      { kind: "complete", pixels, known, label: null, seed: 0 },
      (share, state) => {
        shares.push(share);
        states.push(state);
      },
    );
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const [first, last] = [states[0], states.at(-1)];
    expect(last && distance(last, whole, 0)).toBe(0);
    expect(first && distance(first, whole, 0)).toBeGreaterThan(5);
  });
});

import { describe, expect, test } from "vitest";
import * as reference from "../../src/backends/js/random.ts";
import { type DrawName, drawModule } from "../../src/backends/wasm/random/draws.ts";
import { Sandbox, targets } from "./sandbox.ts";

const kernels = {
  uniform: reference.randomUniform,
  normal: reference.randomNormal,
  rademacher: reference.randomRademacher,
};

describe.each(targets)("draws, relaxed: $relaxed", ({ relaxed }) => {
  const draw = (name: DrawName, key: readonly number[], stream: number, first: number, size: number) => {
    const sandbox = new Sandbox();
    const keyPlace = sandbox.words(2);
    keyPlace.values.set(key);
    const y = sandbox.array(size);
    const run = sandbox.kernel(`draw ${name} ${relaxed}`, () => drawModule({ relaxed }, name), "draw");
    run(keyPlace.at, stream, first, size, y.at);
    sandbox.checkFences();
    return y.values.slice();
  };
  const keys = [
    [0, 0],
    [1, 2],
    [0xffffffff, 0x80000000],
    [0x243f6a88, 0x85a308d3],
  ];

  test.each(Object.keys(kernels))("%s has the bits of the reference", (name) => {
    for (const key of keys) {
      for (const size of [0, 1, 2, 3, 4, 5, 15, 16, 17, 30, 31, 50_000]) {
        const expected = new Float32Array(size);
        const output = { shape: [size], dtype: "float32" as const, data: expected };
        const input = { shape: [2], dtype: "uint32" as const, data: Uint32Array.from(key) };
        kernels[name as keyof typeof kernels](output, { shape: [size], dtype: "float32" }, input);
        expect(draw(name as DrawName, key, 0, 0, size)).toEqual(expected);
      }
    }
  });

  test("bits of any stream, from any block", () => {
    for (const key of keys) {
      const data = new Uint32Array(4000);
      const input = { shape: [2], dtype: "uint32" as const, data: Uint32Array.from(key) };
      reference.splitKey({ shape: [2000, 2], dtype: "uint32", data }, { count: 2000 }, input);
      const all = draw("bits", key, 1, 0, 4000);
      expect(new Uint32Array(all.buffer)).toEqual(data);
      const part = draw("bits", key, 1, 100, 77);
      expect(new Uint32Array(part.buffer)).toEqual(data.slice(400, 477));
    }
  });
});

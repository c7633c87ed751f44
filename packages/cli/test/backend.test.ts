import { js } from "@scoretape/autograd";
import { describe, expect, test } from "vitest";
import { backendOf, backendReport } from "../src/sampling/backend.ts";

/** v128.const 0 three times, f32x4.relaxed_madd: valid where there is relaxed SIMD. */
const zeros = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const body = [0, ...zeros, ...zeros, ...zeros, 0xfd, 0x85, 0x02, 0x1a, 0x0b];
const hasRelaxedSimd = WebAssembly.validate(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 2, 1, 0],
    ...[10, body.length + 2, 1, body.length, ...body],
  ]),
);

describe("the backend of the flags", () => {
  test("is plain JavaScript, or WebAssembly with one result on every machine", () => {
    expect(backendOf({ backend: "js", threads: 1, fast: false })).toBe(js);
    expect(backendReport({ backend: "js", threads: 1, fast: false })).toEqual({
      name: "js",
      threads: 1,
      simd: null,
    });
    expect(backendOf({ backend: "wasm", threads: 1, fast: false })).toMatchObject({ name: "wasm" });
    expect(backendReport({ backend: "wasm", threads: 2, fast: false }).simd).toBe("plain");
  });

  test("has relaxed SIMD with --fast, or says why not", () => {
    const fast = { backend: "wasm", threads: 1, fast: true } as const;
    if (hasRelaxedSimd) expect(backendOf(fast)).toMatchObject({ name: "wasm" });
    else
      expect(() => backendOf(fast)).toThrow(
        /^--fast needs the relaxed SIMD .*, which Node v.* does not have/,
      );
    expect(backendReport(fast).simd).toBe("relaxed");
  });
});

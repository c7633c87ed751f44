import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hasOnnxRuntime, installed } from "../../../autograd/test/support/onnxRuntime.ts";
import { decodeNpy } from "../../src/images/npy.ts";
import type { OnnxRuntime } from "../../src/sampling/openOnnxRuntime.ts";
import { scoretape } from "../support/cli.ts";
import { makeWorkplace, type Workplace } from "../support/files.ts";
import { noise, npyOf } from "../support/images.ts";

// The package lies in a folder of its own, and tells how often it ran.
const hasOrt = hasOnnxRuntime("samples by ONNX Runtime");
const runs = vi.hoisted((): object[] => []);
vi.mock("../../src/sampling/openOnnxRuntime.ts", async (original) => {
  const { openOnnxRuntime } = await original<typeof import("../../src/sampling/openOnnxRuntime.ts")>();
  return {
    openOnnxRuntime: async (): Promise<OnnxRuntime> => {
      if (!hasOrt) return openOnnxRuntime();
      const found: OnnxRuntime = createRequire(fileURLToPath(installed("onnxruntime-node")))(
        "onnxruntime-node",
      );
      const { Tensor, InferenceSession } = found;
      return {
        Tensor,
        InferenceSession: {
          create(model, options) {
            runs.push(options);
            return InferenceSession.create(model, options);
          },
        },
      };
    },
  };
});
let place: Workplace;
beforeAll(async () => {
  place = makeWorkplace();
  const images = place.write("images.npy", npyOf("|u1", [40, 3, 3], noise(360)));
  const labels = place.write("labels.txt", "odd\neven\n".repeat(20));
  const sizes = ["--steps", "20", "--levels", "5", "--samples", "10", "--channels", "8"];
  for (const argv of [
    [images, "--labels", labels, "--out", place.path("drawings"), ...sizes],
    [
      "moons",
      "--rows",
      "60",
      "--hidden",
      "6",
      "--steps",
      "3",
      "--samples",
      "10",
      "--out",
      place.path("rows"),
    ],
  ]) {
    const { code, stderr } = await scoretape(["train", ...argv]);
    if (code === 2) throw new Error(stderr);
  }
});
afterAll(() => place.remove());

describe("sample --backend onnxruntime", () => {
  test.skipIf(!hasOrt).each([[[]], [["--class", "even", "--guidance", "1"]], [["--seed", "4294967299"]]])(
    "draws the images that WebAssembly does, with %j",
    async (flags) => {
      const pixels = async (backend: string, ...more: string[]): Promise<number[]> => {
        const out = place.path(`${backend}.npy`);
        const { code, stderr } = await scoretape([
          ...[
            "sample",
            place.path("drawings"),
            "--count",
            "7",
            "--out",
            out,
            "--backend",
            backend,
            ...flags,
            ...more,
          ],
        ]);
        expect([code, stderr]).toEqual([0, expect.not.stringContaining("scoretape:")]);
        return Array.from(decodeNpy(readFileSync(out)).data);
      };
      runs.length = 0;
      const there = await pixels("onnxruntime", "--threads", "1");
      expect(runs).toEqual([{ intraOpNumThreads: 1 }]);
      const here = await pixels("wasm");
      expect(runs).toHaveLength(1);
      expect(there).toHaveLength(here.length);
      // A pixel on the edge between two of its 256 values may fall to the other one.
      expect(
        Math.max(...here.map((value, i) => Math.abs(value - (there[i] ?? Number.NaN)))),
      ).toBeLessThanOrEqual(1);
      const others = here.filter((value, i) => value !== there[i]);
      expect(others.length).toBeLessThanOrEqual(1);
    },
  );

  test.each([
    [
      ["rows"],
      /--backend onnxruntime is for a U-Net, and \S+rows is a perceptron, which WebAssembly runs faster; leave it out$/,
    ],
    [["drawings", "--from", "image.png"], /--backend onnxruntime draws from noise; leave it out, or --from$/],
    [["drawings", "--fast"], /--fast is for --backend wasm/],
  ])("is refused for %j in a line", async ([name = "", ...flags], message) => {
    const { code, stdout, stderr } = await scoretape([
      ...["sample", place.path(name), "--backend", "onnxruntime", ...flags],
    ]);
    expect(stderr.trimEnd()).toMatch(message);
    expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
  });

  test.skipIf(hasOrt)("says which package it needs", async () => {
    const { code, stderr } = await scoretape(["sample", place.path("drawings"), "--backend", "onnxruntime"]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("needs the package onnxruntime-node beside scoretape"),
    ]);
  });
});

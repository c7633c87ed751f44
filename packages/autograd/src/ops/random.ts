import * as kernels from "../backends/js/random.ts";
import type { DType } from "../dtype.ts";
import { constant } from "./construct.ts";

// Every op takes a key, a uint32 tensor [2]; what it draws is a constant to every derivative.

const words = (): DType => "uint32";

export const splitKeyOp = /* @__PURE__ */ constant({
  name: "splitKey",
  kernel: kernels.splitKey,
  shape: ({ count }) => [count, 2],
  dtype: words,
});

export const foldInOp = /* @__PURE__ */ constant({
  name: "foldIn",
  kernel: kernels.foldIn,
  shape: () => [2],
  dtype: words,
});

export const randomBitsOp = /* @__PURE__ */ constant({
  name: "randomBits",
  kernel: kernels.randomBits,
  shape: ({ shape }) => shape,
  dtype: words,
});

export const randomUniformOp = /* @__PURE__ */ constant({
  name: "randomUniform",
  kernel: kernels.randomUniform,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomNormalOp = /* @__PURE__ */ constant({
  name: "randomNormal",
  kernel: kernels.randomNormal,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomRademacherOp = /* @__PURE__ */ constant({
  name: "randomRademacher",
  kernel: kernels.randomRademacher,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomPermutationOp = /* @__PURE__ */ constant({
  name: "randomPermutation",
  kernel: kernels.randomPermutation,
  shape: ({ size }) => [size],
  dtype: words,
});

export const randomCategoricalOp = /* @__PURE__ */ constant({
  name: "randomCategorical",
  kernel: kernels.randomCategorical,
  shape: ({ shape }) => shape,
  dtype: words,
});

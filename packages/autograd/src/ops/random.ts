import * as kernels from "../backends/js/random.ts";
import type { DType } from "../dtype.ts";
import { constant, draws } from "./construct.ts";

// Every op takes a key, a uint32 tensor [2]; what it draws is a constant to every derivative.

const words = (): DType => "uint32";

export const splitKeyOp = /* @__PURE__ */ constant({
  name: "splitKey",
  traits: draws,
  kernel: kernels.splitKey,
  shape: ({ count }) => [count, 2],
  dtype: words,
});

export const foldInOp = /* @__PURE__ */ constant({
  name: "foldIn",
  traits: draws,
  kernel: kernels.foldIn,
  shape: () => [2],
  dtype: words,
});

export const randomBitsOp = /* @__PURE__ */ constant({
  name: "randomBits",
  traits: draws,
  kernel: kernels.randomBits,
  shape: ({ shape }) => shape,
  dtype: words,
});

export const randomUniformOp = /* @__PURE__ */ constant({
  name: "randomUniform",
  traits: draws,
  kernel: kernels.randomUniform,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomNormalOp = /* @__PURE__ */ constant({
  name: "randomNormal",
  traits: draws,
  kernel: kernels.randomNormal,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomRademacherOp = /* @__PURE__ */ constant({
  name: "randomRademacher",
  traits: draws,
  kernel: kernels.randomRademacher,
  shape: ({ shape }) => shape,
  dtype: ({ dtype }) => dtype,
});

export const randomPermutationOp = /* @__PURE__ */ constant({
  name: "randomPermutation",
  traits: draws,
  kernel: kernels.randomPermutation,
  shape: ({ size }) => [size],
  dtype: words,
});

export const randomCategoricalOp = /* @__PURE__ */ constant({
  name: "randomCategorical",
  traits: draws,
  kernel: kernels.randomCategorical,
  shape: ({ shape }) => shape,
  dtype: words,
});

import { isOfImages, type Workload } from "../workloads/workload.ts";
import type { Variant } from "./candidate.ts";

const all = (): boolean => true;
const never = (): boolean => false;
const isSampling = ({ kind }: Workload): boolean => kind === "sampling";
const isProduct = ({ kind }: Workload): boolean => kind === "product";
/** All but images, whose network not every implementation has. */
const notImages = (workload: Workload): boolean => !isOfImages(workload);
const only =
  (...names: string[]) =>
  ({ id }: Workload): boolean =>
    names.some((name) => id === name || id.startsWith(`${name}-`));

/** Whether the loss has derivatives of the net with respect to x, which can be made in more than one way. */
function hasInnerDerivatives(workload: Workload): boolean {
  return workload.kind === "training" && ["sliced", "sliced-vr", "exact"].includes(workload.objective);
}

// The slow variants run where they finish in good time.
const small = only("W1", "W1s", "W7-64", "W7-256");
/** Products that are over so soon that the copies to and from a program's memory count. */
const isSmallProduct = only("W7-64", "W7-256", "W7-256x128x128");
/** Work in which a second thread always pays. */
const isLarge = only("W3-d100", "W7-512", "W7-1024");
const smaller = (workload: Workload): boolean => !isLarge(workload);

/** scoretape without fused multiply-adds. */
export const scoretapePlain: readonly Variant[] = [
  { variant: "eager", title: "eager, reference kernels", handles: small, quick: never },
  { variant: "eager-wasm", title: "eager", handles: small, quick: only("W1") },
  { variant: "js", title: "compiled, reference kernels", handles: small, quick: never },
  { variant: "wasm-1", title: "compiled, WebAssembly, 1 thread", handles: all, quick: all },
  { variant: "wasm-2", title: "compiled, WebAssembly, 2 threads", handles: all, quick: all },
  {
    variant: "wasm-1-program",
    title: "the same, 10 products a program, 1 thread",
    handles: isSmallProduct,
    quick: all,
  },
  {
    variant: "wasm-2-program",
    title: "the same, 10 products a program, 2 threads",
    handles: isSmallProduct,
    quick: all,
  },
];

/** scoretape on GPU.js: eager ops with the products there, and whole programs. */
export const scoretapeGpu: readonly Variant[] = [
  ...["webasm", "cpu", "headlessgl", "webgl2"].map((mode) => ({
    variant: `gpu-${mode}`,
    title: `eager, products on GPU.js, ${mode}`,
    handles: only("W1", "W7-256", "W7-512"),
    quick: never,
  })),
  {
    variant: "gpu-program-webgpu",
    title: "compiled, GPU.js, webgpu",
    handles: notImages,
    quick: never,
  },
  {
    variant: "gpu-program-webasm",
    title: "compiled, GPU.js, webasm",
    handles: only("W1", "W7-256"),
    quick: never,
  },
];

/** scoretape with fused multiply-adds. */
export const scoretapeRelaxed: readonly Variant[] = [
  { variant: "wasm-1-relaxed", title: "compiled, relaxed SIMD, 1 thread", handles: all, quick: never },
  { variant: "wasm-2-relaxed", title: "compiled, relaxed SIMD, 2 threads", handles: all, quick: all },
  ...[1, 2].map((threads) => ({
    variant: `wasm-${threads}-relaxed-program`,
    title: `the same, 10 products a program, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    handles: isSmallProduct,
    quick: never,
  })),
];

export const jaxJs: readonly Variant[] = [
  { variant: "jit", title: "jit of the whole step", handles: all, quick: all },
  { variant: "jit-threads", title: "the same, all threads by workers of Node", handles: all, quick: all },
  { variant: "jit-grad", title: "jit, the score by grad inside", handles: only("W5"), quick: all },
  { variant: "eager", title: "eager", handles: only("W1"), quick: never },
];

export const tensorFlow: readonly Variant[] = [
  {
    variant: "autodiff",
    title: "tf.grad inside the loss",
    handles: all,
    quick: (workload) => !hasInnerDerivatives(workload),
  },
  {
    variant: "by-hand",
    title: "derivatives inside the loss by hand",
    handles: hasInnerDerivatives,
    quick: all,
  },
];

export const gpuJs: readonly Variant[] = [
  {
    variant: "cpu",
    title: "its own matrix product, cpu mode",
    handles: only("W7-64", "W7-256"),
    quick: never,
  },
  {
    variant: "gpu",
    title: "its own matrix product, best mode",
    handles: only("W7-64", "W7-256"),
    quick: all,
  },
];

export const pyTorch: readonly Variant[] = [
  { variant: "by-hand:all", title: "eager, derivatives by hand, all threads", handles: all, quick: all },
  { variant: "by-hand:1", title: "eager, derivatives by hand, 1 thread", handles: smaller, quick: never },
  {
    variant: "func:all",
    title: "eager, torch.func.jvp, all threads",
    handles: hasInnerDerivatives,
    quick: never,
  },
  {
    variant: "autodiff:all",
    title: "eager, double backward, all threads",
    handles: hasInnerDerivatives,
    quick: never,
  },
  {
    variant: "compiled:all",
    title: "torch.compile, derivatives by hand, all threads",
    handles: (workload) => !isProduct(workload),
    quick: never,
  },
];

export const jax: readonly Variant[] = [
  { variant: "jit", title: "jit of the whole step, all threads", handles: all, quick: all },
  { variant: "jit:1", title: "jit of the whole step, 1 thread", handles: smaller, quick: never },
  {
    variant: "jit-by-hand",
    title: "jit, the divergence by hand, all threads",
    handles: only("W3"),
    quick: never,
  },
  {
    variant: "jit-rbg",
    title: "jit, noise by XLA's generator, all threads",
    handles: isSampling,
    quick: never,
  },
];

export const numPy: readonly Variant[] = [
  { variant: "blas", title: "float32 matmul", handles: isProduct, quick: all },
];

export const nothing: readonly Variant[] = [
  { variant: "nothing", title: "an empty process", handles: never, quick: never },
];

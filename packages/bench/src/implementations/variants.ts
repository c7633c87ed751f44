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
/** Work in which a second thread always pays. */
const isLarge = only("W3-d100", "W7-512", "W7-1024");
const smaller = (workload: Workload): boolean => !isLarge(workload);

/**
 * scoretape compiled for WebAssembly. Products are measured twice: one a call, its factors copied in and the product out;
 * and as in a network, with all of them in the program's memory, where the peers have theirs.
 */
function onWebAssembly(instructions: "plain" | "relaxed"): Variant[] {
  return [1, 2].flatMap((threads) => {
    const variant = `wasm-${threads}${instructions === "relaxed" ? "-relaxed" : ""}`;
    const title = `compiled, ${instructions} SIMD, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
    const products = { handles: isProduct, quick: all };
    return [
      { variant, title, handles: (workload) => !isProduct(workload), quick: all },
      { variant: `${variant}-copied`, title: `${title}, copied in and out`, ...products },
      { variant: `${variant}-resident`, title: `${title}, resident in a program`, ...products },
    ];
  });
}

/** scoretape without fused multiply-adds. */
export const scoretapePlain: readonly Variant[] = [
  { variant: "eager", title: "eager, reference kernels", handles: small, quick: never },
  { variant: "eager-wasm", title: "eager", handles: small, quick: only("W1") },
  { variant: "js", title: "compiled, reference kernels", handles: small, quick: never },
  ...onWebAssembly("plain"),
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
export const scoretapeRelaxed: readonly Variant[] = onWebAssembly("relaxed");

export const jaxJs: readonly Variant[] = [
  { variant: "jit", title: "jit of the whole step", handles: all, quick: all },
  {
    variant: "jit-threads",
    title: "jit of the whole step, all threads by workers of Node",
    handles: all,
    quick: all,
  },
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

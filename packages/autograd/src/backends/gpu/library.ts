import type * as GpuJs from "gpu.js";
import type { GPU, IGPUKernelSettings, Input } from "gpu.js";
import type { GpuAdapter, GpuDevice } from "./devices/webgpuTypes.ts";
import type { GpuMode } from "./eager/contract.ts";
import type { DeviceFunction } from "./kernels/deviceFunction.ts";
import { deviceFunctions } from "./kernels/maths.ts";

declare module "gpu.js" {
  // What its types leave out.
  export const WebGPUContext: {
    readonly isSupported: boolean;
    acquire(): Promise<{ readonly adapter: GpuAdapter; readonly device: GpuDevice }>;
  };
  export class WebGPUKernel {
    build(...examples: readonly Input[]): Promise<void>;
  }
  interface GPU {
    createKernel(text: string, settings: TextKernelSettings): IKernelRunShortcut;
  }
}

/** Settings of a kernel given as text, with the functions that it calls as texts too. */
interface TextKernelSettings extends Omit<IGPUKernelSettings, "functions" | "nativeFunctions"> {
  readonly functions: readonly { readonly source: string; readonly settings: FunctionTypes }[];
  readonly nativeFunctions: readonly ({ readonly name: string; readonly source: string } & FunctionTypes)[];
}

interface FunctionTypes {
  readonly argumentTypes: Readonly<Record<string, string>>;
  readonly returnType: string;
}

/** The version whose types and insides this backend knows. */
export const GPU_JS = "gpu.js@2.24.1";

// A package of its own that may be missing: then a bundle is made without it, and who asks for a GPU learns what to install.
// Where CommonJS becomes a module, what it exports may lie under `default`.
const imported = await loaded();
const candidates = [imported, isHolder(imported) ? Reflect.get(imported, "default") : undefined];

/** GPU.js, or why it is not there. By `try` bundlers see that it may be missing; to webpack a `catch` of the promise says nothing. */
async function loaded(): Promise<unknown> {
  try {
    return await import("gpu.js");
  } catch (error) {
    return error;
  }
}

function isHolder(x: unknown): x is object {
  return (typeof x === "object" && x !== null) || typeof x === "function";
}

function isGpuJs(x: unknown): x is typeof GpuJs {
  return isHolder(x) && "GPU" in x && typeof x.GPU === "function";
}

/** GPU.js. @throws Error with what to install where it is missing */
export function gpuJs(name = "gpu"): typeof GpuJs {
  const found = candidates.find(isGpuJs);
  if (found !== undefined) return found;
  throw new Error(
    `${name}: the package gpu.js could not be loaded; it computes on the GPU: npm install ${GPU_JS}`,
    { cause: imported },
  );
}

// The parts of GPU.js in use, behind types that hold: its own take no typed arrays and promise more than it does.

/** A kernel as GPU.js hands it out: a function, and the instance that runs behind it at the moment. */
export interface CompiledKernel {
  (...inputs: readonly unknown[]): unknown;
  readonly kernel: object;
  destroy(): void;
}

/** GPU.js in one mode, with the one GL context that all its kernels share. */
export type Library = GPU;

const kernelClasses = {
  webgl2: "WebGL2Kernel",
  headlessgl: "HeadlessGLKernel",
  webasm: "WebAssemblyKernel",
  cpu: "CPUKernel",
  webgpu: "WebGPUKernel",
} as const satisfies Record<AnyMode, keyof typeof GpuJs>;

/** The modes of GPU.js in use, the asynchronous one included. */
type AnyMode = GpuMode | "webgpu";

/** What is missing where GPU.js does not support a mode. */
const needs: Record<AnyMode, string> = {
  webgpu: "it needs navigator.gpu",
  webgl2: "it needs a browser with WebGL2",
  headlessgl: "it needs Node, the compiled package gl, and a display",
  webasm: "it needs WebAssembly",
  cpu: "it always runs",
};

/** Starts GPU.js in a mode. Throws what is missing where it cannot run. */
export function openLibrary(mode: AnyMode): Library {
  try {
    const { GPU } = gpuJs();
    return new GPU({ mode });
  } catch (error) {
    throw new Error(needs[mode], { cause: error });
  }
}

/** Compiles a kernel from its text; the work is done when it first runs. */
export function createKernel(
  library: Library,
  text: string,
  output: readonly number[],
  settings: {
    readonly pipeline?: boolean;
    readonly immutable?: boolean;
    readonly optimizeFloatMemory?: boolean;
    readonly dynamicArguments?: boolean;
  } = {},
): CompiledKernel {
  const called = calledFrom(text);
  const isNative = ({ native }: DeviceFunction): boolean => library.mode === "webgl2" && native !== undefined;
  const functions = called
    .filter((each) => !isNative(each))
    .map(({ text: source, parameters }) => ({ source, settings: typesOf(parameters) }));
  const nativeFunctions = called.filter(isNative).map(({ name, parameters, native }) => ({
    name,
    source: `float ${name}(${parameters.map((x) => `float ${x}`).join(", ")}) { ${native?.glsl} }`,
    ...typesOf(parameters),
  }));
  // "precision" asks phones for 32-bit floats, which they otherwise shorten to 16.
  return library.createKernel(text, {
    output: [...output],
    precision: "single",
    tactic: "precision",
    functions,
    nativeFunctions,
    ...settings,
  });
}

/** Numbers to a number. */
function typesOf(parameters: readonly string[]): FunctionTypes {
  const argumentTypes = Object.fromEntries(parameters.map((parameter) => [parameter, "Number"]));
  return { argumentTypes, returnType: "Number" };
}

/** The functions that a kernel calls, and those that they call. */
function calledFrom(text: string): DeviceFunction[] {
  // Each comes after those that it calls.
  const called: DeviceFunction[] = [];
  for (const candidate of deviceFunctions.toReversed()) {
    const callers = [text, ...called.map((caller) => caller.text)];
    if (callers.some((caller) => caller.includes(`${candidate.name}(`))) called.unshift(candidate);
  }
  return called;
}

/** Frees a kernel; in cpu mode GPU.js itself would keep it in its list for ever. */
export function destroyKernel(library: Library, kernel: CompiledKernel): void {
  const instance = kernel.kernel;
  kernel.destroy();
  const kernels: unknown = Reflect.get(library, "kernels");
  if (!Array.isArray(kernels)) return;
  const at = kernels.indexOf(instance);
  if (at !== -1) kernels.splice(at, 1);
}

/** The class behind a kernel, as it is now: GPU.js swaps it when it falls back, without a sign. */
export function kernelClassOf(kernel: CompiledKernel): string {
  const library = gpuJs();
  return Object.values(kernelClasses).find((name) => kernel.kernel instanceof library[name]) ?? "unknown";
}

/** The class that a mode's kernels are of. */
export function kernelClassFor(mode: AnyMode): string {
  return kernelClasses[mode];
}

/** A matrix as a kernel takes it: rows of `width`, read as `m[row][column]`. */
export function matrixInput(values: Float32Array, width: number, height: number): Input {
  return arrayInput(values, [width, height]);
}

/** An array as a kernel takes it, the fastest axis first. */
export function arrayInput(values: Float32Array, sizes: readonly number[]): Input {
  const construct: unknown = gpuJs().Input;
  if (!takesTypedArrays(construct)) throw new TypeError("gpu.js has no Input; install gpu.js 2.24");
  return new construct(values, [...sizes]);
}

/** An array of so many axes, by which a kernel learns what it is given. */
export function emptyInput(rank: number): Input {
  return arrayInput(new Float32Array(1), new Array<number>(rank).fill(1));
}

function takesTypedArrays(
  construct: unknown,
): construct is new (
  values: Float32Array,
  size: number[],
) => Input {
  return typeof construct === "function";
}

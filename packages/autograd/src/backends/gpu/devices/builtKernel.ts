import { deviceFunctions } from "../kernels/maths.ts";
import type { KernelSource } from "../kernels/source.ts";
import {
  type CompiledKernel,
  createKernel,
  destroyKernel,
  emptyInput,
  gpuJs,
  type Library,
} from "../library.ts";

/** What GPU.js makes of a kernel's text on WebGPU. */
export interface BuiltKernel {
  readonly kernel: CompiledKernel;
  readonly pipeline: object;
  readonly layout: object;
  /** Bytes of the uniform block, and for each argument where in it its sizes are. */
  readonly parameterBytes: number;
  readonly sizesAt: readonly number[];
  readonly workgroup: readonly number[];
}

/**
 * Compiles a kernel on WebGPU without running it. The program's own buffers are then bound to the pipeline: GPU.js
 * itself would upload, submit and allocate anew at every run of every kernel.
 *
 * @throws when this version of GPU.js keeps a kernel in another form
 */
export async function buildKernel(library: Library, source: KernelSource): Promise<BuiltKernel> {
  // The sizes of the grid and of the arrays are parameters of the shader: one pipeline serves all.
  const kernel = createKernel(
    library,
    source.text,
    source.grid.map(() => 1),
    { pipeline: true },
  );
  const instance = kernel.kernel;
  if (!(instance instanceof gpuJs().WebGPUKernel))
    throw new Error("GPU.js made a kernel for something other than WebGPU");
  speakNatively(instance, "assembleWGSL");
  try {
    await instance.build(...source.inputs.map((sizes) => emptyInput(sizes.length)));
    return built(kernel, instance, source);
  } catch (error) {
    destroyKernel(library, kernel);
    throw error;
  }
}

/** Puts the device's own words into the functions that have them, when the shader is put together. */
function speakNatively(instance: object, assemble: string): void {
  const method = valueAt(instance, assemble);
  if (typeof method !== "function") throw otherVersion(assemble);
  Reflect.set(instance, assemble, () => {
    const shader: unknown = Reflect.apply(method, instance, []);
    if (typeof shader !== "string") throw otherVersion(assemble);
    return deviceFunctions.reduce((text, { name, native }) => {
      if (native === undefined || !text.includes(`${name}(`)) return text;
      const written = new RegExp(`fn fn_${name}\\(user_x : f32\\) -> f32 \\{\\n[^]*?\\n\\}`);
      const spoken = text.replace(written, `fn fn_${name}(x : f32) -> f32 {\n  ${native.wgsl}\n}`);
      if (spoken === text) throw otherVersion(`function ${name} in its shader`);
      return spoken;
    }, shader);
  });
}

function built(kernel: CompiledKernel, instance: object, source: KernelSource): BuiltKernel {
  const pipeline = objectAt(instance, "computePipeline");
  const layout = objectAt(instance, "bindGroupLayout");
  const parameters = objectAt(instance, "paramsLayout");
  const workgroup = numbersAt(instance, "workgroupSize");
  const arrays = listAt(parameters, "arrayArgs");
  const sizesAt = arrays.map((record) => numberAt(record, "dimsOffset"));
  const perThread = numberAt(instance, "componentCount");
  const others = [...listAt(parameters, "scalarArgs"), ...listAt(parameters, "bufferConstants")];
  if (sizesAt.length !== source.inputs.length || others.length > 0 || perThread !== source.perThread) {
    throw new Error("GPU.js understood a kernel's text otherwise than it was meant; install gpu.js 2.24.1");
  }
  return { kernel, pipeline, layout, parameterBytes: numberAt(parameters, "byteLength"), sizesAt, workgroup };
}

function valueAt(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}

function otherVersion(name: string): Error {
  return new Error(
    `a kernel of GPU.js has no ${name} of the kind that version 2.24.1 has; install gpu.js 2.24.1`,
  );
}

function objectAt(owner: object, name: string): object {
  const value = valueAt(owner, name);
  if (typeof value !== "object" || value === null) throw otherVersion(name);
  return value;
}

function listAt(owner: object, name: string): readonly unknown[] {
  const value = valueAt(owner, name);
  if (!Array.isArray(value)) throw otherVersion(name);
  return value;
}

function numberAt(owner: unknown, name: string): number {
  const value = valueAt(owner, name);
  if (typeof value !== "number") throw otherVersion(name);
  return value;
}

function numbersAt(owner: object, name: string): readonly number[] {
  return listAt(owner, name).map((value) => {
    if (typeof value !== "number") throw otherVersion(name);
    return value;
  });
}

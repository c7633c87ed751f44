import { LeastRecentlyUsed } from "../eager/cache.ts";
import { arrayInput, type CompiledKernel, createKernel, destroyKernel, openLibrary } from "../library.ts";
import { contextOf, rendererOf, SOFTWARE } from "../renderer.ts";
import type { ComputeDevice } from "./contract.ts";
import { drawsRight } from "./draws.ts";
import { synchronousDevice } from "./synchronous.ts";

/** The parts in use of a texture as GPU.js hands it out. */
interface Texture {
  output: readonly number[];
  dimensions: readonly number[];
  clone(): Texture;
  delete(): void;
  /** The elements in order, and what fills the last texels. */
  renderValues(): Float32Array;
}

// Packed textures: four elements a texel, of a size that depends on the number of elements alone, so that an array may
// be read under any shape. The sizes of arguments are uniforms, since an array may be larger than what is read of it.
const settings = {
  pipeline: true,
  immutable: true,
  optimizeFloatMemory: true,
  dynamicArguments: true,
} as const;

/** Kernels that upload arrays, one for each size. */
const UPLOADS = 64;

/**
 * Opens GPU.js on WebGL2.
 *
 * @throws when there is no WebGL2, or only one in software and that is not allowed
 */
export async function openWebgl2(allowSoftware: boolean): Promise<ComputeDevice> {
  const library = openLibrary("webgl2");
  const uploads = new LeastRecentlyUsed<CompiledKernel>(UPLOADS, (kernel) => destroyKernel(library, kernel));
  const upload = (values: Float32Array): Texture => {
    const size = values.length;
    const key = String(size);
    const text = "function upload(a0) {\n  return a0[this.thread.y][this.thread.x];\n}";
    const known = uploads.get(key);
    const kernel = known ?? createKernel(library, text, [size, 1], { ...settings, dynamicArguments: false });
    if (known === undefined) uploads.set(key, kernel);
    return textureOf(kernel(arrayInput(values, [size, 1])));
  };
  // The first texture brings the context, by which the renderer is known.
  upload(new Float32Array(1)).delete();
  const adapter = rendererOf(library) ?? "a renderer that does not tell its name";
  const software = SOFTWARE.test(adapter);
  if (software && !allowSoftware) {
    library.destroy().catch(() => undefined);
    throw new Error(`it is drawn in software, by ${adapter}; allowSoftware: true accepts that`);
  }
  const device = synchronousDevice<Texture>({
    library,
    mode: "webgl2",
    kernelClass: "WebGL2Kernel",
    adapter,
    software,
    mostPerThread: 1,
    settings,
    lost: () => (contextOf(library)?.isContextLost?.() === true ? "its context was lost" : null),
    prepare: () => {},
    // Textures of one class: those of two axes.
    outputOf: ([width = 1, height = 1]) => [width, height],
    run: (kernel, inputs, source) => {
      const views = inputs.map((texture, i) => viewOf(texture, source.inputs[i] ?? []));
      try {
        return textureOf(kernel(...views));
      } finally {
        for (const view of views) view.delete();
      }
    },
    arrays: {
      upload,
      share: (texture) => texture.clone(),
      read: (texture, size) => texture.renderValues().slice(0, size),
      free: (texture) => texture.delete(),
    },
  });
  return { ...device, draws: await drawsRight(device) };
}

/** The same texture under another shape. */
function viewOf(texture: Texture, [width = 1, height = 1]: readonly number[]): Texture {
  const view = texture.clone();
  view.output = [width, height];
  view.dimensions = [width, height, 1];
  return view;
}

function textureOf(returned: unknown): Texture {
  if (isTexture(returned)) return returned;
  throw new TypeError("GPU.js returned something other than a texture");
}

function isTexture(x: unknown): x is Texture {
  return (
    typeof x === "object" &&
    x !== null &&
    "renderValues" in x &&
    "clone" in x &&
    "delete" in x &&
    "output" in x
  );
}

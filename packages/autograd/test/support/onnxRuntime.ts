import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Tensor, tensor } from "../../src/index.ts";

// ONNX Runtime for Node and for pages, which are installed in a folder of their own.

const folder = new URL("../../../../compat/onnxruntime/", import.meta.url);

/** Where a package of that folder lies. */
export function installed(name: string): URL {
  return new URL(`node_modules/${name}/`, folder);
}

/** Whether both are there, or required (SCORETAPE_REQUIRE_ORT). Says in a line that what needs them is left out. */
export function hasOnnxRuntime(what: string): boolean {
  const isThere = ["onnxruntime-node", "onnxruntime-web"].every((name) => existsSync(installed(name)));
  if (isThere || process.env.SCORETAPE_REQUIRE_ORT !== undefined) return true;
  console.log(
    `${what}: left out, for compat/onnxruntime is not installed (npm ci --prefix compat/onnxruntime --ignore-scripts); ` +
      "SCORETAPE_REQUIRE_ORT=1 makes that a failure",
  );
  return false;
}

interface OrtTensor {
  readonly type: "float32" | "float64" | "uint32";
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Uint32Array;
}

interface OnnxRuntime {
  readonly Tensor: new (type: string, data: Tensor["data"], dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<Session>;
  };
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
}

/** A model of ONNX as a function of its inputs, in their order, in onnxruntime-node. */
export async function loadOnnx(bytes: Uint8Array): Promise<(inputs: readonly Tensor[]) => Promise<Tensor[]>> {
  const ort: OnnxRuntime = createRequire(fileURLToPath(new URL("package.json", folder)))("onnxruntime-node");
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  return async (inputs) => {
    const named = inputs.map(({ dtype, data, shape }, i) => [
      session.inputNames[i] ?? "",
      new ort.Tensor(dtype, data, shape),
    ]);
    const results = await session.run(Object.fromEntries(named));
    return session.outputNames.flatMap((name) => {
      const result = results[name];
      return result === undefined ? [] : [tensor(result.data, { shape: result.dims, dtype: result.type })];
    });
  };
}

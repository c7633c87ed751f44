import { reason } from "../files/reason.ts";
import { UserError } from "../terminal/user-error.ts";

/** What is used of the package onnxruntime-node. */
export interface OnnxRuntime {
  readonly Tensor: new (type: "uint32", data: Uint32Array, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { readonly intraOpNumThreads?: number },
    ): Promise<{
      run(
        inputs: Readonly<Record<string, unknown>>,
      ): Promise<{ readonly [name: string]: { readonly data: Float32Array } }>;
    }>;
  };
}

/** A name that the type checker does not look for: the package need not be installed. */
const NAME: string = "onnxruntime-node";

/** @throws UserError if onnxruntime-node is not installed */
export async function openOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return await import(NAME);
  } catch (error) {
    throw new UserError(
      `--backend onnxruntime needs the package onnxruntime-node beside scoretape: ${reason(error)}`,
      {
        cause: error,
      },
    );
  }
}

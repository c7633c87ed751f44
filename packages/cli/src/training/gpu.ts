import type { GpuProgramBackend } from "@scoretape/autograd/gpu";
import { reason } from "../files/reason.ts";
import { UserError } from "../terminal/user-error.ts";

/**
 * The GPU, for training.
 *
 * @throws UserError if there is none, or only one in software and that was not allowed.
 */
export async function openGpu({
  allowSoftware,
}: {
  readonly allowSoftware: boolean;
}): Promise<GpuProgramBackend> {
  try {
    // Only here: the package gpu.js need not be installed.
    const { gpu } = await import("@scoretape/autograd/gpu");
    return await gpu({ mode: "webgpu", allowSoftware });
  } catch (error) {
    throw new UserError(
      `--backend gpu needs a GPU, and the packages gpu.js and webgpu beside scoretape: ${reason(error)}`,
      { cause: error },
    );
  }
}

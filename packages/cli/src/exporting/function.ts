import type { ExportedFunction } from "@scoretape/score/export";
import type { Model } from "@scoretape/score/model";
import type { FlagsOf, FormatName } from "../flags/table.ts";
import { conditionOf } from "../sampling/condition.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/**
 * A function of the model at a path as a file's content, and its inputs and results in a line.
 *
 * @throws UserError if flags ask for what the model, or the format, has not
 */
export async function functionOf(
  path: string,
  model: Model,
  format: Exclude<FormatName, "safetensors">,
  { what = "score", count, dtype, stepsPerLevel, stepSize, ...flags }: FlagsOf<"export">,
): Promise<Pick<ExportedFunction, "content"> & { readonly told: string }> {
  if (count !== undefined && format === "onnx" && what !== "sample") {
    throw new UserError(
      `--count is for --what sample or --format stablehlo; leave it out: the ${what} of ONNX takes any number of rows`,
    );
  }
  const condition = conditionOf(path, model, flags);
  ensureEnough(sampledNeeds(model.description, 0, count ?? 0), "wasm");
  // Only here, so that the whole model is written without it.
  const { exportFunction } = await import("@scoretape/score/export");
  const options = {
    ...{ what, format, dtype, stepSize, ...condition },
    ...(count === undefined ? {} : { count }),
    ...(stepsPerLevel === undefined ? {} : { stepsPerLevel }),
  };
  try {
    const { content, signature } = exportFunction(model, options);
    const [inputs, outputs] = [signature.inputs, signature.outputs].map((ports) =>
      ports.map((port) => `${port.name} ${port.dtype} [${port.shape.join(", ")}]`).join(", "),
    );
    return { content, told: `${what}: ${inputs} → ${outputs}` };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = error.message.replace(/^exportFunction: /, "").replace(/dtype "(\w+)"/, "--dtype $1");
    throw new UserError(`${path}: ${message}`, { cause: error });
  }
}

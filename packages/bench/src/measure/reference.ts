import { doublePrecision, engineOf } from "../implementations/scoretape/engine.ts";
import { openOn } from "../implementations/scoretape/open.ts";
import type { Outcome } from "../worker/work.ts";
import type { LoadedWorkload } from "../workloads/files.ts";
import { isOfImages } from "../workloads/workload.ts";

/**
 * What every implementation has to compute: in float64 by scoretape's eager ops, or for samplings and
 * images, which would take them long, in float32 by a compiled program. That it is right is shown by those that agree without a line in common.
 */
export async function referenceOf(loaded: LoadedWorkload): Promise<Outcome> {
  const { workload } = loaded;
  const isLong = workload.kind === "sampling" || isOfImages(workload);
  const engine = isLong ? engineOf("wasm-1") : doublePrecision;
  return openOn(loaded, engine).check();
}

import { doublePrecision, engineOf } from "../implementations/scoretape/engine.ts";
import { openOn } from "../implementations/scoretape/open.ts";
import type { Outcome } from "../worker/work.ts";
import type { LoadedWorkload } from "../workloads/files.ts";

/**
 * What every implementation has to compute: in float64 by scoretape's eager ops, or for samplings, which would take
 * them long, in float32 by a compiled program. That it is right is shown by those that agree without a line in common.
 */
export async function referenceOf(loaded: LoadedWorkload): Promise<Outcome> {
  const engine = loaded.workload.kind === "sampling" ? engineOf("wasm-1") : doublePrecision;
  return openOn(loaded, engine).check();
}

import type { Tensor } from "@scoretape/autograd";
import { missingModules, runScript } from "../python/run.ts";
import { rowsIn } from "./table.ts";

/** How usual the rows of some lists are for what learned from others: the higher, the more. */
export type Forest = (
  training: Tensor,
  lists: readonly Tensor[],
  seed: number,
) => Promise<readonly (readonly number[])[]>;

/**
 * scikit-learn's isolation forest, with its own defaults (Liu, Ting & Zhou 2008, Isolation forest); null where the Python has
 * no scikit-learn, which is told.
 */
export function isolationForest(path: string, log: (line: string) => void): Forest | null {
  if (missingModules(path, ["sklearn"]).length > 0) {
    log(`isolation forest: left out, for ${path} cannot import sklearn; give another by --python PATH`);
    return null;
  }
  return async (training, lists, seed) =>
    JSON.parse(
      await runScript(
        path,
        "isolation_forest.py",
        JSON.stringify({ seed, training: rowsIn(training), lists: lists.map(rowsIn) }),
      ),
    );
}

import { type Key, reshape, type Tensor } from "@scoretape/autograd";
import { hasGaps } from "./filling.ts";
import { type ImputeOptions, type Imputing, impute } from "./impute.ts";

/** So many particles of a row are enough to take one of them. */
const PARTICLES = 8;

/**
 * Rows with each gap drawn once from a model, given what its row shows; what is known stays as it is. For the spread of what may be
 * there take several draws, by `impute`.
 *
 * @param values [n, d] in the data's own units; NaN for gaps
 * @returns [n, d]; the values themselves where there are no gaps
 * @throws what `impute` throws
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { random, tensor } from "@scoretape/autograd";
 * import { completed, loadModel } from "@scoretape/score/model";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const whole = completed(model, tensor([[100, Number.NaN]]), random.key(0));
 * console.log(whole.data[0], Number.isFinite(whole.data[1])); // 100 true
 * ```
 */
export function completed(
  model: Imputing,
  values: Tensor,
  key: Key,
  options: Pick<ImputeOptions, "backend"> = {},
): Tensor {
  if (!hasGaps(values)) return values;
  return reshape(impute(model, values, { ...options, key, draws: 1, particles: PARTICLES }), values.shape);
}

import { type Key, type Tensor, take, tensor } from "@scoretape/autograd";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { OfGiven } from "./conditional.ts";
import type { Description } from "./description.ts";
import { numbersOf } from "./regression.ts";

/** What a model of a target is asked for its draws by. */
export interface OfTarget extends Pick<OfGiven, "sampleGiven"> {
  readonly description: Pick<Description, "columns" | "target" | "given">;
}

/**
 * Draws of a target, where rows have all that it is given and nothing of it: [n, draws, d] in float64, columns that the model
 * does not know as they were.
 *
 * @throws RangeError where a row has a part of the target and not all, or not all that is given
 */
export function imputedTarget(
  { description, sampleGiven }: OfTarget,
  rows: Tensor,
  {
    key,
    draws,
    backend,
  }: { readonly key: Key; readonly draws: number; readonly backend?: SamplerBackend | undefined },
): Tensor {
  const numbers = numbersOf(description);
  if (numbers === null) throw new RangeError("impute: the model has no target");
  const { columns } = description;
  const [n = 0, d = 0] = rows.shape;
  const isOpen = (row: number, j: number): boolean => Number.isNaN(rows.data[row * d + j]);
  const fail = (row: number, j: number, why: string): never => {
    throw new RangeError(
      `impute: row ${row} ${why} ${columns[j]}, and the model draws ${(description.target ?? []).join(", ")} ` +
        `given ${(description.given ?? []).join(", ")}; leave the row out, or take a model of all columns`,
    );
  };
  const open = Array.from({ length: n }, (_, row) => row).filter((row) =>
    columns.some((__, j) => isOpen(row, j)),
  );
  for (const row of open) {
    const missing = columns.findIndex((_, j) => isOpen(row, j) && !numbers.target.includes(j));
    if (missing >= 0) fail(row, missing, "has no");
    const known = numbers.target.find((j) => !isOpen(row, j));
    if (known !== undefined) fail(row, known, "has a");
  }
  const values = Float64Array.from({ length: n * draws * d }, (_, at) =>
    Number(rows.data[Math.floor(at / (draws * d)) * d + (at % d)]),
  );
  if (open.length > 0) {
    const given = take(take(rows, open), numbers.given, 1);
    const { data } = sampleGiven(key, given, draws, backend === undefined ? {} : { backend });
    const { length: t } = numbers.target;
    for (const [i, row] of open.entries()) {
      for (let k = 0; k < draws; k++) {
        for (const [j, column] of numbers.target.entries()) {
          values[(row * draws + k) * d + column] = data[(i * draws + k) * t + j] ?? Number.NaN;
        }
      }
    }
  }
  return tensor(values, { shape: [n, draws, d] });
}

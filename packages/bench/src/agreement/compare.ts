import { doublePrecision } from "../implementations/scoretape/engine.ts";
import type { Case } from "./cases.ts";
import type { Engine } from "./engines.ts";
import { differing, FLOOR, relativeError, TIMES } from "./errors.ts";
import { doneHere, quantitiesOf, single } from "./steps.ts";

/** How far an engine is from the reference in one quantity: a loss, a gradient, parameters, a draw. */
export interface AgreementRecord {
  readonly kind: "agreement";
  readonly case: string;
  readonly engine: string;
  readonly quantity: string;
  readonly compares: Case["compares"];
  /** Elements that are others, or the error in parts of the reference's norm. */
  readonly value: number;
  /** The same of this package's WebAssembly backend. */
  readonly own: number;
  /** The most that there may be. */
  readonly limit: number;
}

/** Whether a record is within its limit; NaN is not. */
export const passes = ({ value, limit }: AgreementRecord): boolean => value <= limit;

/** Compares every engine with the reference kernels, in float64 where errors are compared. */
export async function compared(
  cases: readonly Case[],
  engines: readonly Engine[],
  record: (record: AgreementRecord) => void,
): Promise<AgreementRecord[]> {
  const all = cases.map(({ id, compares, at }) => {
    const steps = at(single);
    const precise = compares === "errors" ? at(doublePrecision.tensor) : steps;
    const reference = quantitiesOf(steps.names, doneHere(precise, "reference"));
    return { id, compares, steps, reference, own: quantitiesOf(steps.names, doneHere(steps, "wasm")) };
  });
  const records: AgreementRecord[] = [];
  for (const engine of engines) {
    const results = await engine.run(all.map(({ steps }) => steps));
    all.forEach(({ id, compares, steps: { names }, reference, own }, i) => {
      const found = quantitiesOf(names, results[i] ?? { every: [], first: [], state: [] });
      const measure = compares === "errors" ? relativeError : differing;
      for (const [quantity, expected] of reference) {
        const ownValue = measure(own.get(quantity) ?? [], expected);
        const result: AgreementRecord = {
          ...{ kind: "agreement", case: id, engine: engine.name, quantity, compares },
          value: measure(found.get(quantity) ?? [], expected),
          own: ownValue,
          limit: compares === "errors" ? TIMES * ownValue + FLOOR : 0,
        };
        record(result);
        records.push(result);
      }
    });
  }
  return records;
}

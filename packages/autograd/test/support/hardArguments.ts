import fc from "fast-check";
import { js } from "../../src/backend.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import type { Op } from "../../src/op.ts";
import { bind } from "../../src/op.ts";
import { type Subject, subjects } from "./cases/index.ts";

// The arguments at which functions go wrong, for every elementwise op of the registry.

const magnitudes = [
  0,
  2 ** -149,
  2 ** -127,
  2 ** -126,
  1e-30,
  1e-10,
  1e-4,
  0.5,
  1 - 2 ** -24,
  1,
  1 + 2 ** -23,
  1.5,
  2,
  3,
  8195,
  1e5,
  2 ** 23,
  2 ** 23 + 1,
  1e10,
  3e38,
  Number.POSITIVE_INFINITY,
];

/** One number of each hard kind, of both signs, as float32 holds it. */
export const hardNumbers: readonly number[] = [...magnitudes, ...magnitudes.map((x) => -x), Number.NaN].map(
  Math.fround,
);

/** An op under given parameters. */
export interface HardSubject {
  readonly name: string;
  readonly op: Op<object>;
  readonly parameters: object;
  readonly arity: number;
}

/** Every elementwise op, under all parameters that its generator draws. */
export const hardSubjects: readonly HardSubject[] = subjects
  .filter(({ op }) => op.traits.kind === "elementwise")
  .flatMap(parametersOf);

function parametersOf({ name, op, cases }: Subject): HardSubject[] {
  const drawn = fc.sample(cases, { numRuns: 200, seed: 1 });
  const arity = drawn[0]?.inputs.length ?? 0;
  const different = new Map(drawn.map(({ parameters }) => [JSON.stringify(parameters), parameters]));
  return [...different].map(([text, parameters]) => ({
    name: text === "{}" ? name : `${name} ${text}`,
    op,
    parameters,
    arity,
  }));
}

/** All tuples of hard numbers that an op takes, one list for each argument; a third and later ones differ by place. */
export function hardArguments({ arity }: { readonly arity: number }): number[][] {
  const tuples = hardNumbers.flatMap((x) => (arity === 1 ? [[x]] : hardNumbers.map((y) => [x, y])));
  return Array.from({ length: arity }, (_, i) =>
    tuples.map((tuple, k) => tuple[i] ?? hardNumbers[(7 * k + i) % hardNumbers.length] ?? 0),
  );
}

/** The op on tensors. */
export const applied =
  ({ op, parameters }: HardSubject) =>
  (...x: Tensor[]): Tensor =>
    bind(op, parameters, ...x);

/** What the reference computes at the hard arguments in float64. */
export function truthOf(subject: HardSubject): readonly number[] {
  const inputs = hardArguments(subject).map((values) => tensor(values, { dtype: "float64", backend: js }));
  return [...applied(subject)(...inputs).data];
}

/** A number as it is written, the sign of 0 too. */
export const shown = (x: number | undefined): string => (Object.is(x, -0) ? "-0" : String(x));

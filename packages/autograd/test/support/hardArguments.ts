import fc from "fast-check";
import { js } from "../../src/backend.ts";
import type { AsyncProgramBackend } from "../../src/compile/compiled.ts";
import { compile, read, type Tensor, tensor } from "../../src/index.ts";
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
  88.7,
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

/** The op at one tuple of numbers, in float64. */
function exactly(subject: HardSubject, at: readonly number[]): number {
  return applied(subject)(...at.map((x) => tensor(x, { dtype: "float64", backend: js }))).item();
}

/** The same numbers, with each 0 of either sign. */
function zerosOf(at: readonly number[]): number[][] {
  return at.reduce<number[][]>(
    (lists, x) =>
      lists.flatMap((list) =>
        x === 0
          ? [
              [...list, 0],
              [...list, -0],
            ]
          : [[...list, x]],
      ),
    [[]],
  );
}

/** A number as it is written, the sign of 0 too. */
export const shown = (x: number | undefined): string => (Object.is(x, -0) ? "-0" : String(x));

/** How a backend may differ from float64, where a table says so. */
export type Difference = "sign of zero" | "subnormal number";

const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Computes an op at its hard arguments on a backend. */
export type HardRun = (
  f: (...x: Tensor[]) => Tensor,
  inputs: readonly (readonly number[])[],
) => Promise<ArrayLike<number>>;

/** A function of tensors, compiled for a backend that answers later. */
export const onProgram =
  (backend: AsyncProgramBackend) =>
  async (f: (...x: Tensor[]) => Tensor, inputs: readonly Tensor[]): Promise<Tensor> => {
    const compiled = compile(f, { backend });
    const result = await read(await compiled(...inputs));
    compiled.dispose();
    return result;
  };

/** The same of hard arguments. */
export const hardRun =
  (backend: AsyncProgramBackend): HardRun =>
  async (f, inputs) =>
    (
      await onProgram(backend)(
        f,
        inputs.map((x) => tensor([...x])),
      )
    ).data;

/** Where a backend differs from float64: the ops of each kind of difference, and what is of no known kind. */
export interface Differences {
  readonly known: Record<string, string[]>;
  readonly wrong: string[];
}

/**
 * Compares a backend with float64 at the hard arguments of every elementwise op, within a relative tolerance and the
 * smallest normal number: what is less may be 0. Equal infinities, and NaN for NaN, are right, and no other number is.
 */
export async function differencesOf(run: HardRun, tolerance: number): Promise<Differences> {
  const known = new Map<Difference, Set<string>>();
  const wrong: string[] = [];
  for (const subject of hardSubjects) {
    const inputs = hardArguments(subject);
    const found = await run(applied(subject), inputs);
    truthOf(subject).forEach((due, i) => {
      const value = found[i] ?? Number.NaN;
      const at = inputs.map((input) => input[i] ?? Number.NaN);
      if (isRight(value, due, tolerance)) return;
      const kind = differenceOf(value, due, at, (x) => isRight(value, exactly(subject, x), tolerance));
      if (kind === null)
        wrong.push(`${subject.name}(${at.map(shown)}) is ${shown(value)}, not ${shown(due)}`);
      else known.set(kind, (known.get(kind) ?? new Set()).add(subject.op.name));
    });
  }
  const sorted = [...known].map(([kind, ops]) => [kind, [...ops].sort()] as const);
  return { known: Object.fromEntries(sorted), wrong };
}

function isRight(value: number, due: number, tolerance: number): boolean {
  if (Object.is(value, due) || Object.is(value, Math.fround(due))) return true;
  if (value === 0 && due === 0) return false;
  if (Math.abs(due) > LARGEST * (1 - tolerance) && Math.abs(value) > LARGEST * (1 - 2 * tolerance)) {
    return value * due > 0;
  }
  return Math.abs(value - due) <= tolerance * Math.abs(due) + SMALLEST_NORMAL;
}

function differenceOf(
  value: number,
  due: number,
  at: readonly number[],
  isRightAt: (x: readonly number[]) => boolean,
): Difference | null {
  if (value === 0 && due === 0) return "sign of zero";
  // An argument's sign too: right with the other zero in its place.
  if (zerosOf(at).some(isRightAt)) return "sign of zero";
  return at.some((x) => x !== 0 && Math.abs(x) < SMALLEST_NORMAL) ? "subnormal number" : null;
}

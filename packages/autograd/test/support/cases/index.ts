import fc from "fast-check";
import type { Op } from "../../../src/op.ts";
import { composites, registry } from "../registry.ts";
import { compositeCases } from "./composite.ts";
import { elementwiseCases } from "./elementwise.ts";
import { matrixCases } from "./matrices.ts";
import { movementCases } from "./movement.ts";
import type { OpCase, OpCases } from "./opCase.ts";
import { randomCases } from "./random.ts";
import { reductionCases } from "./reduction.ts";

/** A generator of applications for every op, by name. */
export const opCases: ReadonlyMap<string, fc.Arbitrary<OpCase>> = new Map(
  Object.entries<fc.Arbitrary<OpCase>>({
    ...elementwiseCases,
    ...matrixCases,
    ...movementCases,
    ...reductionCases,
    ...randomCases,
  } satisfies Required<OpCases>),
);

/** An op of the registry with the generator of its applications. */
export interface Subject {
  readonly name: string;
  readonly op: Op<object>;
  readonly cases: fc.Arbitrary<OpCase>;
}

/** Whether an op draws random numbers: it takes a key, and is a constant to every derivative. */
export const isDraw = ({ op }: Subject): boolean => op.traits.kind === "random";

/** Whether an op has a derivative to speak of: it draws nothing, and its results are no places. */
export const isSmooth = (subject: Subject): boolean =>
  !isDraw(subject) && subject.op.dtype({ dtype: "float64" }, "float64", "float64", "float64") !== "uint32";

/** Every op of the registry. One without a generator fails, and so does whatever law is tried on it. */
export const subjects: readonly Subject[] = subjectsOf(registry, opCases);

/** Every op that stands for several. */
export const compositeSubjects: readonly Subject[] = subjectsOf(
  composites,
  new Map(Object.entries<fc.Arbitrary<OpCase>>(compositeCases)),
);

function subjectsOf(
  ops: ReadonlyMap<string, Op<object>>,
  cases: ReadonlyMap<string, fc.Arbitrary<OpCase>>,
): Subject[] {
  return [...ops].map(([name, op]) => ({
    name,
    op,
    cases: cases.get(name) ?? fc.constant(null).map(() => missing(name)),
  }));
}

function missing(name: string): never {
  throw new Error(`the op ${name} has no generator of applications in test/support/cases`);
}

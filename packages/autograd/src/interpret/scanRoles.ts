import { type Backend, eager } from "../backend.ts";
import type { Direction } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import type { IterationLike, Variable } from "./program.ts";

/** What a loop is applied to; in one run of its body, a row in the place of each sequence. */
export interface ScanInputs {
  /** The same in every run. */
  readonly invariants: readonly Tensor[];
  /** Carried from one run to the next. */
  readonly carries: readonly Tensor[];
  /** Of which every run has a row. */
  readonly sequences: readonly Tensor[];
}

/** The last carries, and the rows of further results; in one run of the body, the next carries and a row of each. */
export interface ScanOutputs {
  readonly carries: readonly Tensor[];
  readonly rows: readonly Tensor[];
}

/** How often a body runs, and whether from the last row to the first. */
export type ScanOrder = Pick<IterationLike, "length" | "isReversed">;

/** Captures the body of a loop, and applies the loop. */
export type ScanOver = (
  body: (run: ScanInputs) => ScanOutputs,
  inputs: ScanInputs,
  order: ScanOrder,
) => ScanOutputs;

/** Splits a list by the roles of the loop's inputs. */
export function inputsOf<T>(
  loop: IterationLike,
  list: readonly T[],
): {
  invariants: readonly T[];
  carries: readonly T[];
  sequences: readonly T[];
} {
  const { invariants, carries } = loop;
  const end = invariants + carries;
  return {
    invariants: list.slice(0, invariants),
    carries: list.slice(invariants, end),
    sequences: list.slice(end),
  };
}

/** Splits a list by the roles of the loop's results. */
export function outputsOf<T>(
  loop: IterationLike,
  list: readonly T[],
): { carries: readonly T[]; rows: readonly T[] } {
  const { carries } = loop;
  return { carries: list.slice(0, carries), rows: list.slice(carries) };
}

/** A property of the body's inputs, where a carry has it if any run gives it to the next. */
export function settled(
  loop: IterationLike,
  start: readonly boolean[],
  results: (inputs: readonly boolean[]) => readonly boolean[],
): boolean[] {
  const { invariants, carries } = loop;
  const known = [...start];
  for (let grows = true; grows; ) {
    grows = false;
    for (const [i, has] of results(known).slice(0, carries).entries()) {
      if (!has || known[invariants + i]) continue;
      known[invariants + i] = true;
      grows = true;
    }
  }
  return known;
}

/** A value like a variable, for a recorder. */
export function like({ shape, dtype }: Variable): {
  shape: Variable["shape"];
  dtype: Variable["dtype"];
  backend: Backend;
} {
  return { shape, dtype, backend: eager };
}

export function chosen<T>(list: readonly T[], which: readonly boolean[]): T[] {
  return list.filter((_, i) => which[i]);
}

export function cut<T>(list: readonly T[], at: number): [T[], T[]] {
  return [list.slice(0, at), list.slice(at)];
}

/** The values one after another at the places that have one. */
export function dealt(values: readonly Direction[], places: readonly boolean[]): Direction[] {
  const numbers = places.map((_, i) => chosen(places.slice(0, i), places).length);
  return places.map((has, i) => (has ? (values[numbers[i] ?? 0] ?? null) : null));
}

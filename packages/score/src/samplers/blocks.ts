import { isConcrete, type Key, random, reshape, scan, type Tensor, take, tensor } from "@scoretape/autograd";
import { firstNonFinite } from "../nonFinite.ts";
import type { SamplerBackend } from "./compiled.ts";

/** A step of all rows: from the states, the step's key and its numbers, scalars such as σ, to the next states. */
export type StateStep = (x: Tensor, key: Key, values: readonly Tensor[]) => Tensor;

/** Steps one after another: the last states, and, where a block shows all, those after every step, [k, n, d]. */
export type Block = (
  x: Tensor,
  key: Key,
  numbers: Tensor,
  values: readonly Tensor[],
) => readonly [last: Tensor, all: readonly Tensor[]];

/** What a block shows: its last states, or all; `eager` takes one step, at once. */
export type BlockKind = "last" | "all" | "eager";

/** Steps as a block: one loop, in which step i has key i of the given one and row i of each of its numbers. */
export function blockOf(step: StateStep, kind: BlockKind): Block {
  if (kind === "eager") {
    return (x, key, number, values) => {
      const scalars = values.map((value) => reshape(value, []));
      return [step(x, random.foldIn(key, reshape(number, [])), scalars), []];
    };
  }
  return (x, key, numbers, values) =>
    scan<Tensor, readonly [Tensor, readonly Tensor[]], readonly Tensor[]>(
      (before, [number, own]) => {
        const next = step(before, random.foldIn(key, number), own);
        return [next, kind === "all" ? [next] : []];
      },
      x,
      [numbers, values],
    );
}

/** A run of steps, numbered from 1. */
export interface Run {
  readonly start: Tensor;
  readonly steps: number;
  readonly key: Key;
  readonly block: Block;
  readonly kind: BlockKind;
  /** What a step gets beside the states and its key. */
  values(step: number): readonly number[];
  /** States are shown after every so many steps at least. */
  readonly every: number;
  /** Throws for a step that left the finite numbers. */
  fail(step: number, before: Tensor, next: Tensor): void;
  /** What is shown: the states after every step of a block that shows all, else those after its last. */
  shown(step: number, x: Tensor): void;
}

/** Steps of one block at most. */
const MOST = 50;
/** Elements of the states that a block shows at most. */
const MOST_SHOWN = 2 ** 20;
/** A trajectory as dense as that is made of blocks that show all. */
const DENSE = 10;

/** What blocks have to show, where every step is told to somebody, or a trajectory keeps every k-th. */
export function blockKind(
  backend: SamplerBackend | undefined,
  { onStep, trajectory }: { readonly onStep?: unknown; readonly trajectory?: number | undefined },
): BlockKind {
  if (backend === "eager") return "eager";
  return onStep !== undefined || (trajectory !== undefined && trajectory < DENSE) ? "all" : "last";
}

/** Takes the steps, block by block: blocks have two sizes at most, so that no more programs are made. */
export function takeSteps(run: Run): Tensor {
  const { steps, key, block, kind, every } = run;
  const room = kind === "all" ? Math.max(1, Math.floor(MOST_SHOWN / run.start.size)) : MOST;
  const most = kind === "eager" ? 1 : Math.min(MOST, room);
  let x = run.start;
  const advance = (from: Tensor, done: number, count: number): ReturnType<Block> => {
    const own = Array.from({ length: count }, (_, i) => done + 1 + i);
    const rows = own.map((step) => run.values(step));
    const values = (rows[0] ?? []).map((_, k) =>
      tensor(
        rows.map((row) => row[k] ?? 0),
        { dtype: x.dtype },
      ),
    );
    const numbers = tensor(
      own.map((step) => step - 1),
      { dtype: "uint32" },
    );
    return block(from, key, numbers, values);
  };
  for (let done = 0; done < steps; ) {
    // Not beyond the next states that are to be shown, which are at most so many steps away.
    const end = Math.min(steps, (Math.floor(done / every) + 1) * every);
    const count = Math.ceil((end - done) / Math.ceil((end - done) / most));
    const [last, [all]] = advance(x, done, count);
    if (!areFinite(last)) findFailure(run, x, done, count, advance);
    for (let i = 1; i <= count; i++) {
      if (i === count) run.shown(done + i, last);
      else if (all !== undefined) run.shown(done + i, take(all, i - 1));
    }
    x = last;
    done += count;
  }
  return x;
}

/** Takes the steps of a block that left the finite numbers once more, one by one, to tell which it was. */
function findFailure(
  run: Run,
  start: Tensor,
  done: number,
  count: number,
  advance: (x: Tensor, done: number, count: number) => ReturnType<Block>,
): void {
  let x = start;
  for (let i = 0; i < count; i++) {
    const [next] = advance(x, done + i, 1);
    if (!areFinite(next)) run.fail(done + i + 1, x, next);
    x = next;
  }
}

/** Whether the elements of x are finite; of a tensor that is being captured nobody knows. */
function areFinite(x: Tensor): boolean {
  return !isConcrete(x) || firstNonFinite(x) < 0;
}

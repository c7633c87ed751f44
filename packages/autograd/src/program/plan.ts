import type { DType } from "../dtype.ts";
import { allConstants, type Iteration, type Program, type Variable } from "../interpret/program.ts";
import { sizeOf } from "../shape.ts";
import { type Repetition, readsOf, type Step } from "./schedule.ts";

/** Buffers start at multiples of this many bytes: a cache line. */
const ALIGNMENT = 64;

/** An input whose place in memory an output takes over, so that state stays where it is. */
export interface Donation {
  readonly input: Variable;
  readonly output: Variable;
}

/** Where each value of a program lives. */
export interface MemoryPlan {
  /** The first byte of every value that is stored. */
  readonly offsets: ReadonlyMap<Variable, number>;
  /** The first byte that nothing uses. */
  readonly end: number;
  /** The outputs that take over the place of an input. */
  readonly inPlace: readonly Donation[];
}

/** How memory is planned. */
export interface MemoryOptions {
  /** The first byte that may be used. */
  readonly start?: number;
  readonly donations?: readonly Donation[];
  /** Give the place of a value that is read for the last time to the result of that step. True unless said. */
  readonly reuse?: boolean;
}

/** The bytes of a value, rounded up so that the next one is aligned. */
export function bytesOf({ shape, dtype }: Variable): number {
  return Math.ceil((sizeOf(shape) * bytesPerElement(dtype)) / ALIGNMENT) * ALIGNMENT;
}

/** The bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return dtype === "float64" ? 8 : 4;
}

/** What a step does to memory. */
interface Traffic {
  readonly reads: readonly Variable[];
  readonly writes: readonly Variable[];
  /** Whether the step may write a result over a value that it reads, for it is done with an element when it writes it. */
  mayOverwrite(read: Variable, written: Variable): boolean;
}

function trafficOf(step: Step): Traffic {
  switch (step.kind) {
    case "scan": {
      const { inputs, outputs, invariants, carries } = step.equation;
      return {
        reads: inputs,
        writes: outputs,
        // The first carry is only read to begin with, and nothing but its successor is there before.
        mayOverwrite: (read, written) => {
          const at = outputs.indexOf(written);
          return (
            at < carries &&
            inputs.indexOf(read) === invariants + at &&
            inputs.lastIndexOf(read) === invariants + at
          );
        },
      };
    }
    case "loop": {
      const reads = [...readsOf(step)];
      const broadcast = new Set(
        step.body.flatMap((equation) => (equation.op === "broadcastTo" ? equation.inputs : [])),
      );
      const elementwise = new Set([...reads.filter((x) => !broadcast.has(x)), ...step.stores]);
      return {
        reads,
        writes: [...step.stores, ...step.sums.map(({ output }) => output)],
        mayOverwrite: (read, written) => elementwise.has(read) && elementwise.has(written),
      };
    }
    default:
      return { reads: step.equation.inputs, writes: [step.equation.output], mayOverwrite: () => false };
  }
}

/**
 * Gives every value a place: inputs and constants for good, results from the step that writes them to the last
 * step that reads them, by best fit. A loop may write over an array that it reads element by element for the
 * last time. The values of a body have places while it repeats, its carries those of the results.
 */
export function planMemory(
  program: Program,
  steps: readonly Step[],
  options: MemoryOptions = {},
): MemoryPlan {
  const planner = new Planner(options.start ?? 0, options.reuse ?? true);
  for (const x of program.inputs) planner.place(x);
  for (const { variable } of allConstants(program)) planner.place(variable);
  planner.plan(program, steps, options.donations ?? []);
  return { offsets: planner.offsets, end: planner.arena.end, inPlace: planner.inPlace };
}

class Planner {
  readonly arena: Arena;
  readonly offsets = new Map<Variable, number>();
  readonly inPlace: Donation[] = [];
  private readonly reuse: boolean;

  constructor(start: number, reuse: boolean) {
    this.arena = new Arena(start);
    this.reuse = reuse;
  }

  place(x: Variable): void {
    this.offsets.set(x, this.arena.take(bytesOf(x)));
  }

  /** Gives places to what the steps of a program write; what it is given and its constants have theirs for good. */
  plan(program: Program, steps: readonly Step[], donations: readonly Donation[]): void {
    const { arena, offsets, inPlace, reuse } = this;
    const roots = aliasRoots(steps);
    const rootOf = (x: Variable): Variable => roots.get(x) ?? x;
    const lastRead = lastReads(program, steps, rootOf);
    const permanent = new Set([...program.inputs, ...program.constants.map(({ variable }) => variable)]);
    steps.forEach((step, index) => {
      if (step.kind === "alias") return;
      const { reads, writes, mayOverwrite } = trafficOf(step);
      const isOver = (x: Variable, output: Variable): boolean =>
        sizeOf(x.shape) === sizeOf(output.shape) &&
        reads.every((y) => rootOf(y) !== x || mayOverwrite(y, output));
      const dying = new Set(reads.map(rootOf).filter((x) => lastRead.get(x) === index && !permanent.has(x)));
      for (const output of writes) {
        const donation = donations.find((d) => rootOf(d.output) === output);
        const donated = donation === undefined ? undefined : offsets.get(donation.input);
        const last = donation === undefined ? 0 : (lastRead.get(donation.input) ?? -1);
        if (
          donation !== undefined &&
          donated !== undefined &&
          sizeOf(donation.input.shape) === sizeOf(output.shape) &&
          (last < index || (last === index && isOver(donation.input, output)))
        ) {
          offsets.set(output, donated);
          permanent.add(output);
          inPlace.push(donation);
          continue;
        }
        const heir = [...dying].find((x) => reuse && isOver(x, output));
        const inherited = heir === undefined ? undefined : offsets.get(heir);
        if (heir !== undefined && inherited !== undefined) dying.delete(heir);
        offsets.set(output, inherited ?? arena.take(bytesOf(output)));
      }
      if (step.kind === "scan") this.planBody(step, rootOf);
      for (const x of dying) arena.release(offsets.get(x) ?? 0, bytesOf(x));
      for (const x of writes)
        if (!lastRead.has(x) && !permanent.has(x)) arena.release(offsets.get(x) ?? 0, bytesOf(x));
    });
    for (const [alias, root] of roots) {
      const offset = offsets.get(root);
      if (offset !== undefined) offsets.set(alias, offset);
    }
  }

  private planBody({ equation, steps }: Repetition, rootOf: (x: Variable) => Variable): void {
    const { body, inputs, outputs, invariants, carries } = equation;
    const before = this.arena.mark();
    body.inputs.forEach((x, i) => {
      const outside = i < invariants ? inputs[i] : outputs[i - invariants];
      const known = outside && i < invariants + carries ? this.offsets.get(rootOf(outside)) : undefined;
      if (known === undefined) this.place(x);
      else this.offsets.set(x, known);
    });
    const donations = carriesOf(equation).flatMap(({ input, output }, i, all) =>
      all.findIndex((each) => each.output === output) === i ? { input, output } : [],
    );
    this.plan(body, steps, donations);
    this.arena.releaseSince(before);
  }
}

/** The carries of a body: what a run begins with, and what it ends with. */
export function carriesOf({ body, invariants, carries }: Iteration): Donation[] {
  return body.outputs.slice(0, carries).flatMap((output, i) => {
    const input = body.inputs[invariants + i];
    return input === undefined ? [] : { input, output };
  });
}

/** The value whose memory an alias shares. */
function aliasRoots(steps: readonly Step[]): Map<Variable, Variable> {
  const roots = new Map<Variable, Variable>();
  for (const step of steps) {
    const [source] = step.kind === "alias" ? step.equation.inputs : [];
    if (step.kind === "alias" && source !== undefined)
      roots.set(step.equation.output, roots.get(source) ?? source);
  }
  return roots;
}

/** The step that reads each value, or an alias of it, for the last time; for an output, none. */
function lastReads(
  program: Program,
  steps: readonly Step[],
  rootOf: (x: Variable) => Variable,
): Map<Variable, number> {
  const last = new Map<Variable, number>();
  steps.forEach((step, index) => {
    if (step.kind !== "alias") for (const x of trafficOf(step).reads) last.set(rootOf(x), index);
  });
  for (const x of program.outputs) last.set(rootOf(x), steps.length);
  return last;
}

/** A stretch of memory that grows at its end and hands out what was released before. */
class Arena {
  end: number;
  private free: { offset: number; bytes: number }[] = [];
  /** The bytes of every stretch in use, by where it begins. */
  private readonly used = new Map<number, number>();

  constructor(start: number) {
    this.end = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  }

  take(bytes: number): number {
    const offset = this.find(bytes);
    if (bytes > 0) this.used.set(offset, bytes);
    return offset;
  }

  /** The stretches in use now. */
  mark(): ReadonlySet<number> {
    return new Set(this.used.keys());
  }

  /** Releases what was taken since. */
  releaseSince(mark: ReadonlySet<number>): void {
    for (const [offset, bytes] of [...this.used]) if (!mark.has(offset)) this.release(offset, bytes);
  }

  private find(bytes: number): number {
    const fits = this.free.filter((gap) => gap.bytes >= bytes).sort((a, b) => a.bytes - b.bytes);
    const [best] = fits;
    if (best === undefined) {
      const offset = this.end;
      this.end += bytes;
      return offset;
    }
    const { offset } = best;
    best.offset += bytes;
    best.bytes -= bytes;
    this.free = this.free.filter((gap) => gap.bytes > 0);
    return offset;
  }

  release(offset: number, bytes: number): void {
    if (bytes > 0) this.used.delete(offset);
    this.free.push({ offset, bytes });
    this.free.sort((a, b) => a.offset - b.offset);
    const merged: { offset: number; bytes: number }[] = [];
    for (const gap of this.free) {
      const last = merged.at(-1);
      if (last !== undefined && last.offset + last.bytes === gap.offset) last.bytes += gap.bytes;
      else if (gap.bytes > 0) merged.push({ ...gap });
    }
    this.free = merged;
  }
}

import type { DType } from "../dtype.ts";
import type { Program, Variable } from "../interpret/program.ts";
import { sizeOf } from "../shape.ts";
import { readsOf, type Step } from "./schedule.ts";

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
  /** The values that it reads and writes element by element, in one order. */
  readonly elementwise: ReadonlySet<Variable>;
}

function trafficOf(step: Step): Traffic {
  if (step.kind !== "loop") {
    return { reads: [...step.equation.inputs], writes: [step.equation.output], elementwise: new Set() };
  }
  const reads = [...readsOf(step)];
  const broadcast = new Set(
    step.body.flatMap((equation) => (equation.op === "broadcastTo" ? equation.inputs : [])),
  );
  return {
    reads,
    writes: [...step.stores, ...step.sums.map(({ output }) => output)],
    elementwise: new Set([...reads.filter((x) => !broadcast.has(x)), ...step.stores]),
  };
}

/**
 * Gives every value a place: inputs and constants for good, results from the step that writes them to the last
 * step that reads them, by best fit. A loop may write over an array that it reads element by element for the
 * last time.
 */
export function planMemory(
  program: Program,
  steps: readonly Step[],
  options: MemoryOptions = {},
): MemoryPlan {
  const { donations = [], reuse = true } = options;
  const roots = aliasRoots(steps);
  const rootOf = (x: Variable): Variable => roots.get(x) ?? x;
  const lastRead = lastReads(program, steps, rootOf);
  const arena = new Arena(options.start ?? 0);
  const offsets = new Map<Variable, number>();
  const permanent = new Set<Variable>();
  for (const x of [...program.inputs, ...program.constants.map(({ variable }) => variable)]) {
    offsets.set(x, arena.take(bytesOf(x)));
    permanent.add(x);
  }
  const inPlace: Donation[] = [];
  steps.forEach((step, index) => {
    if (step.kind === "alias") return;
    const { reads, writes, elementwise } = trafficOf(step);
    const dying = new Set(reads.map(rootOf).filter((x) => lastRead.get(x) === index && !permanent.has(x)));
    for (const output of writes) {
      const donation = donations.find(
        (d) => rootOf(d.output) === output && sizeOf(d.input.shape) === sizeOf(output.shape),
      );
      const donated = donation === undefined ? undefined : offsets.get(donation.input);
      if (donation !== undefined && donated !== undefined && isFree(donation, index, elementwise, lastRead)) {
        offsets.set(output, donated);
        permanent.add(output);
        inPlace.push(donation);
        continue;
      }
      const heir = [...dying].find(
        (x) =>
          reuse &&
          elementwise.has(output) &&
          sizeOf(x.shape) === sizeOf(output.shape) &&
          reads.every((y) => rootOf(y) !== x || elementwise.has(y)),
      );
      const inherited = heir === undefined ? undefined : offsets.get(heir);
      if (heir !== undefined && inherited !== undefined) dying.delete(heir);
      offsets.set(output, inherited ?? arena.take(bytesOf(output)));
    }
    for (const x of dying) arena.release(offsets.get(x) ?? 0, bytesOf(x));
    for (const x of writes)
      if (!lastRead.has(x) && !permanent.has(x)) arena.release(offsets.get(x) ?? 0, bytesOf(x));
  });
  for (const [alias, root] of roots) {
    const offset = offsets.get(root);
    if (offset !== undefined) offsets.set(alias, offset);
  }
  return { offsets, end: arena.end, inPlace };
}

/** Whether the place of a donated input may be written to in a step. */
function isFree(
  { input, output }: Donation,
  step: number,
  elementwise: ReadonlySet<Variable>,
  lastRead: ReadonlyMap<Variable, number>,
): boolean {
  const last = lastRead.get(input) ?? -1;
  return last < step || (last === step && elementwise.has(input) && elementwise.has(output));
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

  constructor(start: number) {
    this.end = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  }

  take(bytes: number): number {
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

import type { FusedKernel } from "../../backends/wasm/fused/graph.ts";
import { type Kernel, type KernelCall, loopCode } from "../wasm/kernel.ts";

/** How finely kernels are divided. */
export interface Division {
  readonly threads: number;
  /** The least estimated time that is worth a part of a sum of its own, in nanoseconds: results depend on it. */
  readonly grain: number;
  /** The least estimated time that is worth a thread of its own. */
  readonly share: number;
}

/** A kernel as calls, before its scratch memory has a place. */
export interface DividedKernel {
  readonly scratchBytes: number;
  /** Shares for different threads; 1 where it is not divided. */
  readonly shareCount: number;
  calls(scratch: number): DividedCalls;
}

export interface DividedCalls {
  /** Shares for different threads: in any order, or at the same time. */
  readonly shares: readonly (readonly KernelCall[])[];
  /** What follows when all shares are done. */
  readonly after: readonly KernelCall[];
}

/** Numbers of partial sums, each of which shares out well among few threads. */
const SUM_PARTS = [24, 12, 6, 4, 2];
/** Units of the axis in a partial sum, at least: adding the partial sums up has to be small beside them. */
const SUM_UNITS = 8;

/** Shares have their own cache lines. */
const ALIGNMENT = 64;

/**
 * Divides a kernel into shares. The results do not depend on the number of threads: elements are computed in
 * the same way wherever the cuts fall, and a sum over the axis is cut, for one thread too, into parts that
 * depend on the sizes alone, whose sums are added up in order.
 */
export function divide(kernel: Kernel, division: Division): DividedKernel {
  const { cut, scratchBytes } = kernel;
  const pieces = cut === undefined ? [] : stretchesOf(cut, division);
  if (cut === undefined || pieces.length < 2) {
    return {
      scratchBytes,
      shareCount: 1,
      calls: (scratch) => ({
        shares: [[{ code: kernel, parameters: kernel.parameters(scratch) }]],
        after: [],
      }),
    };
  }
  const shares = stretches(pieces.length, 1, Math.min(pieces.length, sharesOf(cut.time, division)));
  const shareBytes = aligned(scratchBytes);
  let end = shares.length * shareBytes;
  const sums = cut.sums.map(({ parameter, elements }) => {
    const offset = end;
    end += aligned(4 * elements * pieces.length);
    return { parameter, elements, offset };
  });
  const calls = (scratch: number): DividedCalls => {
    const whole = kernel.parameters(scratch);
    const callOf = (piece: number, share: number): KernelCall => {
      const [from, to] = pieces[piece] ?? [0, 0];
      const parameters = cut.part(kernel.parameters(scratch + share * shareBytes), from, to);
      for (const { parameter, elements, offset } of sums) {
        parameters[parameter] = scratch + offset + 4 * elements * piece;
      }
      return { code: kernel, parameters };
    };
    return {
      shares: shares.map(([first, last], share) =>
        Array.from({ length: last - first }, (_, i) => callOf(first + i, share)),
      ),
      after: sums.map(({ parameter, elements, offset }) =>
        sumOfRows(pieces.length, elements, scratch + offset, whole[parameter] ?? 0, scratch),
      ),
    };
  };
  return { scratchBytes: end, shareCount: shares.length, calls };
}

type Stretch = readonly [from: number, to: number];

function stretchesOf(
  { size, unit, time, sums }: NonNullable<Kernel["cut"]>,
  division: Division,
): readonly Stretch[] {
  const units = Math.floor(size / unit);
  const count =
    sums.length === 0
      ? Math.min(sharesOf(time, division), units)
      : (SUM_PARTS.find((parts) => parts * division.grain <= time && parts * SUM_UNITS <= units) ?? 1);
  return count < 2 ? [] : stretches(size, unit, count);
}

/** How many threads a kernel is worth. */
export function sharesOf(time: number, { threads, share }: Pick<Division, "threads" | "share">): number {
  return Math.max(1, Math.min(threads, Math.floor(time / share)));
}

/** About equal stretches of an axis, cut at multiples of the unit. There are at least as many units. */
function stretches(size: number, unit: number, count: number): Stretch[] {
  const at = (i: number): number => (i === count ? size : Math.round((i * size) / (count * unit)) * unit);
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1)] as const);
}

/** out[j] = Σᵢ x[i, j], for a matrix of partial sums. */
function sumOfRows(rows: number, columns: number, x: number, out: number, scratch: number): KernelCall {
  const kernel: FusedKernel =
    columns === 1
      ? { rank: 1, inputs: [[true]], nodes: [], outputs: [{ value: 0, axes: [false], sum: true }] }
      : {
          rank: 2,
          inputs: [[true, true]],
          nodes: [],
          outputs: [{ value: 0, axes: [false, true], sum: true }],
        };
  const sizes = columns === 1 ? [rows] : [rows, columns];
  return { code: loopCode(kernel), parameters: [...sizes, x, out, scratch] };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

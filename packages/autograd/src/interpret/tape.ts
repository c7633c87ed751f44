import {
  bind,
  type Confined,
  type Derivative,
  type Direction,
  type Interpreter,
  nextLevel,
  type Op,
  type Reach,
} from "../op.ts";
import { add } from "../ops/arithmetic.ts";
import { where } from "../ops/choice.ts";
import { Tensor } from "../tensor.ts";
import { escaped } from "./escape.ts";
import { LiftedTracer } from "./lifted.ts";

/** A value on a tape. */
class TapeTracer extends LiftedTracer {
  constructor(
    readonly interpreter: Tape,
    readonly index: number,
    readonly primal: Tensor,
  ) {
    super();
  }
}

/** One op that was applied: its derivative at that point, and which entries its inputs were (−1: constants). */
interface Entry {
  readonly derivative: Derivative;
  readonly parents: readonly number[];
}

/** The derivative of an op with several results. */
export interface ManyDerivative {
  /** The tangents of the results from one tangent per input. */
  push(tangents: readonly Direction[]): readonly Direction[];
  /** One cotangent per input that is wanted from those of the results. */
  pull(cotangents: readonly Direction[], wanted: readonly boolean[]): readonly Direction[];
}

/** An op with several results that was applied: the entries of its results follow each other, this being the first. */
interface ManyEntry {
  readonly many: ManyDerivative;
  readonly parents: readonly number[];
  readonly results: number;
}

/** What a sweep knows of an entry's cotangent: the sum of the parts so far, and where any of them reaches. */
export interface Sum {
  readonly cotangent: Tensor;
  readonly reach: Reach;
}

/**
 * The derivative of a function at a point, as a flat list of the derivatives of its ops in the order of
 * their application. Read forwards it pushes tangents, read backwards it pulls cotangents; since every
 * entry is an op's derivative written in ops, both can be differentiated again.
 */
export class Tape implements Interpreter {
  readonly level: number = nextLevel();
  /** `null` for an input, and for a later result of an op. An entry that a releasing sweep has passed is dropped. */
  private readonly entries: (Entry | ManyEntry | null | undefined)[] = [];
  private open = true;

  /** Puts an input on the tape. */
  input(primal: Tensor): Tensor {
    return this.record(null, primal);
  }

  /** Ends the recording: from here on the function's own tracers are out of reach. */
  close(): void {
    this.open = false;
  }

  /** The value behind a tracer of this tape; anything else is a constant to it. */
  primalOf(x: Tensor): Tensor {
    return this.owns(x) ? x.primal : x;
  }

  /** The entry of a tracer of this tape, or −1 for a constant. */
  indexOf(x: Tensor): number {
    return this.owns(x) ? x.index : -1;
  }

  bind<P extends object>(op: Op<P>, parameters: P, inputs: readonly Tensor[]): Tensor {
    if (!this.open) throw escaped(op.name);
    const primals = inputs.map((x) => this.primalOf(x));
    const output = bind(op, parameters, ...primals);
    if (op.derivative === null) return output;
    const derivative = op.derivative(parameters, output, ...primals);
    return this.record({ derivative, parents: inputs.map((x) => this.indexOf(x)) }, output);
  }

  /** Puts the results of an op with several of them on the tape. */
  recordAll(outputs: readonly Tensor[], inputs: readonly Tensor[], many: ManyDerivative): Tensor[] {
    if (!this.open) throw escaped("scan");
    const entry = { many, parents: inputs.map((x) => this.indexOf(x)), results: outputs.length };
    return outputs.map((output, i) => this.record(i === 0 ? entry : null, output));
  }

  /** The tangents of the entries `outputs` from the tangents of the first entries, the inputs. */
  push(tangents: readonly Direction[], outputs: readonly number[]): Direction[] {
    const known: Direction[] = [...tangents];
    while (known.length < this.entries.length) {
      const entry = this.entries[known.length];
      if (!entry) throw new Error("linearize: the tape was released");
      const incoming = entry.parents.map((parent) => known[parent] ?? null);
      const isMoving = incoming.some((tangent) => tangent !== null);
      if (!("many" in entry)) known.push(isMoving ? entry.derivative.jvp(incoming) : null);
      else known.push(...(isMoving ? entry.many.push(incoming) : new Array<null>(entry.results).fill(null)));
    }
    return outputs.map((index) => known[index] ?? null);
  }

  /**
   * The cotangents of the first `inputs` entries from those of `outputs`. With `release`, each entry is
   * dropped once it is passed, so that the memory of a long tape is freed while the sweep goes on.
   */
  pull(
    outputs: readonly number[],
    cotangents: readonly (Direction | Confined)[],
    inputs: number,
    release: boolean,
  ): (Sum | null)[] {
    const known = new Array<Sum | null>(this.entries.length).fill(null);
    const accumulate = (index: number, part: Direction | Confined): void => {
      if (index < 0 || part === null) return;
      known[index] = plus(known[index] ?? null, settled(part));
    };
    outputs.forEach((index, i) => {
      accumulate(index, cotangents[i] ?? null);
    });
    for (let index = this.entries.length - 1; index >= inputs; index--) {
      const entry = this.entries[index];
      if (entry === null) continue;
      const sums = known.splice(index);
      if (entry && sums.some((sum) => sum !== null)) {
        const wanted = entry.parents.map((parent) => parent >= 0);
        cotangentsOf(entry, sums, wanted).forEach((part, i) => {
          accumulate(entry.parents[i] ?? -1, part);
        });
      }
      if (release) this.entries[index] = undefined;
    }
    return known.slice(0, inputs);
  }

  private record(entry: Entry | ManyEntry | null, output: Tensor): Tensor {
    this.entries.push(entry);
    return new TapeTracer(this, this.entries.length - 1, output);
  }

  private owns(x: Tensor): x is TapeTracer {
    return x instanceof TapeTracer && x.interpreter === this;
  }
}

/** The cotangents of an entry's inputs from what is known of those of its results. */
function cotangentsOf(
  entry: Entry | ManyEntry,
  sums: readonly (Sum | null)[],
  wanted: readonly boolean[],
): readonly (Direction | Confined)[] {
  if ("many" in entry)
    return entry.many.pull(
      sums.map((sum) => sum?.cotangent ?? null),
      wanted,
    );
  const [sum] = sums;
  return sum ? entry.derivative.vjp(sum.cotangent, wanted, sum.reach) : [];
}

/** The cotangent as it is: outside its reach it is 0, whatever an infinite derivative made of that. */
export function settled(part: Tensor | Confined): Sum {
  if (part instanceof Tensor) return { cotangent: part, reach: null };
  const { cotangent, reach, exact } = part;
  return { cotangent: reach === null || exact ? cotangent : where(reach(), cotangent, 0), reach };
}

function plus(sum: Sum | null, part: Sum): Sum {
  if (sum === null) return part;
  const cotangent = add(sum.cotangent, part.cotangent);
  const [one, other] = [sum.reach, part.reach];
  if (one === null || other === null) return { cotangent, reach: null };
  return { cotangent, reach: () => add(one(), other()) };
}

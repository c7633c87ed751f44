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

/** What a sweep knows of an entry's cotangent: the sum of the parts so far, and where any of them reaches. */
interface Sum {
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
  /** `null` for an input. An entry that a releasing sweep has passed is dropped. */
  private readonly entries: (Entry | null | undefined)[] = [];
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

  /** The tangents of the entries `outputs` from the tangents of the first entries, the inputs. */
  push(tangents: readonly Direction[], outputs: readonly number[]): Direction[] {
    const known: Direction[] = [...tangents];
    for (let index = tangents.length; index < this.entries.length; index++) {
      const entry = this.entries[index];
      if (!entry) throw new Error("linearize: the tape was released");
      const incoming = entry.parents.map((parent) => known[parent] ?? null);
      known.push(incoming.some((tangent) => tangent !== null) ? entry.derivative.jvp(incoming) : null);
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
      const sum = known[index] ?? null;
      if (entry && sum !== null) {
        const { derivative, parents } = entry;
        const wanted = parents.map((parent) => parent >= 0);
        derivative.vjp(sum.cotangent, wanted, sum.reach).forEach((part, i) => {
          accumulate(parents[i] ?? -1, part);
        });
      }
      known[index] = null;
      if (release) this.entries[index] = undefined;
    }
    return known.slice(0, inputs);
  }

  private record(entry: Entry | null, output: Tensor): Tensor {
    this.entries.push(entry);
    return new TapeTracer(this, this.entries.length - 1, output);
  }

  private owns(x: Tensor): x is TapeTracer {
    return x instanceof TapeTracer && x.interpreter === this;
  }
}

/** The cotangent as it is: outside its reach it is 0, whatever an infinite derivative made of that. */
function settled(part: Tensor | Confined): Sum {
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

import type { Backend } from "../backend.ts";
import { eager } from "../backend.ts";
import { bindAll, type Direction, type Interpreter, type ManyOp, Tracer } from "../op.ts";
import { add } from "../ops/arithmetic.ts";
import { moveAxis } from "../ops/layout.ts";
import { stack } from "../ops/movement.ts";
import { type Tensor, zeros, zerosLike } from "../tensor.ts";
import { Capture } from "./capture.ts";
import { Dual } from "./dual.ts";
import { within } from "./escape.ts";
import { type ExamplesPass, isExamplesPass } from "./examplesPass.ts";
import { dualLens, type Lens, taylorLens } from "./lens.ts";
import { rowOf } from "./lifted.ts";
import { type IterationLike, outputsOf, Program, type Variable } from "./program.ts";
import { Tape } from "./tape.ts";
import { Taylor } from "./taylor.ts";

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

/**
 * Captures the body of a loop at what one run of it is given, and applies the loop. What the body uses of outer
 * transforms becomes one of the invariants.
 */
export function scanOver(
  body: (run: ScanInputs) => ScanOutputs,
  inputs: ScanInputs,
  order: ScanOrder,
): ScanOutputs {
  const recorder = new Capture({ expand: false });
  const run: ScanInputs = {
    invariants: inputs.invariants.map((x) => recorder.input(x)),
    carries: inputs.carries.map((x) => recorder.input(x)),
    sequences: inputs.sequences.map(({ shape, dtype, backend }) =>
      recorder.input({ shape: shape.slice(1), dtype, backend }),
    ),
  };
  const { carries, rows } = within(recorder, () => body(run));
  const { inputs: own, constants, equations, outputs } = recorder.finish([...carries, ...rows]);
  const traced = constants.filter(({ value }) => value instanceof Tracer);
  const op = new Scan({
    ...order,
    body: new Program(
      [...traced.map(({ variable }) => variable), ...own],
      constants.filter(({ value }) => !(value instanceof Tracer)),
      equations,
      outputs,
    ),
    invariants: traced.length + inputs.invariants.length,
    carries: carries.length,
  });
  return op.outputs(
    bindAll(
      op,
      ...traced.map(({ value }) => value),
      ...inputs.invariants,
      ...inputs.carries,
      ...inputs.sequences,
    ),
  );
}

/**
 * A loop as one op. Its derivatives are loops again: forward mode carries the derivatives beside the carries; reverse
 * mode keeps the carries of every run, and a loop the other way round computes each run again from those and pulls the
 * cotangents through it.
 */
export class Scan implements ManyOp {
  readonly name = "scan";
  readonly loop: IterationLike;

  constructor(loop: IterationLike) {
    this.loop = loop;
  }

  /** Runs the ops of the body, one run after another. */
  evaluate(inputs: readonly Tensor[]): Tensor[] {
    const { body, length, isReversed } = this.loop;
    const { invariants, sequences, ...first } = this.inputs(inputs);
    let { carries } = first;
    const runs: (readonly Tensor[])[] = [];
    for (let run = 0; run < length; run++) {
      const at = isReversed ? length - 1 - run : run;
      const out = this.outputs(
        body.replay([...invariants, ...carries, ...sequences.map((x) => rowOf(x, at))]),
      );
      carries = out.carries;
      runs.push(out.rows);
    }
    if (isReversed) runs.reverse();
    const stacked = this.outputs(body.outputs).rows.map(({ shape, dtype }, i) =>
      length === 0 ? zeros([0, ...shape], { dtype }) : stack(runs.flatMap((rows) => rows[i] ?? [])),
    );
    return [...carries, ...stacked];
  }

  interpret(interpreter: Interpreter, inputs: readonly Tensor[]): Tensor[] {
    if (interpreter instanceof Capture) return this.captured(interpreter, inputs);
    if (interpreter instanceof Dual) return this.moved(dualLens(interpreter), inputs);
    if (interpreter instanceof Taylor) return this.moved(taylorLens(interpreter), inputs);
    if (interpreter instanceof Tape) return this.recorded(interpreter, inputs);
    if (isExamplesPass(interpreter)) return this.ofExamples(interpreter, inputs);
    throw new Error("scan: has no rule for this transform");
  }

  /** Splits a list by the roles of the loop's inputs. */
  inputs<T>(list: readonly T[]): {
    invariants: readonly T[];
    carries: readonly T[];
    sequences: readonly T[];
  } {
    const { invariants, carries } = this.loop;
    const end = invariants + carries;
    return {
      invariants: list.slice(0, invariants),
      carries: list.slice(invariants, end),
      sequences: list.slice(end),
    };
  }

  /** Splits a list by the roles of the loop's results. */
  outputs<T>(list: readonly T[]): { carries: readonly T[]; rows: readonly T[] } {
    const { carries } = this.loop;
    return { carries: list.slice(0, carries), rows: list.slice(carries) };
  }

  private captured(recorder: Capture, inputs: readonly Tensor[]): Tensor[] {
    if (recorder.unrolls) return this.evaluate(inputs);
    const { body, length } = this.loop;
    const { carries, rows } = this.outputs(body.outputs);
    const results = [...carries, ...rows.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype }))];
    return recorder.iterate(this.loop, inputs, results, (loop, values) => bindAll(new Scan(loop), ...values));
  }

  /** The loop on values that carry derivatives along, which are carries and sequences of their own. */
  private moved(lens: Lens, inputs: readonly Tensor[]): Tensor[] {
    const { body } = this.loop;
    const primals = this.inputs(inputs.map((x) => lens.primalOf(x)));
    const directions = this.inputs(inputs.map((x) => lens.directionsOf(x)));
    const start = inputs.map(
      ({ dtype }, i) => dtype !== "uint32" && moves(lens.directionsOf(inputs[i] ?? zeros([]))),
    );
    const moving = this.inputs(this.settled(start, (given) => this.movesOf(given, lens)));
    const found = this.outputs(
      this.movesOf([...moving.invariants, ...moving.carries, ...moving.sequences], lens),
    );
    const result = scanOver(
      (run) => {
        const inner = lens.inner();
        const lifted = [
          ...unpacked(run.invariants, moving.invariants, inner),
          ...unpacked(run.carries, moving.carries, inner),
          ...unpacked(run.sequences, moving.sequences, inner),
        ];
        const out = this.outputs(within(inner.pass, () => body.replay(lifted)));
        return {
          carries: packed(out.carries, moving.carries, inner),
          rows: packed(out.rows, found.rows, inner),
        };
      },
      {
        invariants: spread(primals.invariants, directions.invariants, moving.invariants),
        carries: spread(primals.carries, directions.carries, moving.carries),
        sequences: spread(primals.sequences, directions.sequences, moving.sequences),
      },
      this.loop,
    );
    return [...unpacked(result.carries, moving.carries, lens), ...unpacked(result.rows, found.rows, lens)];
  }

  /** Which results of one run carry derivatives, from which of its inputs do. */
  private movesOf(moving: readonly boolean[], lens: Lens): boolean[] {
    const recorder = new Capture({ expand: false });
    const inner = lens.inner();
    return within(recorder, () => {
      const lifted = this.loop.body.inputs.map((x, i) => {
        const input = (): Tensor => recorder.input(like(x));
        return moving[i] ? inner.lift(input(), Array.from({ length: lens.count }, input)) : input();
      });
      return within(inner.pass, () => this.loop.body.replay(lifted)).map((x) => moves(inner.directionsOf(x)));
    });
  }

  /** The loop on batches: its body is run on all examples at once, and the rows of a sequence are those of all. */
  private ofExamples(pass: ExamplesPass, inputs: readonly Tensor[]): Tensor[] {
    const { body } = this.loop;
    const start = inputs.map((x) => pass.owns(x));
    const differing = this.inputs(this.settled(start, (given) => this.differingOf(given, pass)));
    const found = this.outputs(
      this.differingOf([...differing.invariants, ...differing.carries, ...differing.sequences], pass),
    );
    const wholes = (list: readonly Tensor[], which: readonly boolean[], from: ExamplesPass): Tensor[] =>
      list.map((x, i) => (which[i] ? from.wholeOf(x) : x));
    const examples = (list: readonly Tensor[], which: readonly boolean[], of: ExamplesPass): Tensor[] =>
      list.map((x, i) => (which[i] ? of.input(x) : x));
    const swapped = (list: readonly Tensor[], which: readonly boolean[]): Tensor[] =>
      list.map((x, i) => (which[i] ? moveAxis(x, 0, 1) : x));
    const given = this.inputs(inputs);
    const { carries, rows } = scanOver(
      (run) => {
        const inner = pass.inner();
        const lifted = [
          ...examples(run.invariants, differing.invariants, inner),
          ...examples(run.carries, differing.carries, inner),
          ...examples(run.sequences, differing.sequences, inner),
        ];
        const out = this.outputs(within(inner, () => body.replay(lifted)));
        return {
          carries: wholes(out.carries, differing.carries, inner),
          rows: wholes(out.rows, found.rows, inner),
        };
      },
      {
        invariants: wholes(given.invariants, differing.invariants, pass),
        carries: wholes(given.carries, differing.carries, pass),
        sequences: swapped(wholes(given.sequences, differing.sequences, pass), differing.sequences),
      },
      this.loop,
    );
    return [
      ...examples(carries, differing.carries, pass),
      ...examples(swapped(rows, found.rows), found.rows, pass),
    ];
  }

  /** Which results of one run differ from example to example, from which of its inputs do. */
  private differingOf(given: readonly boolean[], pass: ExamplesPass): boolean[] {
    const recorder = new Capture({ expand: false });
    const inner = pass.inner();
    return within(recorder, () => {
      const lifted = this.loop.body.inputs.map((x, i) => {
        const { shape, ...kind } = like(x);
        return given[i]
          ? inner.input(recorder.input({ ...kind, shape: [pass.size, ...shape] }))
          : recorder.input({ ...kind, shape });
      });
      return within(inner, () => this.loop.body.replay(lifted)).map((x) => inner.owns(x));
    });
  }

  /** A property of the body's inputs, where a carry has it if any run gives it to the next. */
  private settled(
    start: readonly boolean[],
    results: (inputs: readonly boolean[]) => readonly boolean[],
  ): boolean[] {
    const { invariants, carries } = this.loop;
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

  private recorded(tape: Tape, inputs: readonly Tensor[]): Tensor[] {
    const primals = inputs.map((x) => tape.primalOf(x));
    const { body } = this.loop;
    const { carries, rows } = scanOver(
      (run) => {
        const out = this.outputs(body.replay([...run.invariants, ...run.carries, ...run.sequences]));
        return { carries: out.carries, rows: [...out.rows, ...run.carries] };
      },
      this.inputs(primals),
      this.loop,
    );
    const own = rows.length - carries.length;
    const kept = rows.slice(own);
    return tape.recordAll([...carries, ...rows.slice(0, own)], inputs, {
      push: (tangents) => {
        const dual = new Dual();
        const lifted = primals.map((x, i) => {
          const tangent = tangents[i] ?? null;
          return tangent === null ? x : dual.input(x, tangent);
        });
        return within(dual, () => bindAll(this, ...lifted)).map((x) => dual.tangentOf(x));
      },
      pull: (cotangents, wanted) => this.pulled(primals, kept, carries, cotangents, wanted),
    });
  }

  /** The cotangents of the inputs from those of the results, and the carries that every run began with. */
  private pulled(
    primals: readonly Tensor[],
    kept: readonly Tensor[],
    last: readonly Tensor[],
    cotangents: readonly Direction[],
    wanted: readonly boolean[],
  ): Direction[] {
    const { body, isReversed, length } = this.loop;
    const given = this.outputs(cotangents);
    const active = this.settled(
      body.inputs.map(({ dtype }, i) => wanted[i] === true && dtype !== "uint32"),
      (inputs) => reached(body, inputs),
    );
    const none = this.inputs(body.inputs.map(() => false));
    const ends = given.carries.map(
      (cotangent, i) => cotangent !== null && this.inputs(active).carries[i] === true,
    );
    // A carry has a cotangent in every run if it has one in any; what has none stays an exact zero.
    const pulls = (inputs: readonly boolean[]): boolean[] => this.pullsOf(active, inputs, given.rows);
    const ofRuns = this.settled(
      [...none.invariants, ...ends, ...none.sequences],
      (inputs) => this.inputs(pulls(inputs)).carries,
    );
    const { carries } = this.inputs(ofRuns);
    const found = { ...this.inputs(pulls(ofRuns)), carries };
    const { invariants, sequences } = this.inputs(primals);
    const ofCarries = chosen(
      carries.map((_, i) => given.carries[i] ?? null),
      carries,
    );
    const result = scanOver(
      (run) => {
        const [ofLast, sums] = cut(run.carries, ofCarries.length);
        const [begun, rest] = cut(run.sequences, kept.length);
        const [own, ofRows] = cut(rest, sequences.length);
        const seeds = [
          ...dealt(ofLast, carries),
          ...dealt(
            ofRows,
            given.rows.map((row) => row !== null),
          ),
        ];
        const parts = this.inputs(this.sweep([...run.invariants, ...begun, ...own], active, seeds));
        const each = (
          list: readonly Direction[],
          like: readonly Tensor[],
          which: readonly boolean[],
        ): Tensor[] =>
          chosen(
            like.map((x, i) => list[i] ?? zerosLike(x)),
            which,
          );
        return {
          carries: [
            ...each(parts.carries, begun, carries),
            ...each(parts.invariants, run.invariants, found.invariants).map((part, i) =>
              add(sums[i] ?? part, part),
            ),
          ],
          rows: each(parts.sequences, own, found.sequences),
        };
      },
      {
        invariants,
        carries: [
          ...chosen(last, carries).map((x, i) => ofCarries[i] ?? zerosLike(x)),
          ...chosen(invariants, found.invariants).map((x) => zerosLike(x)),
        ],
        sequences: [...kept, ...sequences, ...given.rows.flatMap((row) => row ?? [])],
      },
      { length, isReversed: !isReversed },
    );
    const [first, sums] = cut(result.carries, ofCarries.length);
    return [
      ...dealt(sums, found.invariants),
      ...dealt(first, carries),
      ...dealt(result.rows, found.sequences),
    ];
  }

  /** The cotangents of a run's inputs from those of its results, through the inputs that are active. */
  private sweep(
    inputs: readonly Tensor[],
    active: readonly boolean[],
    seeds: readonly Direction[],
  ): Direction[] {
    const tape = new Tape();
    const lifted = inputs.map((x, i) => (active[i] ? tape.input(x) : x));
    const results = within(tape, () => this.loop.body.replay(lifted)).map((x) => tape.indexOf(x));
    const pulled = tape.pull(results, seeds, chosen(inputs, active).length, true);
    return dealt(
      pulled.map((sum) => sum?.cotangent ?? null),
      active,
    );
  }

  /** Which inputs of a run get a cotangent, if these carries of its results and these rows have one. */
  private pullsOf(
    active: readonly boolean[],
    inputs: readonly boolean[],
    rows: readonly Direction[],
  ): boolean[] {
    const recorder = new Capture({ expand: false });
    const { body } = this.loop;
    const has = [...this.inputs(inputs).carries, ...rows.map((row) => row !== null)];
    return within(recorder, () => {
      const seeds = body.outputs.map((x, i) => (has[i] ? recorder.input(like(x)) : null));
      const given = body.inputs.map((x) => recorder.input(like(x)));
      return this.sweep(given, active, seeds).map((part) => part !== null);
    });
  }
}

/** A value like a variable, for a recorder. */
function like({ shape, dtype }: Variable): {
  shape: Variable["shape"];
  dtype: Variable["dtype"];
  backend: Backend;
} {
  return { shape, dtype, backend: eager };
}

function moves(directions: readonly Direction[]): boolean {
  return directions.some((direction) => direction !== null);
}

/** Values, then all derivatives of those that move. */
function spread(
  values: readonly Tensor[],
  directions: readonly (readonly Direction[])[],
  moving: readonly boolean[],
): Tensor[] {
  const beside = values.flatMap((x, i) =>
    moving[i] ? (directions[i] ?? []).map((direction) => direction ?? zerosLike(x)) : [],
  );
  return [...values, ...beside];
}

/** Values that carry derivatives, as {@link spread} lays them out. */
function packed(values: readonly Tensor[], moving: readonly boolean[], lens: Lens): Tensor[] {
  return spread(
    values.map((x) => lens.primalOf(x)),
    values.map((x) => lens.directionsOf(x)),
    moving,
  );
}

/** The values that {@link spread} has laid out, with their derivatives. */
function unpacked(list: readonly Tensor[], moving: readonly boolean[], lens: Lens): Tensor[] {
  const [values, beside] = cut(list, moving.length);
  const numbers = values.map((_, i) => chosen(values.slice(0, i), moving).length * lens.count);
  return values.map((x, i) => {
    const at = numbers[i] ?? 0;
    return moving[i] ? lens.lift(x, beside.slice(at, at + lens.count)) : x;
  });
}

/** Which results of a program depend on which of its inputs through floats. */
function reached({ inputs, equations, outputs }: Program, from: readonly boolean[]): boolean[] {
  const found = new Set(inputs.filter((_, i) => from[i]));
  for (const equation of equations) {
    if (!equation.inputs.some((x) => found.has(x))) continue;
    for (const x of outputsOf(equation)) if (x.dtype !== "uint32") found.add(x);
  }
  return outputs.map((x) => found.has(x));
}

function chosen<T>(list: readonly T[], which: readonly boolean[]): T[] {
  return list.filter((_, i) => which[i]);
}

function cut<T>(list: readonly T[], at: number): [T[], T[]] {
  return [list.slice(0, at), list.slice(at)];
}

/** The values one after another at the places that have one. */
function dealt(values: readonly Direction[], places: readonly boolean[]): Direction[] {
  const numbers = places.map((_, i) => chosen(places.slice(0, i), places).length);
  return places.map((has, i) => (has ? (values[numbers[i] ?? 0] ?? null) : null));
}

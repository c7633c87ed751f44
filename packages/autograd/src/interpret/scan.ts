import { bindAll, type Interpreter, type ManyOp, Tracer } from "../op.ts";
import { stack } from "../ops/movement.ts";
import { type Tensor, zeros } from "../tensor.ts";
import { Capture } from "./capture.ts";
import { Dual } from "./dual.ts";
import { within } from "./escape.ts";
import { isExamplesPass } from "./examplesPass.ts";
import { dualLens, taylorLens } from "./lens.ts";
import { rowOf } from "./lifted.ts";
import { type IterationLike, Program } from "./program.ts";
import { ofExamples } from "./scanExamples.ts";
import { moved } from "./scanForward.ts";
import { recorded } from "./scanReverse.ts";
import { inputsOf, outputsOf, type ScanInputs, type ScanOrder, type ScanOutputs } from "./scanRoles.ts";
import { Tape } from "./tape.ts";
import { Taylor } from "./taylor.ts";

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
  return outputsOf(
    op.loop,
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
    const { invariants, sequences, ...first } = inputsOf(this.loop, inputs);
    let { carries } = first;
    const runs: (readonly Tensor[])[] = [];
    for (let run = 0; run < length; run++) {
      const at = isReversed ? length - 1 - run : run;
      const out = outputsOf(
        this.loop,
        body.replay([...invariants, ...carries, ...sequences.map((x) => rowOf(x, at))]),
      );
      carries = out.carries;
      runs.push(out.rows);
    }
    if (isReversed) runs.reverse();
    const stacked = outputsOf(this.loop, body.outputs).rows.map(({ shape, dtype }, i) =>
      length === 0 ? zeros([0, ...shape], { dtype }) : stack(runs.flatMap((rows) => rows[i] ?? [])),
    );
    return [...carries, ...stacked];
  }

  interpret(interpreter: Interpreter, inputs: readonly Tensor[]): Tensor[] {
    if (interpreter instanceof Capture) return this.captured(interpreter, inputs);
    if (interpreter instanceof Dual) return moved(this.loop, scanOver, dualLens(interpreter), inputs);
    if (interpreter instanceof Taylor) return moved(this.loop, scanOver, taylorLens(interpreter), inputs);
    if (interpreter instanceof Tape)
      return recorded(this.loop, scanOver, (values) => bindAll(this, ...values), interpreter, inputs);
    if (isExamplesPass(interpreter)) return ofExamples(this.loop, scanOver, interpreter, inputs);
    throw new Error("scan: has no rule for this transform");
  }

  private captured(recorder: Capture, inputs: readonly Tensor[]): Tensor[] {
    if (recorder.unrolls) return this.evaluate(inputs);
    const { body, length } = this.loop;
    const { carries, rows } = outputsOf(this.loop, body.outputs);
    const results = [...carries, ...rows.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype }))];
    return recorder.iterate(this.loop, inputs, results, (loop, values) => bindAll(new Scan(loop), ...values));
  }
}

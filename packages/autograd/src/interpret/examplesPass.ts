import type { Interpreter } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** A pass over all examples of a batch, as ops with programs inside see it: they do without the rules of other ops. */
export interface ExamplesPass extends Interpreter {
  /** How many examples there are. */
  readonly size: number;
  /** One example of those along axis 0. */
  input(whole: Tensor): Tensor;
  /** Whether x differs from example to example. */
  owns(x: Tensor): boolean;
  /** What all examples have in the place of x, along axis 0. */
  wholeOf(x: Tensor): Tensor;
  /** Another pass over as many examples, for what is inside of an op. */
  inner(): ExamplesPass;
  /** Ends the pass. */
  close(): void;
}

export function isExamplesPass(interpreter: Interpreter): interpreter is ExamplesPass {
  return "wholeOf" in interpreter;
}

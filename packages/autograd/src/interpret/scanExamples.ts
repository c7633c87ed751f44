import { moveAxis } from "../ops/layout.ts";
import type { Tensor } from "../tensor.ts";
import { Capture } from "./capture.ts";
import { within } from "./escape.ts";
import type { ExamplesPass } from "./examplesPass.ts";
import type { IterationLike } from "./program.ts";
import { inputsOf, like, outputsOf, type ScanOver, settled } from "./scanRoles.ts";

/** The loop on batches: its body is run on all examples at once, and the rows of a sequence are those of all. */
export function ofExamples(
  loop: IterationLike,
  over: ScanOver,
  pass: ExamplesPass,
  inputs: readonly Tensor[],
): Tensor[] {
  const { body } = loop;
  const start = inputs.map((x) => pass.owns(x));
  const differing = inputsOf(
    loop,
    settled(loop, start, (given) => differingOf(loop, given, pass)),
  );
  const found = outputsOf(
    loop,
    differingOf(loop, [...differing.invariants, ...differing.carries, ...differing.sequences], pass),
  );
  const wholes = (list: readonly Tensor[], which: readonly boolean[], from: ExamplesPass): Tensor[] =>
    list.map((x, i) => (which[i] ? from.wholeOf(x) : x));
  const examples = (list: readonly Tensor[], which: readonly boolean[], of: ExamplesPass): Tensor[] =>
    list.map((x, i) => (which[i] ? of.input(x) : x));
  const swapped = (list: readonly Tensor[], which: readonly boolean[]): Tensor[] =>
    list.map((x, i) => (which[i] ? moveAxis(x, 0, 1) : x));
  const given = inputsOf(loop, inputs);
  const { carries, rows } = over(
    (run) => {
      const inner = pass.inner();
      const lifted = [
        ...examples(run.invariants, differing.invariants, inner),
        ...examples(run.carries, differing.carries, inner),
        ...examples(run.sequences, differing.sequences, inner),
      ];
      const out = outputsOf(
        loop,
        within(inner, () => body.replay(lifted)),
      );
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
    loop,
  );
  return [
    ...examples(carries, differing.carries, pass),
    ...examples(swapped(rows, found.rows), found.rows, pass),
  ];
}

/** Which results of one run differ from example to example, from which of its inputs do. */
function differingOf(loop: IterationLike, given: readonly boolean[], pass: ExamplesPass): boolean[] {
  const recorder = new Capture({ expand: false });
  const inner = pass.inner();
  return within(recorder, () => {
    const lifted = loop.body.inputs.map((x, i) => {
      const { shape, ...kind } = like(x);
      return given[i]
        ? inner.input(recorder.input({ ...kind, shape: [pass.size, ...shape] }))
        : recorder.input({ ...kind, shape });
    });
    return within(inner, () => loop.body.replay(lifted)).map((x) => inner.owns(x));
  });
}

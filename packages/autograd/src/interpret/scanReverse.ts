import type { Direction } from "../op.ts";
import { add } from "../ops/arithmetic.ts";
import { type Tensor, zerosLike } from "../tensor.ts";
import { Capture } from "./capture.ts";
import { Dual } from "./dual.ts";
import { within } from "./escape.ts";
import { type IterationLike, type Program, outputsOf as resultsOf } from "./program.ts";
import { chosen, cut, dealt, inputsOf, like, outputsOf, type ScanOver, settled } from "./scanRoles.ts";
import { Tape } from "./tape.ts";

/** The loop on a tape: it keeps what every run begins with, and a loop the other way round pulls the cotangents. */
export function recorded(
  loop: IterationLike,
  over: ScanOver,
  apply: (inputs: readonly Tensor[]) => Tensor[],
  tape: Tape,
  inputs: readonly Tensor[],
): Tensor[] {
  const primals = inputs.map((x) => tape.primalOf(x));
  const { body } = loop;
  const { carries, rows } = over(
    (run) => {
      const out = outputsOf(loop, body.replay([...run.invariants, ...run.carries, ...run.sequences]));
      return { carries: out.carries, rows: [...out.rows, ...run.carries] };
    },
    inputsOf(loop, primals),
    loop,
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
      return within(dual, () => apply(lifted)).map((x) => dual.tangentOf(x));
    },
    pull: (cotangents, wanted) => pulled(loop, over, primals, kept, carries, cotangents, wanted),
  });
}

/** The cotangents of the inputs from those of the results, and the carries that every run began with. */
function pulled(
  loop: IterationLike,
  over: ScanOver,
  primals: readonly Tensor[],
  kept: readonly Tensor[],
  last: readonly Tensor[],
  cotangents: readonly Direction[],
  wanted: readonly boolean[],
): Direction[] {
  const { body, isReversed, length } = loop;
  const given = outputsOf(loop, cotangents);
  const active = settled(
    loop,
    body.inputs.map(({ dtype }, i) => wanted[i] === true && dtype !== "uint32"),
    (inputs) => reached(body, inputs),
  );
  const none = inputsOf(
    loop,
    body.inputs.map(() => false),
  );
  const ends = given.carries.map(
    (cotangent, i) => cotangent !== null && inputsOf(loop, active).carries[i] === true,
  );
  // A carry has a cotangent in every run if it has one in any; what has none stays an exact zero.
  const pulls = (inputs: readonly boolean[]): boolean[] => pullsOf(loop, active, inputs, given.rows);
  const ofRuns = settled(
    loop,
    [...none.invariants, ...ends, ...none.sequences],
    (inputs) => inputsOf(loop, pulls(inputs)).carries,
  );
  const { carries } = inputsOf(loop, ofRuns);
  const found = { ...inputsOf(loop, pulls(ofRuns)), carries };
  const { invariants, sequences } = inputsOf(loop, primals);
  const ofCarries = chosen(
    carries.map((_, i) => given.carries[i] ?? null),
    carries,
  );
  const result = over(
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
      const parts = inputsOf(loop, sweep(loop, [...run.invariants, ...begun, ...own], active, seeds));
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
  return [...dealt(sums, found.invariants), ...dealt(first, carries), ...dealt(result.rows, found.sequences)];
}

/** The cotangents of a run's inputs from those of its results, through the inputs that are active. */
function sweep(
  loop: IterationLike,
  inputs: readonly Tensor[],
  active: readonly boolean[],
  seeds: readonly Direction[],
): Direction[] {
  const tape = new Tape();
  const lifted = inputs.map((x, i) => (active[i] ? tape.input(x) : x));
  const results = within(tape, () => loop.body.replay(lifted)).map((x) => tape.indexOf(x));
  const pulled = tape.pull(results, seeds, chosen(inputs, active).length, true);
  return dealt(
    pulled.map((sum) => sum?.cotangent ?? null),
    active,
  );
}

/** Which inputs of a run get a cotangent, if these carries of its results and these rows have one. */
function pullsOf(
  loop: IterationLike,
  active: readonly boolean[],
  inputs: readonly boolean[],
  rows: readonly Direction[],
): boolean[] {
  const recorder = new Capture({ expand: false });
  const { body } = loop;
  const has = [...inputsOf(loop, inputs).carries, ...rows.map((row) => row !== null)];
  return within(recorder, () => {
    const seeds = body.outputs.map((x, i) => (has[i] ? recorder.input(like(x)) : null));
    const given = body.inputs.map((x) => recorder.input(like(x)));
    return sweep(loop, given, active, seeds).map((part) => part !== null);
  });
}
/** Which results of a program depend on which of its inputs through floats. */
function reached({ inputs, equations, outputs }: Program, from: readonly boolean[]): boolean[] {
  const found = new Set(inputs.filter((_, i) => from[i]));
  for (const equation of equations) {
    if (!equation.inputs.some((x) => found.has(x))) continue;
    for (const x of resultsOf(equation)) if (x.dtype !== "uint32") found.add(x);
  }
  return outputs.map((x) => found.has(x));
}

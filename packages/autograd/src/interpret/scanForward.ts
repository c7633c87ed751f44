import type { Direction } from "../op.ts";
import { type Tensor, zeros, zerosLike } from "../tensor.ts";
import { Capture } from "./capture.ts";
import { within } from "./escape.ts";
import type { Lens } from "./lens.ts";
import type { IterationLike } from "./program.ts";
import { chosen, cut, inputsOf, like, outputsOf, type ScanOver, settled } from "./scanRoles.ts";

/** The loop on values that carry derivatives along, which are carries and sequences of their own. */
export function moved(loop: IterationLike, over: ScanOver, lens: Lens, inputs: readonly Tensor[]): Tensor[] {
  const { body } = loop;
  const primals = inputsOf(
    loop,
    inputs.map((x) => lens.primalOf(x)),
  );
  const directions = inputsOf(
    loop,
    inputs.map((x) => lens.directionsOf(x)),
  );
  const start = inputs.map(
    ({ dtype }, i) => dtype !== "uint32" && moves(lens.directionsOf(inputs[i] ?? zeros([]))),
  );
  const moving = inputsOf(
    loop,
    settled(loop, start, (given) => movesOf(loop, given, lens)),
  );
  const found = outputsOf(
    loop,
    movesOf(loop, [...moving.invariants, ...moving.carries, ...moving.sequences], lens),
  );
  const result = over(
    (run) => {
      const inner = lens.inner();
      const lifted = [
        ...unpacked(run.invariants, moving.invariants, inner),
        ...unpacked(run.carries, moving.carries, inner),
        ...unpacked(run.sequences, moving.sequences, inner),
      ];
      const out = outputsOf(
        loop,
        within(inner.pass, () => body.replay(lifted)),
      );
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
    loop,
  );
  return [...unpacked(result.carries, moving.carries, lens), ...unpacked(result.rows, found.rows, lens)];
}

/** Which results of one run carry derivatives, from which of its inputs do. */
function movesOf(loop: IterationLike, moving: readonly boolean[], lens: Lens): boolean[] {
  const recorder = new Capture({ expand: false });
  const inner = lens.inner();
  return within(recorder, () => {
    const lifted = loop.body.inputs.map((x, i) => {
      const input = (): Tensor => recorder.input(like(x));
      return moving[i] ? inner.lift(input(), Array.from({ length: lens.count }, input)) : input();
    });
    return within(inner.pass, () => loop.body.replay(lifted)).map((x) => moves(inner.directionsOf(x)));
  });
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

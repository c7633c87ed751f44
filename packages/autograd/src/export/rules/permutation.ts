import { DRAWS } from "../../backends/js/philox.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { philox } from "./philox.ts";

/** Fisher and Yates's shuffle: one word in each turn of a loop, taken or, where it would favour a number, not (Lemire 2019). */
export function permutation(b: Builder, key: Value, size: number): Value {
  const places = b.iota([size], 0);
  if (size < 2) return b.convert(places, "uint32");
  const counter = (value: number): Value => b.constant(value, [1], "int64");
  const [result] = b.while(
    [places, counter(size - 1), counter(0)],
    (run, values) => run.compare("greater", valueAt(values, 1), 0),
    (run, values) => {
      const [order, last, count] = [valueAt(values, 0), valueAt(values, 1), valueAt(values, 2)];
      const unsigned = (x: Value): Value => run.convert(x, "uint64");
      const signed = (x: Value): Value => run.convert(x, "int64");
      const block = run.concatenate(philox(run, key, [unsigned(run.div(count, 4)), 0, DRAWS, 0]), 0);
      const word = run.gather(block, run.binary("rem", count, 4), 0);
      const below = unsigned(run.add(last, 1));
      const product = run.mul(word, below);
      const excess = run.binary("rem", run.sub(run.fill(2 ** 32, below), below), below);
      const isTaken = run.compare(
        "greaterEqual",
        signed(run.binary("and", product, 2 ** 32 - 1)),
        signed(excess),
      );
      const partner = run.select(isTaken, signed(run.binary("shiftRight", product, 32)), last);
      const wide = (x: Value): Value => run.broadcast(x, [size]);
      const at = (x: Value): Value => wide(run.gather(order, x, 0));
      const is = (x: Value): Value => run.compare("equal", places, wide(x));
      const swapped = run.select(is(last), at(partner), run.select(is(partner), at(last), order));
      return [swapped, run.select(isTaken, run.sub(last, 1), last), run.add(count, 1)];
    },
  );
  return b.convert(result ?? places, "uint32");
}

function valueAt(values: readonly Value[], i: number): Value {
  const value = values[i];
  if (value === undefined) throw new Error(`a loop has no value ${i}`);
  return value;
}
